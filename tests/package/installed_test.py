"""Consumers of a static tether that was installed from the build that is tested."""

import os
import shutil
import unittest

from project import LIBDIR, SOURCE, STATIC, WORK, Project, build_and_run, emptied, install, place_for


class Install(unittest.TestCase):
    def test_installs(self):
        install(emptied(STATIC))
        self.assertTrue((STATIC / LIBDIR / "libtether.a").exists())


class Installed(unittest.TestCase):
    def found(self, project, prefix):
        for path in (project.build / "found.txt").read_text().splitlines():
            self.assertTrue(path.startswith(f"{prefix}/"), f"{path} is not in {prefix}")

    def test_is_found(self):
        project = build_and_run("installed", STATIC, number=3)
        project.run_elsewhere("greeter_test")
        self.found(project, STATIC)

    def test_is_found_by_the_project_of_the_readme(self):
        build_and_run(SOURCE / "samples/first", STATIC, number=1)

    def test_is_found_without_gtest(self):
        build_and_run("without_gtest", STATIC, number=1)

    def test_runs_under_valgrind(self):
        valgrind = shutil.which("valgrind")
        if not valgrind:
            self.skipTest("there is no valgrind")
        project = Project("installed", place_for("under_valgrind"), CMAKE_PREFIX_PATH=STATIC)
        project.compile("greeter_test")
        project.run_elsewhere("greeter_test", valgrind, "--quiet", "--error-exitcode=99", "--leak-check=full",
                              "--errors-for-leak-kinds=definite")

    def test_can_be_moved(self):
        first, second = WORK / "first", emptied(WORK / "second") / "moved"
        install(emptied(first))
        first.rename(second)
        self.found(build_and_run("installed", second, number=3), second)

    def test_is_staged_by_destdir(self):
        stage = emptied(WORK / "stage")
        install("/opt/tether", DESTDIR=str(stage))
        self.assertEqual(os.listdir(stage), ["opt"])
        prefix = stage / "opt/tether"
        self.found(build_and_run("installed", prefix, number=3), prefix)


if __name__ == "__main__":
    unittest.main()
