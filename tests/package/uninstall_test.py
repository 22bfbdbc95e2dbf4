"""The target tether_uninstall: what it takes away, what it leaves, and what it says."""

import os
import unittest

from project import (BUILD, LIBDIR, SOURCE, WORK, Failed, build_and_run, emptied, files_below, install,
                     place_for, run)


def uninstall(**variables):
    return run(os.environ["CMAKE"], "--build", BUILD, "--target", "tether_uninstall", **variables)


class Uninstall(unittest.TestCase):
    def test_takes_tether_and_leaves_what_is_of_others(self):
        prefix = emptied(WORK / "uninstalled")
        for empty in ("bin", "include", f"{LIBDIR}/pkgconfig", f"{LIBDIR}/cmake"):
            (prefix / empty).mkdir(parents=True)
        (prefix / LIBDIR / "cmake/of_others.cmake").touch()
        before = files_below(prefix)
        install(prefix)
        build_and_run("installed", prefix, number=3)
        uninstall()
        self.assertEqual(files_below(prefix), before)
        with self.assertRaisesRegex(Failed, "tetherConfig.cmake"):
            build_and_run("installed", prefix, number=3)

    def test_takes_the_directories_that_were_made(self):
        place = emptied(WORK / "uninstalled_wholly")
        install(place / "new/prefix")
        install(place / "new/prefix")
        self.assertIn(f"Removed: {place}/new/prefix/bin/tether-run\n", uninstall())
        self.assertEqual(files_below(place), [])

    def test_leaves_a_directory_with_what_came_later(self):
        prefix = emptied(WORK / "uninstalled_partly") / "new"
        install(prefix)
        (prefix / "include/of_others.h").touch()
        uninstall()
        self.assertEqual(files_below(prefix), ["include", "include/of_others.h"])

    def test_forgets_what_it_has_removed(self):
        prefix = emptied(WORK / "uninstalled_twice") / "new"
        install(prefix)
        uninstall()
        prefix.mkdir()
        install(prefix)
        uninstall()
        self.assertEqual(files_below(prefix.parent), ["new"])

    def test_is_told_of_destdir(self):
        stage, other = emptied(WORK / "uninstalled_stage"), emptied(WORK / "uninstalled_prefix")
        (stage / "of_others").touch()
        install(other)
        before = files_below(other)
        install(other, DESTDIR=str(stage))
        uninstall(DESTDIR=str(stage))
        self.assertEqual(files_below(stage), ["of_others"])
        self.assertEqual(files_below(other), before)

    def test_refuses_what_is_not_there(self):
        place = emptied(WORK / "uninstalled_elsewhere")
        install(place / "first")
        (place / "first").rename(place / "moved")
        before = files_below(place)
        with self.assertRaises(Failed) as caught:
            uninstall()
        said = " ".join(str(caught.exception).split())
        self.assertIn(f"none of the files listed in {BUILD}/install_manifest.txt is there, such as "
                      f"{place}/first/", said)
        self.assertNotIn("Removed:", said)
        self.assertEqual(files_below(place), before)

    def test_refuses_where_nothing_was_installed(self):
        manifest = place_for("uninstall") / "install_manifest.txt"
        for create in (lambda: None, manifest.touch):
            create()
            with self.assertRaisesRegex(Failed, r"which\s+is\s+missing\s+or\s+empty"):
                run(os.environ["CMAKE"], f"-DMANIFEST={manifest}", "-P", SOURCE / "cmake/Uninstall.cmake")


if __name__ == "__main__":
    unittest.main()
