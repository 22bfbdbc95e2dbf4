"""Holds the documentation against the files it quotes and the output it shows.

    check_snippets.py ROOT COMPILE_COMMANDS CONFIGURED FAILING_SAMPLE

Each code block of each .md file below ROOT that is C++ or CMake has to stand behind a line
"<!-- snippet: FILE -->" and in FILE, line by line; indentation that all of its lines have in common
does not matter. FILE counts from ROOT. It has to be one that the build compiles, which
COMPILE_COMMANDS tells, or that CMake reads: CONFIGURED has a line for each of those. Blocks of other
languages may have such a mark; then FILE is any file below ROOT.

A block behind "<!-- printed by: failing_sample FILTER -->" has to be what FAILING_SAMPLE prints for
that filter, but for numbers and directories.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap
from typing import NamedTuple, Optional

FENCE = re.compile(r"^ *```")
MARK = re.compile(r"^ *<!-- (snippet|printed by): (.*?) -->$")
# Of these a block has to be marked.
CHECKED = {"c++": "C++", "cc": "C++", "cpp": "C++", "cxx": "C++", "cmake": "CMake"}
MARKS = "<!-- snippet: FILE -->"


class Block(NamedTuple):
    line: int
    language: str
    kind: Optional[str]  # of the mark
    source: str
    text: str


def blocks(text):
    """All code blocks of a page, with the marks in front of them."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        begin = number
        number += 1
        if not FENCE.match(lines[begin]):
            continue
        while number < len(lines) and not FENCE.match(lines[number]):
            number += 1
        mark = MARK.match(lines[begin - 1]) if begin else None
        yield Block(begin + 1, lines[begin].strip().strip("`").lower(), mark and mark[1],
                    mark[2] if mark else "", "\n".join(lines[begin + 1:number]))
        number += 1


def stands_in(text, source):
    """Whether the lines follow one another in the source, however far they are indented there."""
    wanted = textwrap.dedent(text).split("\n")
    lines = source.split("\n")
    return any(textwrap.dedent("\n".join(lines[i:i + len(wanted)])).split("\n") == wanted
               for i in range(len(lines) - len(wanted) + 1))


def comparable(text):
    """The text without what differs from run to run (numbers, units of time, directories, widths), and
    without blank lines, of which a newer GoogleTest puts one more behind a failure."""
    text = re.sub(r"\d+(\.\d+)? m?s\b", "N ms", re.sub(r"[\w./~+-]*/", "", text))
    text = re.sub(r"\d+(\.\d+)?", "N", text)
    return re.sub(r"\n\s*\n", "\n", re.sub(r" +", " ", text))


def printed_by(program, test):
    with tempfile.TemporaryDirectory() as logs:  # a test that fails leaves some
        run = subprocess.run([program, "--gtest_filter=" + test], stdout=subprocess.PIPE, text=True,
                             check=False, env={**os.environ, "TETHER_LOG_DIR": logs})
    return run.stdout


class Checker:
    def __init__(self, root, compiled, configured, failing_sample):
        self.root = root
        self.built = compiled | configured
        self.failing_sample = failing_sample

    def problem(self, block):
        """What is wrong with the block; nothing if it is right."""
        if block.kind is None:
            if block.language in CHECKED:
                return (f"a block of {CHECKED[block.language]} without a mark; put a line "
                        f"{MARKS} in front of it, with the file in which it is compiled and run")
            return None
        if block.kind == "printed by":
            return self.problem_of_output(block)
        return self.problem_of_snippet(block)

    def problem_of_snippet(self, block):
        path = self.root / block.source
        if not path.is_file():
            return f"quotes {block.source}, which is no file"
        if block.language in CHECKED and path.resolve() not in self.built:
            return f"quotes {block.source}, which is neither compiled nor read by CMake"
        if not block.text.strip():
            return f"quotes nothing of {block.source}"
        if not stands_in(block.text, path.read_text()):
            return f"this does not stand in {block.source}:\n{block.text}"
        return None

    def problem_of_output(self, block):
        program, test = block.source.split()
        if program != "failing_sample":
            return f"is printed by {program}, which this check does not know"
        printed = printed_by(self.failing_sample, test)
        if comparable(block.text) not in comparable(printed):
            return f"this is not what {block.source} prints:\n{block.text}"
        return None


def pages(root):
    """The .md files below root, without those of build trees and hidden directories."""
    for path in sorted(root.rglob("*.md")):
        parts = path.relative_to(root).parts
        if not any(part == "build" or part.startswith(".") for part in parts):
            yield path


def problems(checker):
    for page in pages(checker.root):
        for block in blocks(page.read_text()):
            if problem := checker.problem(block):
                yield f"{page.relative_to(checker.root)}:{block.line}: {problem}"


def main():
    root, compile_commands, configured, failing_sample = sys.argv[1:]
    compiled = {pathlib.Path(each["directory"], each["file"]).resolve()
                for each in json.loads(pathlib.Path(compile_commands).read_text())}
    read = {pathlib.Path(line).resolve() for line in pathlib.Path(configured).read_text().split("\n") if line}
    found = list(problems(Checker(pathlib.Path(root), compiled, read, failing_sample)))
    print(*found, sep="\n")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
