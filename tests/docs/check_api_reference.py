"""Writes the API reference to a directory of its own, and fails for each warning of doxygen.

    check_api_reference.py DOXYGEN DOXYFILE [INPUT...]

The inputs are those of DOXYFILE unless some are given.
"""
import pathlib
import subprocess
import sys
import tempfile


def problems(doxygen, doxyfile, inputs=()):
    """What doxygen has to say; empty if it has written the reference and is content."""
    settings = pathlib.Path(doxyfile).read_text()
    if inputs:
        settings += "\nINPUT = " + " ".join(f'"{each}"' for each in inputs)
    with tempfile.TemporaryDirectory() as output:
        settings += f'\nOUTPUT_DIRECTORY = "{output}"\n'
        run = subprocess.run([doxygen, "-"], input=settings, text=True, check=False,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if run.returncode == 0 and not pathlib.Path(output, "html", "index.html").exists():
            return "doxygen wrote no html/index.html"
    if run.returncode == 0:
        return run.stdout
    return run.stdout + f"doxygen exited with {run.returncode}"


def main():
    found = problems(sys.argv[1], sys.argv[2], sys.argv[3:])
    if found:
        sys.exit(f"{found}\nThe API reference is not as it should be. A public declaration needs a "
                 "docstring (///); CONTRIBUTING.md says of what kind.")


if __name__ == "__main__":
    main()
