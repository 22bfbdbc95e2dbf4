"""Builds the project beside this file with two configurations and runs its tests by ctest."""

import os
import pathlib
import re
import shutil
import subprocess
import unittest

SOURCE = pathlib.Path(__file__).resolve().parent / "project"
BUILD = pathlib.Path(os.environ["PROJECT_BUILD"])


def run(*command):
    """Returns the exit status and what was printed on both streams."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    return done.returncode, done.stdout


def ctest(*arguments, configuration="Debug"):
    """Returns the exit status, what was printed, and a dictionary from tests to their outcomes."""
    options = ["-C", configuration] if configuration else []
    status, printed = run(os.environ["CTEST"], "--test-dir", str(BUILD), *options, *arguments)
    outcomes = re.findall(r"Test +#\d+: (.+?) \.*[* ]+(Passed|Failed|Skipped|Not Run \(Disabled\)|"
                          r"Not Run|Timeout|Exception)", printed)
    return status, printed, dict(outcomes)


def names(*arguments):
    _, printed, _ = ctest("-N", *arguments)
    return re.findall(r"^ +Test +#\d+: (.*)$", printed, re.MULTILINE)


class Build(unittest.TestCase):
    def test_is_built(self):
        shutil.rmtree(BUILD, ignore_errors=True)
        status, printed = run(
            os.environ["CMAKE"], "-S", str(SOURCE), "-B", str(BUILD), "-G", "Ninja Multi-Config",
            f"-DCMAKE_MAKE_PROGRAM={os.environ['NINJA']}",
            f"-DPROJECT_SETTINGS={os.environ['PROJECT_SETTINGS']}",
            "-DCMAKE_CONFIGURATION_TYPES=Debug;Release")
        self.assertEqual(status, 0, printed)
        for arguments in (["Debug"], ["Release", "--target", "each"]):
            status, printed = run(os.environ["CMAKE"], "--build", str(BUILD), "--config", *arguments)
            self.assertEqual(status, 0, printed)

    def test_program_that_cannot_list_its_tests_is_not_built(self):
        status, printed = run(os.environ["CMAKE"], "--build", str(BUILD), "--config", "Debug",
                              "--target", "homeless")
        self.assertNotEqual(status, 0, printed)
        self.assertIn("tether_add_test(NAME homeless): WORKING_DIRECTORY is " + str(BUILD),
                      " ".join(printed.split()))


class Names(unittest.TestCase):
    def test_each_test_has_its_name(self):
        self.assertCountEqual(names("-R", r"^each\."), [
            "each.Passes.WithTheServerOfItsConfiguration", "each.Passes.DISABLED_IfItIsRun (Disabled)",
            "each.DISABLED_Passes.IfItIsRun (Disabled)", "each.AllSkipped.IsSkipped", "each.AllSkipped.IsSkippedToo",
            "each.SomeSkipped.IsSkipped", "each.SomeSkipped.Passes", "each.SomeSkipped.Fails",
            "each.DoesNotStart.IsNotRun", "each.Odd/Values.AreNotInNames/0",
            "each.Odd/Values.AreNotInNames/1", "each.Odd/Values.AreNotInNames/2",
            "each.OddName.with ?a? bracket? and - others: *"])

    def test_suites_and_shards_have_their_names(self):
        self.assertCountEqual(names("-R", r"^(suite|part)\."), [
            "suite.Passes", "suite.DISABLED_Passes (Disabled)", "suite.AllSkipped",
            "suite.SomeSkipped", "suite.DoesNotStart", "suite.Odd/Values", "suite.OddName", "part.shard1of2", "part.shard2of2"])

    def test_labels_are_kept(self):
        programs = lambda *arguments: {name.partition(".")[0] for name in names(*arguments)}
        self.assertEqual(programs("-L", "^one$"), {"each"})
        self.assertEqual(programs("-L", "^two$"), {"each", "suite", "part"})
        self.assertEqual(programs("-L", "^three$"), {"suite", "part"})


class Outcomes(unittest.TestCase):
    def outcomes(self, expected):
        for name, outcome in expected.items():
            with self.subTest(name=name):
                _, printed, outcomes = ctest("-V", "-R", "^" + re.escape(name) + "$")
                self.assertEqual(outcomes.get(name), outcome, printed)

    def test_what_passes_passes(self):
        self.outcomes({name: "Passed" for name in (
            "each.Passes.WithTheServerOfItsConfiguration", "each.SomeSkipped.Passes",
            "each.Odd/Values.AreNotInNames/2", "each.OddName.with ?a? bracket? and - others: *",
            "suite.Passes", "suite.Odd/Values", "suite.OddName")})
        self.outcomes({"each.SomeSkipped.Fails": "Failed", "suite.SomeSkipped": "Failed"})

    def test_suite_whose_server_does_not_start_fails(self):
        self.outcomes({"each.DoesNotStart.IsNotRun": "Failed", "suite.DoesNotStart": "Failed"})

    def test_all_skipped_is_skipped(self):
        self.outcomes({"each.AllSkipped.IsSkipped": "Skipped", "suite.AllSkipped": "Skipped",
                       "each.SomeSkipped.IsSkipped": "Skipped"})

    def test_missing_program_skips_and_is_named(self):
        text = "SKIPPED: needy requires absent-program, not found in PATH"
        status, printed, outcomes = ctest("-R", r"^needy\.")
        self.assertEqual(status, 0, printed)
        self.assertIn(text, printed)
        self.assertEqual(set(outcomes.values()) - {"Not Run (Disabled)"}, {"Skipped"}, printed)
        self.outcomes({"needy.SomeSkipped.Fails": "Skipped"})

    def test_missing_program_is_looked_for_at_each_run(self):
        program = BUILD / "bin" / "absent-program"
        program.parent.mkdir(exist_ok=True)
        program.write_text("#!/bin/sh\n")
        try:
            self.outcomes({"needy.SomeSkipped.Passes": "Skipped"})  # not executable
            program.chmod(0o755)
            self.outcomes({"needy.SomeSkipped.Passes": "Passed"})
        finally:
            program.unlink()
        self.outcomes({"needy.SomeSkipped.Passes": "Skipped"})


class Configurations(unittest.TestCase):
    def test_each_has_its_servers(self):
        for configuration in ("Debug", "Release", "release"):
            status, printed, outcomes = ctest("-R", r"^each\.Passes\.With", configuration=configuration)
            self.assertEqual(status, 0, printed)
            self.assertEqual(list(outcomes.values()), ["Passed"], printed)
        _, printed, outcomes = ctest("-R", "^suite", configuration="Release")
        self.assertEqual(outcomes, {"suite_NOT_BUILT": "Not Run"}, printed)

    def test_none_is_refused(self):
        status, printed, _ = ctest("-R", "^each", configuration=None)
        self.assertNotEqual(status, 0)
        self.assertIn('Missing "-C <config>"?', printed)


if __name__ == "__main__":
    unittest.main()
