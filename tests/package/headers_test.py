"""The headers that are installed are those that users can come by."""

import sys
import unittest

from project import SOURCE, STATIC

sys.path.insert(0, str(SOURCE / "tests"))
import check_layers  # noqa: E402


class Headers(unittest.TestCase):
    def test_are_those_that_users_reach(self):
        reached = check_layers.ways_to_headers(check_layers.read_tree(SOURCE / "fixture/tether"))
        installed = [str(path.relative_to(STATIC / "include/tether"))
                     for path in (STATIC / "include").rglob("*") if path.is_file()]
        self.assertEqual(sorted(installed), sorted(reached),
                         "fixture/PublicHeaders.cmake lists other headers than users reach")


if __name__ == "__main__":
    unittest.main()
