#!/usr/bin/env python3
"""Holds the includes of the library against its layers.

    check_layers.py [DIRECTORY]

DIRECTORY holds tether/; it is fixture/ of this checkout if not given. Each breach is a line
FILE:LINE: WHAT IS THERE: THE RULE. Exits with 1 if there is any. The rules are the tables below.
"""

import pathlib
import re
import sys
from typing import Iterator, NamedTuple

# Low to high. A folder may include its own headers and those of the folders before it.
LAYERS = ("base", "inspect", "guardian", "output", "readiness", "waits", "server",
          "connection", "proxy", "run", "gtest")

# What begins so may be included only in the files whose paths begin with one of these.
HOMES = {
    "boost/": ("guardian/program/",),
    "httplib.h": ("readiness/",),
    "pcre2.h": ("output/",),
    "gtest/": ("gtest/",),
    "gmock/": ("gtest/",),
    # Programs of their own: nothing of them is linked into a test program.
    "tether/guardian/program/": ("guardian/program/", "run/"),
    "tether/readiness/http_prober_program/": ("readiness/http_prober_program/",),
    "tether/run/": ("run/",),
}

# What users include; neither these nor what they include may reach a HIDDEN header.
PUBLIC = ("tether.h", "server/server.h", "connection/connection.h", "proxy/fault_proxy.h")
HIDDEN = ("boost/", "httplib.h", "pcre2.h")

# What makes a file one for Linux alone, to be named *_linux.cc or *_linux.h; comments do not, nor
# does a name in a text.
LINUX_HEADERS = ("linux/", "sched.h", "sys/epoll.h", "sys/eventfd.h", "sys/fsuid.h",
                 "sys/inotify.h", "sys/prctl.h", "sys/ptrace.h", "sys/signalfd.h", "sys/syscall.h",
                 "sys/sysmacros.h", "sys/timerfd.h")
LINUX_TEXT = "/proc/"
LINUX_NAME = re.compile(r"""\b(?:
    accept4 | clone | close_range | execveat | get_current_dir_name | getres[ug]id | gettid
    | memfd_create | pipe2 | ppoll | prctl | prlimit | program_invocation_\w*name
    | pthread_setname_np | ptsname_r | secure_getenv | setfs[ug]id | sigabbrev_np | signalfd
    | splice | syscall | ucred | eventfd(?:_\w+)? | (?:epoll|fanotify|inotify|pidfd|timerfd)_\w+
    | (?:CLONE|PTRACE)_\w+ | F_SETPIPE_SZ | MSG_CMSG_CLOEXEC | O_PATH | O_TMPFILE
    | SCM_CREDENTIALS | SO_PASSCRED | SO_PEERCRED | SO_PEERPIDFD | SOCK_CLOEXEC | SOCK_NONBLOCK
    | TCP_INFO)\b""", re.VERBOSE)

# Files (or folders, with a slash) that are for Linux and not named so, each with the reason. One
# that is no longer needed is a breach too.
LINUX_EXEMPT = {
    "base/poll_until.h": "ppoll is in POSIX.1-2024, and macOS alone has none",
}

# For the systems without what Linux has there is another file, *_posix.cc.
SYSTEMS = ("linux", "posix")

TEXT_OR_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*"|//.*')
INCLUDE = re.compile(r"\s*#\s*include\s*(.*)")
TARGET = re.compile(r'<([^>]+)>|"([^"]+)"')


class Breach(NamedTuple):
    path: str  # below tether/
    line: int
    found: str
    rule: str


class Include(NamedTuple):
    line: int
    written: str  # with its quotes or brackets
    header: str  # without; empty if it is computed by a macro


class Source(NamedTuple):
    path: str  # below tether/
    lines: list[str]

    @property
    def layer(self) -> str:
        """The folder; empty for what stands beside the folders, above all."""
        return self.path.split("/")[0] if "/" in self.path else ""

    def includes(self) -> Iterator[Include]:
        for number, line in enumerate(self.lines, 1):
            if include := INCLUDE.match(line):
                target = TARGET.match(include[1])
                yield Include(number, target[0] if target else include[1],
                              (target[1] or target[2]) if target else "")


def read_tree(tether: pathlib.Path) -> dict[str, Source]:
    files = sorted(p for p in tether.rglob("*") if p.suffix in (".h", ".cc"))
    sources = (Source(str(p.relative_to(tether)), p.read_text("utf-8").splitlines()) for p in files)
    return {source.path: source for source in sources}


def check_spelling(source: Source, include: Include) -> Iterator[tuple[str, str]]:
    if not include.header:
        yield "includes what a macro says", "name the header, so that it can be checked"
    elif include.written.startswith('"') != include.header.startswith("tether/"):
        yield (f"includes {include.written}",
               'tether\'s own headers are written "tether/...", all others <...>')


def check_layer(source: Source, include: Include) -> Iterator[tuple[str, str]]:
    if not source.layer or not include.header.startswith("tether/"):
        return
    if include.header == "tether/version.h":  # stands above the layers, and includes nothing
        return
    allowed = LAYERS[:LAYERS.index(source.layer) + 1]
    if include.header.split("/")[1] not in allowed:
        yield (f"includes {include.written}",
               f"{source.layer}/ may include only {', '.join(allowed)}")


