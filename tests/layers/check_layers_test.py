"""Feeds check_layers.py small trees: a right one, and others each with one thing wrong."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import check_layers  # noqa: E402

RIGHT = {
    "tether.h": '#include "tether/gtest/fixture.h"\n',
    "base/value.h": "#include <string>\n",
    "guardian/program/main.cc": "#include <boost/asio.hpp>\n#include <sys/prctl.h>\n",
    "guardian/program/watch.h": "#pragma once\n",
    "guardian/spawn.h": "#pragma once\n",
    "guardian/spawn_linux.cc": '#include "tether/guardian/help_linux.h"\n#include <linux/x.h>\n'
                               'open("/proc/1");\npipe2(ends, O_CLOEXEC);\n',
    "guardian/spawn_posix.cc": '// Without pidfd_open.\nopen("pidfd_open");\n',
    "guardian/help_linux.h": "#pragma once\n",
    "guardian/help_linux.cc": '#include "tether/guardian/help_linux.h"\n',
    "output/regex.cc": '#include <pcre2.h>\n#include "tether/base/value.h"\n',
    "output/regex.h": "#include <pcre2.h>\n",
    "readiness/http.cc": "// As in /proc/PID/fd.\n#include <httplib.h>\n",
    "connection/connection.h": "#pragma once\n",
    "server/server.h": '#include "tether/base/value.h"\n',
    "proxy/fault_proxy.h": "#include <string>\n",
    "run/main.cc": '#include "tether/version.h"\n',
    "version.h": "#pragma once\n",
    "gtest/fixture.h": '#include <gtest/gtest.h>\n\n#include "tether/server/server.h"\n',
}
EXEMPT = {"guardian/program/": "Linux as a whole"}

# What is wrong: a file that is added or replaced, and the message without "fixture/tether/"; other
# files that are added, if it takes some.
WRONG = {
    "a higher layer": (
        "base/errors.cc", '#include <string>\n\n#  include "tether/output/line.h"\n',
        'base/errors.cc:3: includes "tether/output/line.h": base/ may include only base'),
    "the top from a layer": (
        "server/report.cc", '#include "tether/tether.h"\n',
        'server/report.cc:1: includes "tether/tether.h": server/ may include only base, inspect, '
        "guardian, output, readiness, waits, server"),
    "an unknown folder": (
        "http/client.h", "#pragma once\n",
        "http/client.h:1: stands in http/: layers are base, inspect, guardian, output, readiness, "
        "waits, server, connection, proxy, run, gtest"),
    "a relative include": (
        "base/errors.cc", '#include "../output/line.h"\n',
        'base/errors.cc:1: includes "../output/line.h": tether\'s own headers are written '
        '"tether/...", all others <...>'),
    "an own header in brackets": (
        "gtest/fixture.cc", "#include <tether/server/server.h>\n",
        "gtest/fixture.cc:1: includes <tether/server/server.h>: tether's own headers are written "
        '"tether/...", all others <...>'),
    "a computed include": (
        "base/errors.cc", "#include HEADER\n",
        "base/errors.cc:1: includes what a macro says: name the header, so that it can be checked"),
    "Boost outside of the guardian program": (
        "guardian/client.cc", "#include <boost/asio.hpp>\n",
        "guardian/client.cc:1: includes <boost/asio.hpp>: "
        "boost/ belongs only in guardian/program/"),
    "the guardian program in the library": (
        "guardian/client.cc", '#include "tether/guardian/program/watch.h"\n',
        'guardian/client.cc:1: includes "tether/guardian/program/watch.h": '
        "tether/guardian/program/ belongs only in guardian/program/, run/"),
    "the prober program in the library": (
        "readiness/prober.cc", '#include "tether/readiness/http_prober_program/answer.h"\n',
        'readiness/prober.cc:1: includes "tether/readiness/http_prober_program/answer.h": '
        "tether/readiness/http_prober_program/ belongs only in readiness/http_prober_program/"),
    "PCRE2 in a public header": (
        "server/server.h", '#include "tether/output/regex.h"\n',
        "output/regex.h:1: includes <pcre2.h>: users must not get it through a public header "
        "(server/server.h > output/regex.h)"),
    "cpp-httplib outside of readiness": (
        "server/url.cc", "#include <httplib.h>\n",
        "server/url.cc:1: includes <httplib.h>: httplib.h belongs only in readiness/"),
    "PCRE2 outside of output": (
        "readiness/line.cc", "#include <pcre2.h>\n",
        "readiness/line.cc:1: includes <pcre2.h>: pcre2.h belongs only in output/"),
    "GoogleTest in the core": (
        "server/report.cc", "#include <gtest/gtest.h>\n",
        "server/report.cc:1: includes <gtest/gtest.h>: gtest/ belongs only in gtest/"),
    "GoogleMock in the core": (
        "output/pattern.cc", "#include <gmock/gmock.h>\n",
        "output/pattern.cc:1: includes <gmock/gmock.h>: gmock/ belongs only in gtest/"),
    "a Linux header in a file for all": (
        "inspect/tree.cc", "#include <sys/epoll.h>\n",
        "inspect/tree.cc:1: includes <sys/epoll.h>: only files named *_linux may depend on Linux"),
    "/proc in a file for all": (
        "server/program.cc", 'auto self = "/proc/self/exe";\n',
        "server/program.cc:1: uses /proc/: only files named *_linux may depend on Linux"),
    "a call of Linux alone in a file for all": (
        "output/source.cc", "// As epoll_wait does.\nint n = ::epoll_wait(epoll, 0, 0, 0);\n",
        "output/source.cc:2: uses epoll_wait: only files named *_linux may depend on Linux"),
    "a constant of Linux alone in a file for other systems": (
        "guardian/spawn_posix.cc", "socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);\n",
        "guardian/spawn_posix.cc:1: uses SOCK_CLOEXEC: only files named *_linux may depend on "
        "Linux"),
    "a file for Linux with none for other systems": (
        "server/program.h", "#pragma once\n",
        "server/program_linux.cc:1: has no server/program_posix.cc beside it: what stands behind "
        "server/program.h is there for every system",
        {"server/program_linux.cc": "int program;\n"}),
    "a file for other systems with none for Linux": (
        "server/program.h", "#pragma once\n",
        "server/program_posix.cc:1: has no server/program_linux.cc beside it: what stands behind "
        "server/program.h is there for every system",
        {"server/program_posix.cc": "int program;\n"}),
    "a file for Linux behind no header": (
        "server/program_linux.cc", "int program;\n",
        "server/program_linux.cc:1: stands behind neither server/program.h nor "
        "server/program_linux.h: what a system does in its own way has a header for all, what "
        "helps with that one of its own"),
    "a header of Linux in a file for all": (
        "guardian/client.cc", '#include "tether/guardian/help_linux.h"\n',
        'guardian/client.cc:1: includes "tether/guardian/help_linux.h": only files named *_linux '
        "may include it"),
    "a header of Linux in a file for other systems": (
        "guardian/spawn_posix.cc", '#include "tether/guardian/help_linux.h"\n',
        'guardian/spawn_posix.cc:1: includes "tether/guardian/help_linux.h": only files named '
        "*_linux may include it"),
    "an exemption that nothing needs": (
        "guardian/program/main.cc", "int main() {}\n",
        "guardian/program/:1: is exempt from being named *_linux: it does not depend on Linux: "
        "remove it from LINUX_EXEMPT"),
}


def run(files: dict[str, str]) -> tuple[int, list[str]]:
    """The exit status, and the messages without the part that all have."""
    with tempfile.TemporaryDirectory() as directory:
        fixture = pathlib.Path(directory) / "fixture"
        for path, text in files.items():
            file = fixture / "tether" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        errors = io.StringIO()
        with (mock.patch.object(check_layers, "LINUX_EXEMPT", EXEMPT),
              contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(errors)):
            status = check_layers.main([str(fixture)])
        return status, [m.removeprefix("fixture/tether/") for m in errors.getvalue().splitlines()]


class CheckLayers(unittest.TestCase):
    maxDiff = None

    def test_a_right_tree_passes(self):
        self.assertEqual(run(RIGHT), (0, []))

    def test_each_wrong_tree_is_refused(self):
        for what, (path, text, message, *more) in WRONG.items():
            with self.subTest(what):
                others = more[0] if more else {}
                self.assertEqual(run(RIGHT | {path: text} | others), (1, [message]))

    def test_public_headers_hide_libraries_also_at_several_removes(self):
        wrong = RIGHT | {
            "server/server.h": '#include "tether/readiness/probe.h"\n',
            "readiness/probe.h": '#include "tether/readiness/http.h"\n',
            "readiness/http.h": "#pragma once\n#include <httplib.h>\n",
        }
        way = "server/server.h > readiness/probe.h > readiness/http.h"
        self.assertEqual(run(wrong), (1, [
            "readiness/http.h:2: includes <httplib.h>: users must not get it through a public "
            f"header ({way})"]))

    def test_a_tree_without_the_public_headers_is_refused(self):
        wrong = {"base/value.h": "", "guardian/program/main.cc": "#include <linux/x.h>\n"}
        self.assertEqual(run(wrong), (1, [
            "connection/connection.h:1: does not exist: it is a public header of tether",
            "proxy/fault_proxy.h:1: does not exist: it is a public header of tether",
            "server/server.h:1: does not exist: it is a public header of tether",
            "tether.h:1: does not exist: it is a public header of tether"]))


if __name__ == "__main__":
    unittest.main()
