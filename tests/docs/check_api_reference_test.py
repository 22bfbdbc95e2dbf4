"""Feeds check_api_reference.py a header that is right, and others each with one thing wrong.

    check_api_reference_test.py DOXYGEN DOXYFILE
"""
import pathlib
import sys
import tempfile
import unittest

import check_api_reference

TEMPLATE = """/// @namespace tether
/// For a test.

namespace tether {{

/// A value.
struct Value {{
  {member}
}};

}}  // namespace tether
"""


class CheckApiReference(unittest.TestCase):
    doxygen = doxyfile = ""

    def problems(self, member):
        with tempfile.TemporaryDirectory() as directory:
            header = pathlib.Path(directory, "value.h")
            header.write_text(TEMPLATE.format(member=member))
            return check_api_reference.problems(self.doxygen, self.doxyfile, [header])

    def test_accepts_what_is_documented(self):
        self.assertEqual(self.problems("/// In seconds.\n  int count = 0;"), "")

    def test_refuses_a_member_without_a_docstring(self):
        self.assertIn("count", self.problems("int count = 0;"))

    def test_refuses_a_plain_comment_in_place_of_a_docstring(self):
        self.assertIn("count", self.problems("// In seconds.\n  int count = 0;"))

    def test_refuses_a_reference_to_nothing(self):
        self.assertIn("Missing", self.problems("/// See @ref Missing.\n  int count = 0;"))


if __name__ == "__main__":
    CheckApiReference.doxygen, CheckApiReference.doxyfile = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
