"""All that says which version of tether this is says the same."""

import ast
import json
import os
import re
import unittest

from project import BUILD, LIBDIR, SOURCE, STATIC, VERSION, Failed, Project, place_for, run, toolchain


def only(pattern, text):
    found = re.findall(pattern, text, re.MULTILINE)
    if len(found) != 1:
        raise Failed(f"{pattern} was found {len(found)} times in:\n{text}")
    return found[0]


def read(path):
    return (SOURCE / path).read_text("utf-8")


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

    def find(self, wanted):
        Project("version", place_for("version"), CMAKE_PREFIX_PATH=STATIC, WANTED=wanted, EXPECTED=VERSION)

    def test_is_that_of_one_minor_version(self):
        major, minor, patch = map(int, VERSION.split("."))
        for right in (VERSION, f"{major}.{minor}"):
            self.find(right)
        later = [f"{major}.{minor + 1}", f"{major + 1}", f"{major}.{minor}.{patch + 1}"]
        earlier = [f"{major}.{minor - 1}"] if minor else []
        for wrong in later + earlier:
            with self.subTest(wrong), self.assertRaisesRegex(Failed, f"version: {VERSION}"):
                self.find(wrong)


class Recipes(unittest.TestCase):
    """The recipes of vcpkg and Conan, as far as they can be checked without these programs."""

    def test_of_vcpkg_is_well_formed(self):
        port = json.loads(read("cmake/vcpkg/tether/vcpkg.json"))
        self.assertEqual(port["name"], "tether")
        self.assertLessEqual(port.keys(), {"name", "version", "description", "license", "supports",
                                           "dependencies", "default-features", "features"})
        self.assertEqual(list(port["features"]), port["default-features"])
        dependencies = port["dependencies"] + port["features"]["gtest"]["dependencies"]
        names = [each if isinstance(each, str) else each["name"] for each in dependencies]
        for name in names:
            self.assertRegex(name, r"^[a-z0-9]+(-[a-z0-9]+)*$")
        self.assertEqual(len(names), len(set(names)))

    def test_of_vcpkg_can_be_followed(self):
        place = place_for("vcpkg")
        run(os.environ["CMAKE"], f"-DPORT_DIR={SOURCE}/cmake/vcpkg/tether", f"-DWORK={place}",
            f"-DSETTINGS={';'.join(toolchain())}", "-P", SOURCE / "tests/package/follow_port.cmake")
        cache = (place / "build/CMakeCache.txt").read_text()
        for option in ("TETHER_GTEST:BOOL=ON", "TETHER_INSTALL:BOOL=ON", "TETHER_TESTS:BOOL=OFF"):
            self.assertIn(f"\n{option}\n", cache)
        self.assertEqual({path.name for path in (place / "packages/share/tether").iterdir()},
                         {"LICENSE", "usage"})

    def test_of_vcpkg_knows_the_options(self):
        self.check_options(read("cmake/vcpkg/tether/portfile.cmake"))

    def test_of_conan_is_well_formed(self):
        text = read("cmake/conan/conanfile.py")
        recipe = next(node for node in ast.parse(text).body if isinstance(node, ast.ClassDef))
        methods = {node.name for node in recipe.body if isinstance(node, ast.FunctionDef)}
        self.assertLessEqual({"export_sources", "requirements", "generate", "build", "package", "package_info"},
                             methods)
        self.check_options(text)

    def check_options(self, text):
        cache = (BUILD / "CMakeCache.txt").read_text()
        options = set(re.findall(r"TETHER_\w+", text))
        self.assertLessEqual({"TETHER_DEPENDENCIES", "TETHER_INSTALL", "TETHER_SAMPLES", "TETHER_TESTS"}, options)
        for option in options:
            self.assertRegex(cache, rf"(?m)^{option}:")


if __name__ == "__main__":
    unittest.main()
