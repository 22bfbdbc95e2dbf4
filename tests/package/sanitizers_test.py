"""Consumers that are built with sanitizers, or with a cpp-httplib of their own, and an ordinary tether."""

import os
import re
import unittest

from project import LIBDIR, SHARED, STATIC, build_and_run, run

FOREIGN = re.compile(r"\b(httplib|boost)::")


class Sanitizers(unittest.TestCase):
    def need(self, *sanitizers):
        missing = set(sanitizers) - set(os.environ["SANITIZERS"].split(";"))
        if missing:
            self.skipTest(f"no {', '.join(sorted(missing))} that this compiler has and this system can run")

    def sanitized(self, sanitizer):
        build_and_run("sanitized", STATIC, number=4, variant=f"_{sanitizer}",
                      SANITIZER=sanitizer)

    def test_address(self):
        self.need("asan")
        self.sanitized("address")

    def test_thread(self):
        self.need("tsan")
        self.sanitized("thread")

    def test_undefined(self):
        self.need("ubsan")
        self.sanitized("undefined")

    def test_servers(self):
        self.need("asan", "tsan", "ubsan")
        build_and_run("sanitized_servers", STATIC, number=3)


class Httplib(unittest.TestCase):
    def test_is_included_by_the_test(self):
        build_and_run("with_httplib", STATIC, number=1,
                      HTTPLIB_INCLUDE_DIR=os.environ["HTTPLIB_INCLUDE_DIR"],
                      HTTPLIB_MACROS=os.environ["HTTPLIB_MACROS"],
                      HTTPLIB_LIBRARIES=os.environ["HTTPLIB_LIBRARIES"])

    def test_has_no_symbol_in_the_libraries(self):
        for library in ("libtether.a", "libtether_gtest.a"):
            self.check(run(os.environ["NM"], "--demangle", STATIC / LIBDIR / library))

    def test_has_no_symbol_in_the_shared_libraries(self):
        for library in ("libtether.so", "libtether_gtest.so"):
            self.check(run(os.environ["NM"], "--demangle", "--dynamic", SHARED / LIBDIR / library))

    def check(self, symbols):
        self.assertIn("tether::", symbols)
        foreign = [line for line in symbols.splitlines() if FOREIGN.search(line)]
        self.assertEqual(foreign, [])


if __name__ == "__main__":
    unittest.main()
