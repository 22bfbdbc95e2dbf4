"""All that says which version of tether this is says the same."""

import json
import re
import unittest

from project import BUILD, LIBDIR, STATIC, VERSION, Failed, Project, only, place_for, read, run


class Version(unittest.TestCase):
    def test_is_that_of_the_header(self):
        header = read("fixture/tether/version.h")
        self.assertEqual(only(r'^#define TETHER_VERSION "(.*)"', header), VERSION)
        parts = [only(rf"^#define TETHER_VERSION_{part} (\d+)", header) for part in ("MAJOR", "MINOR", "PATCH")]
        self.assertEqual(".".join(parts), VERSION)

    def test_is_the_first_of_the_changelog(self):
        self.assertEqual(re.findall(r"^## \[(\d\S*)\] - \d{4}-\d\d-\d\d$", read("CHANGELOG.md"), re.MULTILINE)[0],
                         VERSION)

    def test_is_that_of_the_recipes(self):
        self.assertEqual(json.loads(read("cmake/vcpkg/tether/vcpkg.json"))["version"], VERSION)
        self.assertEqual(only(r'^    version = "(.*)"', read("cmake/conan/conanfile.py")), VERSION)

    def test_is_what_the_installed_files_say(self):
        self.assertEqual(run(STATIC / "bin/tether-run", "--version"), f"tether-run (Tether) {VERSION}\n")
        for name in ("tether", "tether-gtest"):
            text = (STATIC / LIBDIR / f"pkgconfig/{name}.pc").read_text()
            self.assertEqual(only(r"^Version: (.*)", text), VERSION)

    def test_is_that_of_the_package_for_debian(self):
        self.assertEqual(only(r'^set\(CPACK_PACKAGE_VERSION "(.*)"\)', (BUILD / "CPackConfig.cmake").read_text()),
                         VERSION)


class Compatibility(unittest.TestCase):
    """What find_package() says to a request for a version."""

    def find(self, wanted, **settings):
        Project("version", place_for("version"), CMAKE_PREFIX_PATH=STATIC, WANTED=wanted, EXPECTED=VERSION,
                **settings)

    def test_is_that_of_one_minor_version(self):
        major, minor, patch = map(int, VERSION.split("."))
        for right in (VERSION, f"{major}.{minor}"):
            self.find(right)
        later = [f"{major}.{minor + 1}", f"{major + 1}", f"{major}.{minor}.{patch + 1}"]
        earlier = [f"{major}.{minor - 1}"] if minor else []
        for wrong in later + earlier:
            with self.subTest(wrong), self.assertRaisesRegex(Failed, f"version: {VERSION}"):
                self.find(wrong)

    def test_is_that_of_one_minor_version_of_gtest(self):
        pc = (STATIC / LIBDIR / "pkgconfig/tether-gtest.pc").read_text()
        right, above = only(r"gtest >= (\S+), gtest < (\S+)$", pc)
        for version in (f"{right}.99", ""):
            self.find(VERSION, GTEST_VERSION=version)
        for found, settings in (("1.11.0", {"GTEST_VERSION": "1.11.0"}),
                                (f"{above}.0", {"GTEST_VERSION": f"{above}.0"}),
                                ("none", {"CMAKE_DISABLE_FIND_PACKAGE_GTest": "ON"})):
            expected = rf"GoogleTest\s+{right}\s[^.]+;\s+found:\s+{found}"
            with self.subTest(found), self.assertRaisesRegex(Failed, expected):
                self.find(VERSION, **settings)


if __name__ == "__main__":
    unittest.main()
