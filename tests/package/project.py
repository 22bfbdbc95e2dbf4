"""The projects of consumers, in consumers/, and installations of tether for them.

The environment tells of the tools, of TETHER_BUILD, the directory of the build that is tested, and of
WORK, a directory to work in. What is written there is made anew by each test.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
BUILD = pathlib.Path(os.environ["TETHER_BUILD"])
WORK = pathlib.Path(os.environ["WORK"])
LIBDIR = os.environ["LIBDIR"]
GREETER = SOURCE / "samples/first/greeter.cc"

# Made by the tests that others depend on.
STATIC = WORK / "static"
SHARED = WORK / "shared"
FROM_SOURCE = WORK / "from_source"

# Neither an installed tether nor settings for the tests of tether's own may help.
OWN_VARIABLES = ("CMAKE_PREFIX_PATH", "DESTDIR", "LD_LIBRARY_PATH", "PKG_CONFIG_PATH",
                 "GTEST_BRIEF", "GTEST_COLOR", "GTEST_FAIL_FAST", "GTEST_OUTPUT", "GTEST_REPEAT",
                 "GTEST_SHUFFLE", "TETHER_TEST_TIMEOUT", "TETHER_TIMEOUT_FACTOR")

# Of a compiler, a linker or CMake.
WARNING = re.compile(r"\b[Ww]arning(?: \(dev\))?:|\bWARNING:|CMake (?:Deprecation )?Warning")


class Failed(Exception):
    """A command did not end with 0. The text has all that it printed."""


def only(pattern, text):
    found = re.findall(pattern, text, re.MULTILINE)
    if len(found) != 1:
        raise Failed(f"{pattern} was found {len(found)} times in:\n{text}")
    return found[0]


def read(path):
    return (SOURCE / path).read_text("utf-8")


VERSION = only(r"^project\(tether\s+VERSION (\S+)", read("CMakeLists.txt"))


def run(*command, directory=None, **variables):
    """What was printed on both streams."""
    environment = {name: value for name, value in os.environ.items() if name not in OWN_VARIABLES}
    done = subprocess.run([str(word) for word in command], cwd=directory, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**environment, **variables})
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))}\nended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def emptied(directory):
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory


def install(prefix, build=BUILD, **variables):
    return run(os.environ["CMAKE"], "--install", build, "--prefix", prefix, **variables)


def files_below(directory):
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*"))


def toolchain():
    """The arguments by which CMake builds a project with what tether itself is built with."""
    return ["-G", os.environ["GENERATOR"], f"-DCMAKE_MAKE_PROGRAM={os.environ['MAKE_PROGRAM']}",
            f"-DCMAKE_CXX_COMPILER={os.environ['COMPILER']}",
            f"-DCMAKE_CXX_COMPILER_LAUNCHER={os.environ['LAUNCHER']}"]


def run_without_warning(*command):
    printed = run(*command)
    if WARNING.search(printed):
        raise Failed(f"{' '.join(map(str, command))}\nhas a warning:\n{printed}")
    return printed


class Project:
    """consumers/NAME, or the project at a path, built in a directory of its own."""

    def __init__(self, name, build, **settings):
        self.build = build
        options = [f"-D{key}={value}" for key, value in settings.items()]
        query = build / ".cmake/api/v1/query/codemodel-v2"  # for linked_with()
        query.parent.mkdir(parents=True, exist_ok=True)
        query.touch()
        run_without_warning(os.environ["CMAKE"], "-S", HERE / "consumers" / name, "-B", build,
                            *toolchain(), "-DCMAKE_CXX_FLAGS=-O0", *options)

    def compile(self, *targets, jobs=1):
        chosen = ["--target", *targets] if targets else []
        return run_without_warning(os.environ["CMAKE"], "--build", self.build, "--parallel", jobs, *chosen)

    def linked_with(self, target):
        """The words after the objects in the command that would link it, as CMake's file API has them."""
        reply = next((self.build / ".cmake/api/v1/reply").glob(f"target-{target}-*.json"))
        return [part["fragment"] for part in json.loads(reply.read_text())["link"]["commandFragments"]]

    def test(self, number):
        """Runs the tests by ctest; there have to be so many, all of which pass."""
        printed = run(os.environ["CTEST"], "--test-dir", self.build, "--output-on-failure",
                      "--no-tests=error")
        if f"100% tests passed, 0 tests failed out of {number}\n" not in printed:
            raise Failed(f"not all of {number} tests passed:\n{printed}")
        return printed

    def run_elsewhere(self, program, *wrapper):
        """Runs a program of GoogleTest from the top directory."""
        printed = run(*wrapper, self.build / program, directory="/")
        if "[  PASSED  ]" not in printed or "[  SKIPPED ]" in printed:
            raise Failed(f"{program} did not pass:\n{printed}")
        return printed


def place_for(name):
    """A directory for a project of the case that is run; other cases have others, and may run meanwhile."""
    file, case = (pathlib.Path(word).name for word in (sys.argv[0], sys.argv[-1]))
    return emptied(WORK / "projects" / f"{file}.{case}" / name)


def build_and_run(name, prefix, number, variant="", **settings):
    """A project that finds tether below a prefix."""
    place = place_for(f"{pathlib.Path(name).name}_{prefix.name}{variant}")
    project = Project(name, place, CMAKE_PREFIX_PATH=prefix, **settings)
    project.compile()
    project.test(number)
    return project
