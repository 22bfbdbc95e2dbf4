"""Calls tether_add_command_test(): rightly in the project beside this file, wrongly in small ones."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parent / "project"
WRONG_PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(refused LANGUAGES NONE)
add_executable(tether::run IMPORTED GLOBAL)
include("{cmake_directory}/TetherAddTest.cmake")
tether_add_command_test({arguments})
{rest}
"""


def run(*command):
    """Returns the exit status and what was printed on both streams."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    return done.returncode, done.stdout


class Refused(unittest.TestCase):
    def refused(self, arguments, message, named="tether_add_command_test(NAME a_test): ", rest=""):
        with self.subTest(arguments=arguments), tempfile.TemporaryDirectory() as directory:
            pathlib.Path(directory, "CMakeLists.txt").write_text(WRONG_PROJECT.format(
                cmake_directory=os.environ["CMAKE_DIRECTORY"], arguments=arguments, rest=rest))
            status, printed = run(os.environ["CMAKE"], "-S", directory, "-B", directory + "/build")
            self.assertNotEqual(status, 0, printed)
            self.assertIn(named + message, " ".join(printed.split()))

    def test_arguments_that_make_no_sense(self):
        right = "NAME a_test SERVER a CLIENT b"
        self.refused(f"{right} PORT 1 COLOUR 2 3", "unknown argument COLOUR")
        self.refused("NAME a_test CLIENT b", "SERVER is missing")
        self.refused("NAME a_test SERVER a", "CLIENT is missing")
        self.refused("SERVER a CLIENT b", "NAME is missing", "tether_add_command_test: ")
        self.refused(f"{right} READY HTTP", "HTTP, READY without a value")
        self.refused(f"{right} PORT 70000", 'PORT is "70000"; it must be a number from 0')
        self.refused(f"{right} PORT x", 'PORT is "x"; it must be a number from 0')
        self.refused(f"{right} HTTP health", 'HTTP is "health"; it must be a path')
        self.refused(f"{right} STOP_GRACE soon", 'STOP_GRACE is "soon"; it must be a duration')
        self.refused(f"{right} TIMEOUT 1.5", 'TIMEOUT is "1.5"; it must be a whole number of seconds')
        self.refused(f"{right} OPTIONS --name kv", 'OPTIONS has "kv"; each must be an option of')
        self.refused(f"{right} ENVIRONMENT A", 'ENVIRONMENT has "A"; each entry must be NAME=value')
        self.refused(f"{right} PROPERTIES A", "PROPERTIES has a name without a value: A")
        self.refused(f"{right} WORKING_DIRECTORY /nowhere", "WORKING_DIRECTORY is /nowhere, which is")
        self.refused("NAME a_test SERVER a -- b CLIENT c", "SERVER has --, which tether-run takes")
        self.refused(f"{right} [==[a]b]==]", "a]b has a square bracket without its counterpart")

    def test_server_that_is_no_program(self):
        self.refused("NAME a_test SERVER late CLIENT b",
                     "SERVER is late, which is no executable but of type UTILITY",
                     rest="add_custom_target(late)")


class Project(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.directory.cleanup)
        cls.build = cls.directory.name
        status, printed = run(
            os.environ["CMAKE"], "-S", str(SOURCE), "-B", cls.build, "-G", "Ninja Multi-Config",
            f"-DCMAKE_MAKE_PROGRAM={os.environ['NINJA']}",
            f"-DPROJECT_SETTINGS={os.environ['PROJECT_SETTINGS']}")
        assert status == 0, printed

    def ctest(self, *arguments, configuration="Debug"):
        """Returns what was printed, and a dictionary from tests to their outcomes."""
        _, printed = run(os.environ["CTEST"], "--test-dir", self.build, "-C", configuration,
                         *arguments)
        return printed, dict(re.findall(
            r"Test +#\d+: (\S+) \.*[* ]+(Passed|Failed|Skipped|Not Run|Timeout)", printed))

    def test_outcome_is_that_of_the_client(self):
        printed, outcomes = self.ctest("-V", "-L", "two")
        self.assertEqual(outcomes, {"passes": "Passed", "fails": "Failed"}, printed)
        self.assertRegex(printed, r"\d: tether-run: client '.*' exited with code 3\n"
                                  r"\d: server \"ports\":\n\d:   command:  env COLOUR=blue ")
        log = re.search(r"log: +(.*)", printed)
        self.assertTrue(log and log[1].startswith(self.build + "/Testing/tether/"), printed)
        self.assertEqual(self.ctest("-L", "one")[1], {"passes": "Passed"})

    def test_words_come_as_they_are_and_by_configuration(self):
        for configuration in ("Debug", "Release"):
            printed, _ = self.ctest("-V", "-R", "words", configuration=configuration)
            self.assertIn(f"<a;b><><c d><[e]; f><\\;><{configuration}><$HOME><'>", printed)

    def test_arguments_reach_the_server_and_the_client(self):
        printed, outcomes = self.ctest("-V", "-R", "ready")
        self.assertEqual(outcomes, {"ready": "Passed"}, printed)
        self.assertIn('"--ready=^ready" "--ready=(?<port>[0-9]+)" "--port=0" "--stop-grace=0.5s"',
                      printed)
        self.assertIn("Test timeout computed to be: 50", printed)

    def test_missing_program_skips_and_is_named(self):
        printed, outcomes = self.ctest("-R", "needy")
        self.assertEqual(outcomes, {"needy": "Skipped"}, printed)
        self.assertIn("SKIPPED: needy requires absent-program, not found in PATH", printed)

    def test_timeout_of_ctest_is_told_with_the_server(self):
        printed, outcomes = self.ctest("-V", "-R", "slow")
        self.assertEqual(outcomes, {"slow": "Failed"}, printed)
        self.assertIn("tether-run: client 'sleep' timed out", printed)
        self.assertIn('server "server', printed.replace("serve_ports", "server"))


if __name__ == "__main__":
    unittest.main()
