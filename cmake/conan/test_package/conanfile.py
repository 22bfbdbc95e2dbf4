"""What "conan create" tries the package with: a consumer of the tests of tether's own."""

from conan import ConanFile
from conan.tools.build import can_run
from conan.tools.cmake import CMake, cmake_layout


class TetherTest(ConanFile):
    settings = "os", "arch", "compiler", "build_type"
    generators = "CMakeDeps", "CMakeToolchain"

    def requirements(self):
        self.requires(self.tested_reference_str)

    def layout(self):
        cmake_layout(self)

    def build(self):
        consumer = "installed" if self.dependencies["tether"].options.gtest else "without_gtest"
        cmake = CMake(self)
        cmake.configure(build_script_folder=f"../../../tests/package/consumers/{consumer}")
        cmake.build()

    def test(self):
        if can_run(self):
            CMake(self).test()
