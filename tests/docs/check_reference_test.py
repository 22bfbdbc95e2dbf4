"""What check_reference.py finds in code, and that it tells what a page lacks or has too much."""
import pathlib
import tempfile
import unittest

import check_reference
from check_reference import Table

HEADER = """struct Options {
  /// Of what.
  std::map<std::string, std::optional<std::string>> environment = {};
  std::chrono::milliseconds timeout = std::chrono::seconds(10);  // as ever
  Mark since;
  std::vector<ExitStatus> expected = {ExitStatus::Exited{0}, ExitStatus::Signaled{SIGTERM}};
  bool operator==(const Options&) const = default;
};
"""
SETTINGS = """
inline constexpr Setting kEcho{
    "TETHER_ECHO", "1", "shows all lines"};
inline constexpr Setting kWrapServer{
    "TETHER_WRAP_", "'strace -f'",
    "the same for \\"one\\"",
    "<server>"};
"""
OPTIONS = """
const Option kOptions[] = {
    {nullptr, nullptr, "The server:"},
    {"stop-grace", "DURATION", "how long", nullptr},
    {"help", nullptr,
     "this"},
};
"""
CALL = 'cmake_parse_arguments(PARSE_ARGV 0 arg "PER_SUITE" "NAME;SHARDS"\n    "SOURCES")\n'
CMAKE = """option(TETHER_A "An option" ON)
include(CMakeDependentOption)
cmake_dependent_option(TETHER_B "Another"
  ON TETHER_A OFF)
set(TETHER_C "AUTO" CACHE STRING "A choice")
set(TETHER_D "no option")
set(TETHER_E
    "https://example.org/e"
    CACHE STRING "An address")
"""
PROBES = """namespace ready {
Probe Line(Pattern pattern);
template <std::same_as<Probe>... Parts>
requires(sizeof...(Parts) > 0) Probe AllOf(Parts... parts) {
  return AllOf(parts);
}
}  // namespace ready
"""
MATCHERS = "internal::WaitingMatcher Logs(Pattern pattern);\ninternal::ExitMatcher Exited(int code);\n"


class Extraction(unittest.TestCase):
    def test_finds_the_fields_of_a_struct(self):
        self.assertEqual(check_reference.fields_of("Options")(HEADER),
                         ["environment", "timeout", "since", "expected"])

    def test_finds_the_variables_with_what_follows_them(self):
        self.assertEqual(check_reference.settings(SETTINGS), ["TETHER_ECHO", "TETHER_WRAP_<server>"])

    def test_finds_the_options_of_tether_run_but_no_headings(self):
        self.assertEqual(check_reference.options_of_tether_run(OPTIONS), ["--stop-grace", "--help"])

    def test_finds_keywords(self):
        self.assertEqual(check_reference.keywords(CALL), ["PER_SUITE", "NAME", "SHARDS", "SOURCES"])

    def test_finds_the_options_of_cmake(self):
        self.assertEqual(check_reference.cmake_options(CMAKE), ["TETHER_A", "TETHER_B"])
        self.assertEqual(check_reference.cache_variables(CMAKE), ["TETHER_C", "TETHER_E"])

    def test_finds_probes_and_matchers(self):
        self.assertEqual(set(check_reference.probes(PROBES)), {"Line", "AllOf"})
        self.assertEqual(check_reference.matchers(MATCHERS), ["Logs", "Exited"])


class Comparison(unittest.TestCase):
    def problems(self, rows):
        with tempfile.TemporaryDirectory() as directory:
            root = pathlib.Path(directory)
            (root / "fixture/doc").mkdir(parents=True)
            (root / "options.h").write_text(HEADER)
            (root / check_reference.REFERENCE).write_text(
                "# Reference\n\n### `Options`\n\n| field | default | |\n|---|---|---|\n" +
                "".join(f"| `{row}` | none | an effect |\n" for row in rows) +
                "\n### Another\n\n| `other` | | |\n")
            table = Table("Options", "options.h", check_reference.fields_of("Options"))
            return list(check_reference.problems(root, [table]))

    def test_accepts_a_table_with_all_names(self):
        self.assertEqual(self.problems(["environment", "timeout", "since", "expected"]), [])

    def test_tells_what_is_missing(self):
        found = self.problems(["environment", "timeout", "expected"])
        self.assertEqual(len(found), 1, found)
        self.assertIn("Options lacks since", found[0])

    def test_tells_what_is_there_no_more(self):
        found = self.problems(["environment", "timeout", "since", "expected", "gone"])
        self.assertEqual(len(found), 1, found)
        self.assertIn("Options has gone", found[0])


if __name__ == "__main__":
    unittest.main()
