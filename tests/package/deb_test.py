"""The package for Debian: what it depends on, and a consumer of what is in it."""

import os
import re
import subprocess
import unittest

from project import BUILD, LIBDIR, VERSION, WORK, build_and_run, emptied, run

PLACE = WORK / "deb"


def package():
    return next(PLACE.glob("*.deb"))


def field(name):
    return run("dpkg-deb", "--field", package(), name).strip()


def depends():
    """Name, relation and version of each of its dependencies, the latter two empty for any version."""
    return re.findall(r"([^ ,]+)(?: \((\S+) ([^)]+)\))?", field("Depends"))


class Build(unittest.TestCase):
    def test_is_built(self):
        emptied(PLACE)
        run(os.environ["CPACK"], "--config", BUILD / "CPackConfig.cmake", "-B", PLACE, "-D",
            "CPACK_DEBIAN_COMPRESSION_TYPE=none", directory=PLACE)
        self.assertEqual(field("Package"), "libtether-dev")
        self.assertEqual(field("Version"), VERSION)
        self.assertRegex(package().name, rf"^libtether-dev_{re.escape(VERSION)}_\w+\.deb$")


class Deb(unittest.TestCase):
    def test_depends_on_what_is_linked_and_included(self):
        names = {name for name, _, _ in depends()}
        self.assertLessEqual({"libpcre2-dev", "libgtest-dev", "libgmock-dev", "libc6", "libstdc++6"}, names)
        self.assertEqual([relation for name, relation, _ in depends() if name == "libgtest-dev"],
                         [">=", "<<"])

    def test_can_be_installed_here(self):
        for name, relation, limit in depends():
            installed = run("dpkg-query", "--show", "--showformat=${Version}", name)
            if relation:
                run("dpkg", "--compare-versions", installed, relation, limit)

    def test_depends_on_the_libraries_of_the_programs_within_the_library(self):
        library = os.environ["HTTPLIB_LIBRARIES"].split(";")[0]
        if not library.endswith(".so"):
            self.skipTest("cpp-httplib is no shared library here")
        found = subprocess.run(["dpkg", "--search", os.path.realpath(library)], text=True, check=False,
                               stdout=subprocess.PIPE).stdout
        if not found:
            self.skipTest(f"{library} is of no package")
        self.assertIn(found.split(":")[0], field("Depends"))

    def test_has_what_a_consumer_needs(self):
        root = emptied(WORK / "unpacked")
        run("dpkg-deb", "--extract", package(), root)
        self.assertEqual(os.listdir(root), ["usr"])
        self.assertEqual({path.name for path in (root / "usr/share/doc/libtether-dev").iterdir()},
                         {"changelog.gz", "copyright"})
        self.assertTrue((root / "usr" / LIBDIR / "pkgconfig/tether-gtest.pc").exists())
        build_and_run("installed", root / "usr", number=3)


if __name__ == "__main__":
    unittest.main()
