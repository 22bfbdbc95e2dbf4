"""Holds the README against the files it quotes and the output it shows.

    check_readme.py README FAILING_SAMPLE

Each code block behind "<!-- snippet: FILE -->" must stand in FILE, line by line. Each block behind
"<!-- printed by: failing_sample FILTER -->" must be what FAILING_SAMPLE prints for that filter, but
for numbers and directories.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"<!-- (snippet|printed by): (.*?) -->\n```\w*\n(.*?)```\n", re.DOTALL)


def without_numbers_and_directories(text):
    return re.sub(r"\d+(\.\d+)?", "N", re.sub(r"[\w./~-]*/", "", text))


def squeezed(text):
    return re.sub(r" +", " ", text)


def printed_by(program, test):
    with tempfile.TemporaryDirectory() as logs:  # a test that fails leaves some
        run = subprocess.run([program, "--gtest_filter=" + test], stdout=subprocess.PIPE, text=True, check=False,
                             env={**os.environ, "TETHER_LOG_DIR": logs})
    return run.stdout


def check(kind, source, block, root, failing_sample):
    if kind == "snippet":
        return block in (root / source).read_text()
    wanted, printed = (squeezed(without_numbers_and_directories(text))
                       for text in (block, printed_by(failing_sample, source.split()[1])))
    return wanted in printed


def main():
    readme, failing_sample = pathlib.Path(sys.argv[1]), sys.argv[2]
    blocks = BLOCK.findall(readme.read_text())
    kinds = {kind for kind, _, _ in blocks}
    if kinds != {"snippet", "printed by"}:
        sys.exit(f"{readme.name}: expected a snippet and an output to check, found {sorted(kinds)}")
    failed = False
    for kind, source, block in blocks:
        if not check(kind, source, block, readme.parent, failing_sample):
            print(f"{readme.name}: this is no longer what stands in, or is {kind}, {source}:\n{block}")
            failed = True
    sys.exit(failed)


if __name__ == "__main__":
    main()
