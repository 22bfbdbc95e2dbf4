"""Consumers that build tether from its sources; and one that has the shared libraries of such a build
installed."""

import pathlib
import unittest

from project import (FROM_SOURCE, LIBDIR, SHARED, SOURCE, Failed, Project, build_and_run, emptied, install,
                     place_for)

GOOGLETEST = pathlib.Path("/usr/src/googletest")


def shared_libraries():
    # TETHER_INSTALL is for the shared libraries to be installed from there. It is off if not given. The
    # rest is the project's way to compile its own sources, and must not be tether's.
    return Project("from_source", FROM_SOURCE, WAY="add_subdirectory", TETHER_SOURCE_DIR=SOURCE,
                   BUILD_SHARED_LIBS="ON", TETHER_INSTALL="ON", CMAKE_UNITY_BUILD="ON",
                   CMAKE_CXX_VISIBILITY_PRESET="hidden", CMAKE_VISIBILITY_INLINES_HIDDEN="ON")


class Build(unittest.TestCase):
    def test_is_built(self):
        shared_libraries().compile("tether_gtest", "tether_run", jobs=2)


class FromSource(unittest.TestCase):
    def works(self, consumer):
        consumer.compile(jobs=2)
        consumer.test(3)
        consumer.run_elsewhere("greeter_test")

    def test_is_fetched_as_it_comes(self):
        self.works(Project("from_source", place_for("fetched"), WAY="FetchContent",
                          TETHER_SOURCE_DIR=SOURCE))

    def test_is_a_subdirectory(self):
        self.works(shared_libraries())

    def test_has_no_name_without_the_prefix(self):
        consumer = emptied(FROM_SOURCE.parent / "names")
        Project("from_source", consumer, WAY="add_subdirectory", TETHER_SOURCE_DIR=SOURCE)
        names = [line.split(" ", 1) for line in (consumer / "names.txt").read_text().splitlines()]
        self.assertEqual({kind for kind, _ in names}, {"target", "variable", "command"})
        foreign = [name for name in names if not name[1].lower().startswith("tether")]
        self.assertEqual(foreign, [])

    def test_brings_neither_tests_nor_samples_nor_installation(self):
        consumer = emptied(FROM_SOURCE.parent / "defaults")
        Project("from_source", consumer, WAY="add_subdirectory", TETHER_SOURCE_DIR=SOURCE)
        cache = (consumer / "CMakeCache.txt").read_text()
        for option in ("TETHER_TESTS", "TETHER_SAMPLES"):
            self.assertNotIn(f"{option}:BOOL=ON", cache)
        self.assertIn("TETHER_INSTALL:BOOL=OFF", cache)
        prefix = emptied(FROM_SOURCE.parent / "nothing")
        install(prefix, consumer)
        self.assertEqual(list(prefix.iterdir()), [])


@unittest.skipUnless(GOOGLETEST.exists(), f"there is no {GOOGLETEST} (Debian: googletest)")
class OwnGoogleTest(unittest.TestCase):
    """A project's, beside an installed one or where none is. A wrong choice shows without a build."""

    ORDERS = ("tether;googletest", "googletest;tether")

    def project(self, contents, **settings):
        return Project("own_googletest", place_for("own_googletest"), CONTENTS=contents,
                       TETHER_SOURCE_DIR=SOURCE, GOOGLETEST_SOURCE_DIR=GOOGLETEST, **settings)

    def is_the_only_one(self, **settings):
        for contents in self.ORDERS:
            with self.subTest(contents):
                words = self.project(contents, **settings).linked_with("greeter_test")
                self.assertEqual({word for word in words if word.endswith("libgtest.a")}, {"lib/libgtest.a"})

    def test_is_preferred_to_an_installed_one(self):
        self.is_the_only_one()

    def test_is_used_where_none_is_installed(self):
        self.is_the_only_one(NONE_INSTALLED="ON")

    def test_is_refused_without_gmock(self):
        for contents in self.ORDERS:
            with self.subTest(contents), self.assertRaisesRegex(Failed, r"Set\s+BUILD_GMOCK\s+to\s+ON"):
                self.project(contents, BUILD_GMOCK="OFF")

    def test_is_refused_when_tether_has_another(self):
        with self.assertRaisesRegex(Failed, r"two\s+copies\s+of\s+GoogleTest"):
            self.project("googletest", LATE="ON")


class Shared(unittest.TestCase):
    def test_is_installed(self):
        install(emptied(SHARED), FROM_SOURCE)
        self.assertIn("libtether.so.0.1", {path.name for path in (SHARED / LIBDIR).iterdir()})

    def test_is_found(self):
        consumer = build_and_run("installed", SHARED, number=3)
        consumer.run_elsewhere("greeter_test")
        self.assertIn("/libtether.so", (consumer.build / "found.txt").read_text())


if __name__ == "__main__":
    unittest.main()
