"""Feeds check_snippets.py small pages: right ones, and others each with one thing wrong."""
import pathlib
import stat
import tempfile
import unittest

import check_snippets

SOURCE = """int main() {
  if (ready) {
    Use(server);

    Stop(server);
  }
}
"""
PRINTER = "#!/bin/sh\necho \"/tmp/1/a.cc:54: $1 took 12 ms\"\necho\necho why\n"


def page(mark, *lines, language="cpp"):
    return "\n".join(["Text.", "", mark, f"```{language}", *lines, "```", "", "More text.", ""])


class CheckSnippets(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name).resolve()
        self.write("samples/use.cc", SOURCE)
        self.write("samples/stale.cc", SOURCE)
        self.write("samples/CMakeLists.txt", "add_executable(use use.cc)\n")
        self.write("samples/use.sh", "use --all\n")
        printer = self.write("printer", PRINTER)
        printer.chmod(printer.stat().st_mode | stat.S_IXUSR)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    def problems(self, text, name="README.md"):
        self.write(name, text)
        return list(check_snippets.problems(check_snippets.Checker(
            self.root, {self.root / "samples/use.cc"}, {self.root / "samples/CMakeLists.txt"},
            str(self.root / "printer"))))

    def assert_refused(self, text, why):
        found = self.problems(text)
        self.assertEqual(len(found), 1, found)
        self.assertIn(why, found[0])
        self.assertTrue(found[0].startswith("README.md:4: "), found[0])

    def test_accepts_lines_with_less_indentation(self):
        self.assertEqual(self.problems(page(
            "<!-- snippet: samples/use.cc -->", "Use(server);", "", "Stop(server);")), [])

    def test_accepts_a_list_file_that_cmake_reads(self):
        self.assertEqual(self.problems(page("<!-- snippet: samples/CMakeLists.txt -->",
                                            "add_executable(use use.cc)", language="cmake")), [])

    def test_accepts_what_is_printed_but_for_numbers_and_directories(self):
        self.assertEqual(self.problems(page("<!-- printed by: failing_sample A.B -->",
                                            "a.cc:9: --gtest_filter=A.B took 7.5 ms", language="")), [])

    def test_accepts_what_is_printed_but_for_blank_lines(self):
        self.assertEqual(self.problems(page("<!-- printed by: failing_sample A.B -->",
                                            "a.cc:9: --gtest_filter=A.B took 7.5 ms", "why",
                                            language="")), [])

    def test_accepts_a_shell_without_a_mark(self):
        self.assertEqual(self.problems(page("", "samples/run", language="sh")), [])

    def test_refuses_cpp_without_a_mark(self):
        self.assert_refused(page("", "Use(server);"), "a block of C++ without a mark")

    def test_refuses_cmake_without_a_mark(self):
        self.assert_refused(page("", "add_executable(use)", language="cmake"),
                            "a block of CMake without a mark")

    def test_refuses_a_line_that_is_not_in_the_file(self):
        self.assert_refused(page("<!-- snippet: samples/use.cc -->", "Use(servers);"),
                            "this does not stand in samples/use.cc")

    def test_refuses_lines_that_do_not_follow_one_another(self):
        self.assert_refused(page("<!-- snippet: samples/use.cc -->", "Use(server);", "Stop(server);"),
                            "this does not stand in samples/use.cc")

    def test_refuses_another_indentation_among_the_lines(self):
        self.assert_refused(page("<!-- snippet: samples/use.cc -->", "if (ready) {", "Use(server);"),
                            "this does not stand in samples/use.cc")

    def test_refuses_part_of_a_line(self):
        self.assert_refused(page("<!-- snippet: samples/use.cc -->", "Use(server)"),
                            "this does not stand in samples/use.cc")

    def test_refuses_a_block_without_a_line(self):
        self.assert_refused(page("<!-- snippet: samples/use.cc -->"), "quotes nothing")

    def test_refuses_a_file_that_is_not_built(self):
        self.assert_refused(page("<!-- snippet: samples/stale.cc -->", "Use(server);"),
                            "neither compiled nor read by CMake")

    def test_refuses_a_file_that_is_not_there(self):
        self.assert_refused(page("<!-- snippet: samples/gone.cc -->", "Use(server);"), "is no file")

    def test_refuses_a_marked_line_of_a_shell_that_is_not_in_the_file(self):
        self.assert_refused(page("<!-- snippet: samples/use.sh -->", "use --some", language="sh"),
                            "this does not stand in samples/use.sh")

    def test_refuses_what_is_not_printed(self):
        self.assert_refused(page("<!-- printed by: failing_sample A.B -->", "took 7 min", language=""),
                            "is not what failing_sample A.B prints")

    def test_looks_at_pages_in_folders_but_not_in_build_trees(self):
        wrong = page("", "Use(server);")
        self.assertEqual(self.problems(wrong, "build/README.md"), [])
        self.assertEqual(len(self.problems(wrong, "samples/README.md")), 1)


if __name__ == "__main__":
    unittest.main()
