"""The recipes of vcpkg and Conan, followed without these programs, and tried by consumers of what comes of
it."""

import json
import os
import re
import shutil
import unittest

import follow_recipe
from project import (BUILD, SOURCE, WORK, Project, build_and_run, emptied, files_below, only, place_for,
                     read, run, toolchain)

PORT = SOURCE / "cmake/vcpkg/tether"
CONAN = SOURCE / "cmake/conan"
VCPKG_PACKAGES = WORK / "vcpkg/packages"

MANIFEST = json.loads((PORT / "vcpkg.json").read_text())


class Vcpkg(unittest.TestCase):
    def test_of_vcpkg_is_well_formed(self):
        self.assertEqual((PORT / "vcpkg.json").read_text(), json.dumps(MANIFEST, indent=2) + "\n")
        self.assertEqual(MANIFEST["name"], "tether")
        self.assertLessEqual(MANIFEST.keys(), {"name", "version", "description", "license", "supports",
                                               "dependencies", "default-features", "features"})
        self.assertEqual(list(MANIFEST["features"]), MANIFEST["default-features"])

    def test_of_vcpkg_is_as_vcpkg_writes_it(self):
        copy = emptied(WORK / "manifest") / "vcpkg.json"
        shutil.copy(PORT / "vcpkg.json", copy)
        run(os.environ["VCPKG"], "format-manifest", copy)
        self.assertEqual(copy.read_text(), (PORT / "vcpkg.json").read_text())

    def follow(self, packages, features):
        """The paths in the package, in which vcpkg itself would find no fault."""
        printed = run(os.environ["CMAKE"], f"-DPORT_DIR={PORT}", f"-DBUILT={BUILD}",
                      f"-DWORK={emptied(packages.parent)}", f"-DFEATURES={';'.join(features)}",
                      f"-DSETTINGS={';'.join(toolchain())}", "-P", SOURCE / "tests/package/follow_port.cmake")
        self.assertNotIn("not used by the project", printed)
        paths = files_below(packages)
        self.assertEqual([path for path in paths if "/" not in path], ["debug", "include", "lib", "share", "tools"])
        for wrong in ("debug/bin", "debug/include", "debug/share", "debug/lib/cmake", "lib/cmake"):
            self.assertNotIn(wrong, paths)
        self.assertLessEqual({"share/tether/copyright", "share/tether/usage", "tools/tether/tether-run"}, set(paths))
        return paths

    def test_of_vcpkg_can_be_followed(self):
        paths = self.follow(VCPKG_PACKAGES, MANIFEST["default-features"])
        self.assertLessEqual({"debug/lib/libtether_gtest.a", "lib/libtether_gtest.a"}, set(paths))

    def test_of_vcpkg_can_be_followed_without_gtest(self):
        packages = WORK / "vcpkg_without_gtest/packages"
        self.assertEqual([path for path in self.follow(packages, []) if path.endswith(".a")],
                         ["debug/lib/libtether.a", "lib/libtether.a"])

    def test_of_vcpkg_has_what_a_consumer_needs(self):
        for kind, libraries in (("Debug", "debug/lib"), ("Release", "lib")):
            place = place_for(f"vcpkg_{kind}")
            Project("installed", place, CMAKE_PREFIX_PATH=VCPKG_PACKAGES, CMAKE_BUILD_TYPE=kind)
            expected = [VCPKG_PACKAGES / name for name in (
                f"{libraries}/libtether.a", f"{libraries}/libtether_gtest.a", "tools/tether/tether-run")]
            self.assertEqual((place / "found.txt").read_text().splitlines(), list(map(str, expected)))
        build_and_run("installed", VCPKG_PACKAGES, number=3, CMAKE_BUILD_TYPE="Release")


def conan_settings(text):
    """What the command in a text tells Conan of the compiler."""
    return {"compiler": only(r"conan create \S*cmake/conan .*-s compiler\.cppstd=(\w+)", text)}


def recipe_of_conan(place=WORK / "nowhere", settings=None, **options):
    told = conan_settings(read("README.md"))
    return follow_recipe.load(CONAN, place, {**told, **(settings or {})}, options)


