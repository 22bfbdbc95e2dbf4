"""Consumers that know tether by pkg-config, and compile with one command."""

import os
import unittest

from project import GREETER, HERE, LIBDIR, SHARED, STATIC, place_for, run, run_without_warning

CONSUMERS = HERE / "consumers"


class PkgConfig(unittest.TestCase):
    def flags(self, prefix, *arguments):
        return run(os.environ["PKG_CONFIG"], *arguments,
                   PKG_CONFIG_PATH=str(prefix / LIBDIR / "pkgconfig")).split()

    def build_and_run(self, prefix, *options):
        build = place_for("pkg_config_" + prefix.name + "".join(options))
        compiler = [os.environ["COMPILER"], "-std=c++20", "-O0"]
        rpath = f"-Wl,-rpath,{prefix}/{LIBDIR}"
        run_without_warning(*compiler, GREETER, "-o", build / "greeter")
        flags = self.flags(prefix, "--cflags", "--libs", *options, "tether-gtest", "gtest_main")
        run_without_warning(*compiler, f'-DGREETER="{build}/greeter"', CONSUMERS / "greeter_test.cc",
                            "-o", build / "greeter_test", *flags, rpath)
        self.assertIn("[  PASSED  ] 2 tests", run(build / "greeter_test", directory="/"))
        flags = self.flags(prefix, "--cflags", "--libs", *options, "tether")
        self.assertFalse([flag for flag in flags if "gtest" in flag])
        run_without_warning(*compiler, CONSUMERS / "without_gtest/greet.cc", "-o", build / "greet",
                            *flags, rpath)
        self.assertIn(" greets", run(build / "greet", build / "greeter"))
        return build

    def test_has_static_libraries(self):
        self.build_and_run(STATIC)

    def test_has_static_libraries_when_asked_for_them(self):
        self.build_and_run(STATIC, "--static")

    def test_has_shared_libraries(self):
        build = self.build_and_run(SHARED)
        self.assertIn("libtether.so.0.1", run("ldd", build / "greeter_test"))


if __name__ == "__main__":
    unittest.main()
