"""Holds the tables of the reference against what the code knows, in both directions.

    check_reference.py ROOT

For each entry of TABLES the section of that heading in fixture/doc/reference.md needs a table whose
first column names, in backticks, each of the names in the file, and no others.
"""
import pathlib
import re
import sys
from typing import Callable, NamedTuple

REFERENCE = "fixture/doc/reference.md"
COMMENT = re.compile(r"//.*")


def fields_of(struct):
    """The fields of a plain struct, in a header."""
    def names(source):
        body = re.search(rf"^struct {struct} {{\n(.*?)^}};", source, re.DOTALL | re.MULTILINE)[1]
        # What a field begins with, two columns in: a type, its name, and a default or the end.
        return re.findall(r"^  (?!bool operator)[\w:<>, {}]*?[\w>] (\w+)(?: = [^;]*)?; *$",
                          COMMENT.sub("", body), re.MULTILINE)
    return names


def settings(source):
    """The environment variables, with what follows the name of a prefix."""
    found = re.findall(r'constexpr Setting \w+\{(.*?)\};', source, re.DOTALL)
    texts = [re.findall(r'"((?:[^"\\]|\\.)*)"', each) for each in found]
    return [each[0] + (each[-1] if each[-1].startswith("<") else "") for each in texts]


def options_of_tether_run(source):
    table = re.search(r"const Option kOptions\[\] = {(.*?)^};", source, re.DOTALL | re.MULTILINE)[1]
    return ["--" + name for name in re.findall(r'^    {"([\w-]+)"', table, re.MULTILINE)]


def keywords(source):
    """What the first call of cmake_parse_arguments() knows."""
    call = re.search(r"cmake_parse_arguments\(PARSE_ARGV 0 arg (.*?)\)", source, re.DOTALL)[1]
    return [word for each in re.findall(r'"([^"]*)"', call) for word in each.split(";") if word]


def cmake_options(source):
    return re.findall(r"^(?:cmake_dependent_)?option\((\w+)", source, re.MULTILINE)


def cache_variables(source):
    return re.findall(r"^set\((\w+)[^()]*\bCACHE STRING\b", source, re.MULTILINE)


def probes(source):
    inside = re.search(r"^namespace ready {(.*)^}  // namespace ready", source, re.DOTALL | re.MULTILINE)[1]
    return re.findall(r"^(?:requires.* )?Probe (\w+)\(", inside, re.MULTILINE)


def matchers(source):
    return re.findall(r"^internal::\w+Matcher (\w+)\(", source, re.MULTILINE)


class Table(NamedTuple):
    heading: str
    file: str
    names: Callable[[str], list]


def struct(name, file):
    return Table(name, f"fixture/tether/{file}", fields_of(name))


TABLES = [
    struct("ServerOptions", "server/options.h"),
    struct("Limits", "base/limits.h"),
    struct("StopStep", "base/stop_sequence.h"),
    struct("TerminalSize", "base/terminal_size.h"),
    struct("TerminalInput", "server/standard_input.h"),
    struct("TcpOptions", "server/listen_socket.h"),
    struct("HttpOptions", "readiness/http_options.h"),
    struct("WaitOptions", "waits/wait_options.h"),
    struct("WaitForLinesOptions", "waits/wait_options.h"),
    struct("WaitForCountOptions", "waits/wait_options.h"),
    struct("NoLineFor", "waits/wait_options.h"),
    struct("NoLineUntil", "waits/wait_options.h"),
    struct("LinesOptions", "waits/wait_options.h"),
    struct("LogsOptions", "gtest/matchers.h"),
    struct("ConnectionOptions", "connection/connection_options.h"),
    Table("Readiness probes", "fixture/tether/readiness/probe.h", probes),
    Table("Matchers", "fixture/tether/gtest/matchers.h", matchers),
    Table("Environment variables", "fixture/tether/base/settings.h", settings),
    Table("tether-run", "fixture/tether/run/option_table.cc", options_of_tether_run),
    Table("CMake variables", "CMakeLists.txt", cmake_options),
    Table("Dependencies", "cmake/Dependencies.cmake", cache_variables),
    Table("tether_add_test", "cmake/TetherAddTest.cmake", keywords),
    Table("tether_add_command_test", "cmake/TetherAddCommandTest.cmake", keywords),
]


def section(page, heading):
    """The text below a heading, up to the next one; nothing if there is no such heading."""
    found = re.search(rf"^#+ `?{re.escape(heading)}`?$(.*?)(?=^#|\Z)", page, re.DOTALL | re.MULTILINE)
    return found[1] if found else ""


def listed(text):
    """The names in the first columns of its tables: `name`, `name(...)`, `--name=VALUE`, `NAME=1`."""
    cells = re.findall(r"^\| (`.*?`) \|", text, re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`((?:ready::)?[\w<>-]+)", cell)]


def problems(root, tables=None):
    page = (root / REFERENCE).read_text()
    for table in TABLES if tables is None else tables:
        known = set(table.names((root / table.file).read_text()))
        told = {name.removeprefix("ready::") for name in listed(section(page, table.heading))}
        if not known:
            yield f"{table.file}: has none of what belongs to {table.heading}; mend this check"
        for name in sorted(known - told):
            yield f"{REFERENCE}: {table.heading} lacks {name}, which stands in {table.file}"
        for name in sorted(told - known):
            yield f"{REFERENCE}: {table.heading} has {name}, which does not stand in {table.file}"


def main():
    found = list(problems(pathlib.Path(sys.argv[1])))
    print(*found, sep="\n")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