class Needs(unittest.TestCase):
    """The libraries that the recipes ask for are those that tether needs."""

    OF_CONAN = {"BOOST": "boost", "GOOGLETEST": "gtest", "HTTPLIB": "cpp-httplib", "PCRE2": "pcre2"}

    def needed(self):
        names = re.findall(r"^set\(TETHER_(\w+)_URL$", read("cmake/Dependencies.cmake"), re.MULTILINE)
        return sorted(self.OF_CONAN[name] for name in names)

    def required(self, **options):
        recipe = recipe_of_conan(**options)
        recipe.requirements()
        return recipe.required

    def test_of_vcpkg_names_what_tether_needs(self):
        dependencies = MANIFEST["dependencies"] + MANIFEST["features"]["gtest"]["dependencies"]
        dependencies = [each if isinstance(each, dict) else {"name": each} for each in dependencies]
        libraries = [each["name"] for each in dependencies if not each.get("host")]
        self.assertEqual(len(libraries), len(set(libraries)))
        self.assertEqual(sorted({re.sub("^boost-.*", "boost", name) for name in libraries}), self.needed())
        tools = {each["name"] for each in dependencies if each.get("host")}
        self.assertEqual(tools, {"vcpkg-cmake", "vcpkg-cmake-config"})

    def test_of_conan_names_what_tether_needs(self):
        self.assertEqual(sorted(self.required()), self.needed())
        self.assertEqual(sorted(self.required(gtest=False)), sorted(set(self.needed()) - {"gtest"}))

    def test_of_conan_names_what_consumers_need(self):
        config = read("cmake/tetherConfig.cmake.in") + read("cmake/TetherFindGtest.cmake.in")
        found = re.findall(r"(?m)^ *find_(?:dependency|package)\((\w+)", config)
        found += re.findall(r"find_library\(TETHER_(\w+)_LIB", config)
        self.assertIn("Threads", found)
        self.assertEqual({name for name, each in self.required().items() if each.visible},
                         {name.lower() for name in found} - {"threads"})
        self.assertTrue(self.required()["gtest"].transitive_headers)


class Conan(unittest.TestCase):
    def test_of_conan_is_for_what_tether_is_for(self):
        self.assertEqual(conan_settings(read("cmake/conan/conanfile.py")), conan_settings(read("README.md")))
        recipe_of_conan().validate()
        for wrong in ({"compiler": "gnu17"}, {"os": "Macos"}):
            with self.subTest(wrong), self.assertRaises(follow_recipe.ConanInvalidConfiguration):
                recipe_of_conan(settings=wrong).validate()

    def test_of_conan_has_the_usual_options(self):
        for shared in (False, True):
            recipe = recipe_of_conan(shared=shared)
            recipe.configure()
            self.assertEqual(hasattr(recipe.options, "fPIC"), not shared)

    def follow(self, name, libraries, **options):
        package = place_for(name) / "package"
        recipe = follow_recipe.follow(recipe_of_conan(package.parent, **options))
        self.assertEqual(recipe.cpp_info.libs, libraries)
        self.assertEqual(sorted(path.name for path in (package / "lib").iterdir()),
                         sorted(["cmake", *(f"lib{library}.a" for library in libraries)]))
        self.assertTrue((package / "licenses/LICENSE").exists())
        # Nothing is exported that "conan create" itself would change.
        self.assertFalse((package.parent / "export_source/cmake/conan").exists())
        self.assertEqual(recipe.cpp_info.properties, {"cmake_find_mode": "none"})

        place = place_for(f"{name}_consumer")
        follow_recipe.follow(follow_recipe.load(CONAN / "test_package", place, {}, tested=recipe))
        return package, place / "build"

    def test_of_conan_can_be_followed(self):
        package, consumer = self.follow("conan", ["tether_gtest", "tether"])
        expected = [package / name for name in ("lib/libtether.a", "lib/libtether_gtest.a", "bin/tether-run")]
        self.assertEqual((consumer / "found.txt").read_text().splitlines(), list(map(str, expected)))

    def test_of_conan_can_be_followed_without_gtest(self):
        self.follow("conan_without_gtest", ["tether"], gtest=False)

    def test_of_conan_is_known_to_conan(self):
        home = {"CONAN_HOME": str(emptied(WORK / "conan_home"))}
        run(os.environ["CONAN"], "inspect", CONAN, **home)
        self.assertIn("tether/", run(os.environ["CONAN"], "export", CONAN, **home))


if __name__ == "__main__":
    unittest.main()