def check_home(source: Source, include: Include) -> Iterator[tuple[str, str]]:
    for header, homes in HOMES.items():
        if include.header.startswith(header) and not source.path.startswith(homes):
            yield f"includes {include.written}", f"{header} belongs only in {', '.join(homes)}"


def check_includes(source: Source) -> Iterator[Breach]:
    if source.layer and source.layer not in LAYERS:
        yield Breach(source.path, 1, f"stands in {source.layer}/",
                     f"layers are {', '.join(LAYERS)}")
        return
    for include in source.includes():
        for check in (check_spelling, check_layer, check_home):
            for found, rule in check(source, include):
                yield Breach(source.path, include.line, found, rule)


def check_linux(source: Source) -> Iterator[Breach]:
    if pathlib.PurePath(source.path).stem.endswith("_linux"):
        return
    rule = "only files named *_linux may depend on Linux"
    for include in source.includes():
        if include.header.startswith(LINUX_HEADERS):
            yield Breach(source.path, include.line, f"includes {include.written}", rule)
    for number, line in enumerate(source.lines, 1):
        if LINUX_TEXT in line and not line.lstrip().startswith("//"):
            yield Breach(source.path, number, f"uses {LINUX_TEXT}", rule)
        if name := LINUX_NAME.search(TEXT_OR_COMMENT.sub("", line)):
            yield Breach(source.path, number, f"uses {name[0]}", rule)


def check_systems(sources: dict[str, Source]) -> Iterator[Breach]:
    """What one system does in a file of its own all do, behind the same header."""
    for path, source in sources.items():
        stem, dot, suffix = path.rpartition(".")
        name, _, system = stem.rpartition("_")
        for include in source.includes():
            other = pathlib.PurePath(include.header).stem.rpartition("_")[2]
            if include.header.startswith("tether/") and other in SYSTEMS and other != system:
                yield Breach(path, include.line, f"includes {include.written}",
                             f"only files named *_{other} may include it")
        if system not in SYSTEMS or suffix != "cc":
            continue
        if f"{name}.h" not in sources:
            if f"{stem}.h" not in sources:
                yield Breach(path, 1, f"stands behind neither {name}.h nor {stem}.h",
                             "what a system does in its own way has a header for all, what helps "
                             "with that one of its own")
            continue
        for other in SYSTEMS:
            if f"{name}_{other}.cc" not in sources:
                yield Breach(path, 1, f"has no {name}_{other}.cc beside it",
                             f"what stands behind {name}.h is there for every system")


def apply_exemptions(breaches: list[Breach], exempt: dict[str, str]) -> Iterator[Breach]:
    needed = set()
    for breach in breaches:
        entries = [e for e in exempt if breach.path == e or e.endswith("/") and
                   breach.path.startswith(e)]
        needed.update(entries)
        if not entries:
            yield breach
    for entry in exempt.keys() - needed:
        yield Breach(entry, 1, "is exempt from being named *_linux",
                     "it does not depend on Linux: remove it from LINUX_EXEMPT")


def ways_to_headers(sources: dict[str, Source]) -> dict[str, str]:
    """All headers that users get, each with the shortest chain of includes to it."""
    ways = {path: path for path in PUBLIC}
    for path in (queue := list(PUBLIC)):
        for include in sources[path].includes() if path in sources else ():
            inner = include.header.removeprefix("tether/")
            if inner != include.header and inner not in ways:
                ways[inner] = f"{ways[path]} > {inner}"
                queue.append(inner)
    return ways


def check_public(sources: dict[str, Source]) -> Iterator[Breach]:
    for path, way in ways_to_headers(sources).items():
        if path not in sources:
            if path in PUBLIC:
                yield Breach(path, 1, "does not exist", "it is a public header of tether")
            continue
        for include in sources[path].includes():
            if include.header.startswith(HIDDEN):
                yield Breach(path, include.line, f"includes {include.written}",
                             f"users must not get it through a public header ({way})")


def check_tree(tether: pathlib.Path, linux_exempt: dict[str, str]) -> list[Breach]:
    sources = read_tree(tether)
    breaches = [breach for source in sources.values() for breach in check_includes(source)]
    linux = [breach for source in sources.values() for breach in check_linux(source)]
    breaches += apply_exemptions(linux, linux_exempt)
    breaches += check_systems(sources)
    breaches += check_public(sources)
    return sorted(breaches)


def main(arguments: list[str]) -> int:
    here = pathlib.Path(__file__).resolve().parent
    tether = pathlib.Path(arguments[0] if arguments else here.parent / "fixture") / "tether"
    breaches = check_tree(tether, LINUX_EXEMPT)
    for path, line, found, rule in breaches:
        print(f"{tether.parent.name}/tether/{path}:{line}: {found}: {rule}", file=sys.stderr)
    if not breaches:
        print(f"The includes of {len(read_tree(tether))} files keep to the layers.")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
