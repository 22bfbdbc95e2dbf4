"""Calls tether_add_test() with arguments that make no sense, in projects that are only configured."""

import os
import pathlib
import subprocess
import tempfile
import unittest

PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(refused LANGUAGES NONE)
set_property(GLOBAL PROPERTY ALLOW_DUPLICATE_CUSTOM_TARGETS ON)
{gtest}
add_library(GTest::gmock INTERFACE IMPORTED)
add_library(GTest::gtest_main INTERFACE IMPORTED)
include("{cmake_directory}/TetherAddTest.cmake")
{text}
"""


class Project(unittest.TestCase):
    def configure(self, text, gtest="add_library(tether::gtest INTERFACE IMPORTED)"):
        """Returns the exit status, and what was printed with all white space made one blank."""
        with tempfile.TemporaryDirectory() as name:
            directory = pathlib.Path(name)
            (directory / "a_test.cc").touch()
            (directory / "CMakeLists.txt").write_text(
                PROJECT.format(cmake_directory=os.environ["CMAKE_DIRECTORY"], gtest=gtest, text=text))
            run = subprocess.run(
                [os.environ["CMAKE"], "-S", directory, "-B", directory / "build"],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            printed = run.stdout.replace(str(directory), "DIRECTORY")
            return run.returncode, " ".join(printed.split())


class Refused(Project):
    def refused(self, arguments, message, named="tether_add_test(NAME a_test): ", rest="",
                **settings):
        with self.subTest(arguments=arguments):
            status, printed = self.configure(f"tether_add_test({arguments})\n{rest}", **settings)
            self.assertNotEqual(status, 0, printed)
            self.assertIn(named + message, printed)
            self.assertIn("CMakeLists.txt", printed)

    def test_unknown_argument(self):
        self.refused("NAME a_test TIME 3 SOURCES a_test.cc", "unknown argument TIME")
        self.refused("a_test SOURCES a_test.cc", "unknown argument a_test", "tether_add_test: ")

    def test_missing_argument(self):
        self.refused("NAME a_test", "SOURCES is missing")
        self.refused("SOURCES a_test.cc", "NAME is missing", "tether_add_test: ")

    def test_argument_without_value(self):
        right = "NAME a_test SOURCES a_test.cc"
        for keyword in ("SERVERS", "LABELS", "TIMEOUT", "SHARDS", "WORKING_DIRECTORY",
                        "ENVIRONMENT", "PROPERTIES", "WRAP", "REQUIRES"):
            self.refused(f"{right} {keyword}", f"{keyword} without a value")
        self.refused(f"{right} WRAP REQUIRES", "REQUIRES, WRAP without a value")

    def test_number(self):
        right = "NAME a_test SOURCES a_test.cc"
        for number in ("0", "-1", "1.5", "many", "1min"):
            self.refused(f"{right} SHARDS {number}",
                         f'SHARDS is "{number}"; it must be a number of tests for ctest')
            self.refused(f"{right} TIMEOUT {number}",
                         f'TIMEOUT is "{number}"; it must be a whole number of seconds')

    def test_suites_and_shards(self):
        self.refused("NAME a_test SOURCES a_test.cc PER_SUITE SHARDS 2",
                     "PER_SUITE and SHARDS exclude each other")

    def test_environment(self):
        right = "NAME a_test SOURCES a_test.cc"
        self.refused(f"{right} ENVIRONMENT A=1 B",
                     'ENVIRONMENT has "B"; each entry must be NAME=value')
        self.refused(f"{right} WRAP strace ENVIRONMENT TETHER_WRAP=strace",
                     "WRAP, and ENVIRONMENT with TETHER_WRAP, which is the same")
        self.refused(f"{right} SHARDS 2 ENVIRONMENT GTEST_TOTAL_SHARDS=3",
                     "SHARDS sets GTEST_TOTAL_SHARDS; take it out of ENVIRONMENT")

    def test_what_no_list_can_hold(self):
        for value in ("[==[A=[b]==]", "[==[A=b]]==]", "[==[A=b\\]==]"):
            self.refused(f"NAME a_test SOURCES a_test.cc ENVIRONMENT {value} B=1",
                         f"{value[4:-4]} has a square bracket without its counterpart, or a backslash")

    def test_property_without_value(self):
        self.refused("NAME a_test SOURCES a_test.cc PROPERTIES RUN_SERIAL ON DISABLED",
                     "PROPERTIES has a name without a value: RUN_SERIAL ON DISABLED")

    def test_working_directory(self):
        self.refused("NAME a_test SOURCES a_test.cc WORKING_DIRECTORY /nowhere/at/all",
                     "WORKING_DIRECTORY is /nowhere/at/all, which is no directory")
        self.refused("NAME a_test SOURCES a_test.cc WORKING_DIRECTORY ../a_test.cc",
                     "WORKING_DIRECTORY is DIRECTORY/a_test.cc, which is no directory")

    def test_source_that_is_not_there(self):
        self.refused("NAME a_test SOURCES a_test.cc missing.cc",
                     "SOURCES has missing.cc; there is no such file in DIRECTORY")

    def test_server_that_is_no_target(self):
        self.refused("NAME a_test SOURCES a_test.cc SERVERS sever",
                     "SERVERS has sever, which is no target")

    def test_server_that_is_no_program(self):
        for rest in ("", "add_library(late STATIC a_test.cc)"):
            name = "late" if rest else "tether::gtest"
            kind = "STATIC_LIBRARY" if rest else "INTERFACE_LIBRARY"
            self.refused(f"NAME a_test SOURCES a_test.cc SERVERS {name}",
                         f"SERVERS has {name}, which is no executable but of type {kind}",
                         rest=rest)

    def test_without_gtest(self):
        self.refused("NAME a_test SOURCES a_test.cc",
                     "there is no target tether::gtest, which the test is linked with. Build tether with "
                     "TETHER_GTEST=ON; find_package(tether) then has it, unless COMPONENTS are given "
                     "without gtest", gtest="")


class Taken(Project):
    def test_what_comes_later_in_the_project(self):
        # Without a language nothing can be generated; so the end of the configuration is looked for.
        _, printed = self.configure("""
            tether_add_test(NAME a_test SERVERS late imported
              SOURCES a_test.cc generated.cc "$<1:a_test.cc>"
              WORKING_DIRECTORY made/by/the/build)
            add_executable(late a_test.cc)
            add_executable(imported IMPORTED GLOBAL)
            add_custom_command(OUTPUT generated.cc COMMAND touch generated.cc)
            cmake_language(DEFER CALL message "all was taken")""")
        self.assertIn("all was taken", printed)
        self.assertNotIn("tether_add_test(NAME", printed)


if __name__ == "__main__":
    unittest.main()
