#!/usr/bin/env python3
"""What it costs to include <tether/tether.h> in a test file.

  tests/benchmark/include_benchmark.py BUILD_DIRECTORY [ROUNDS]

Compiles a test file that includes GoogleTest and GoogleMock alone, and the same file with
<tether/tether.h>, in turn, with the flags of the build directory. Prints the median processor time
of each, and the median ratio of the rounds.
"""

import json
import os
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile

LIMIT = 1.15
INCLUDES = "#include <gmock/gmock.h>\n#include <gtest/gtest.h>\n"
TEST = "TEST(Suite, Test) { EXPECT_THAT(1, testing::Eq(1)); }\n"
MODEL = "fixture_test.cc"  # a test whose flags are taken


def flags_of_a_test(build):
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    for entry in entries:
        if os.path.basename(entry["file"]) == MODEL:
            words = shlex.split(entry["command"])
            while os.path.basename(words[0]) in ("ccache", "distcc"):
                words.pop(0)
            words = words[: words.index("-o")]  # and not the dependencies before it
            return [word for word in words if not word.startswith("-M") and ".o.d" not in word
                    and not word.endswith(".o")], entry["directory"]
    sys.exit(f"include_benchmark: {build} does not build {MODEL}")


def processor_time(command, directory):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=directory, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    rounds = int(sys.argv[2]) if len(sys.argv) == 3 else 15
    flags, directory = flags_of_a_test(os.path.abspath(sys.argv[1]))
    with tempfile.TemporaryDirectory() as sources:
        commands = []
        for name, extra in (("bare", ""), ("tether", "#include <tether/tether.h>\n")):
            source = os.path.join(sources, name + ".cc")
            with open(source, "w", encoding="utf-8") as file:
                file.write(INCLUDES + extra + TEST)
            commands.append(flags + ["-c", source, "-o", os.path.join(sources, name + ".o")])
        times = [[processor_time(command, directory) for command in commands]
                 for _ in range(rounds + 1)][1:]  # the first fills the caches
    bare, tether = (statistics.median(column) for column in zip(*times))
    ratios = [with_tether / without for without, with_tether in times]
    print(f"gtest and gmock {bare:.3f} s, with tether {tether:.3f} s; "
          f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f}), "
          f"limit {LIMIT}")


if __name__ == "__main__":
    main()
