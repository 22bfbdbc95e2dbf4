"""Consumers that build tether from its sources; and one that has the shared libraries of such a build
installed."""

import unittest

from project import (FROM_SOURCE, LIBDIR, SHARED, SOURCE, Project, build_and_run, emptied, install,
                     place_for)


def shared_libraries():
    # TETHER_INSTALL is for the shared libraries to be installed from there. It is off if not given.
    return Project("from_source", FROM_SOURCE, WAY="add_subdirectory", TETHER_SOURCE_DIR=SOURCE,
                   BUILD_SHARED_LIBS="ON", TETHER_INSTALL="ON")


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
