"""The recipe of Conan 2. It packages the checkout that it stands in:

    conan create cmake/conan --build=missing -s compiler.cppstd=20

Conan's own profiles say C++17 for many compilers that know C++20, so that it has to be told.
"""

import pathlib

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, rmdir


class Tether(ConanFile):
    name = "tether"
    version = "0.1.0"
    description = "Real, long-running servers for GoogleTest suites"
    license = "MIT"
    topics = ("testing", "googletest", "integration-tests")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False], "gtest": [True, False]}
    default_options = {"shared": False, "fPIC": True, "gtest": True, "cpp-httplib/*:with_openssl": True}

    def export_sources(self):
        top = pathlib.Path(self.recipe_folder).parent.parent
        for pattern in ("CMakeLists.txt", "LICENSE", "CHANGELOG.md", "cmake/*", "fixture/*"):
            # Where "conan create" builds test_package, it changes nothing of the sources.
            copy(self, pattern, top, self.export_sources_folder, excludes="cmake/conan/*")

    def configure(self):
        if self.options.shared:
            self.options.rm_safe("fPIC")

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        self.requires("pcre2/10.42")
        # Of these nothing is left but programs within the library.
        self.requires("boost/1.83.0", visible=False)
        self.requires("cpp-httplib/0.18.7", visible=False)
        if self.options.gtest:
            self.requires("gtest/[>=1.12 <2]", transitive_headers=True, transitive_libs=True)

    def validate(self):
        check_min_cppstd(self, 20)
        if self.settings.os != "Linux":
            raise ConanInvalidConfiguration(f"tether is for Linux, not for {self.settings.os}")

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables.update({
            "TETHER_DEPENDENCIES": "INSTALLED",
            "TETHER_GTEST": bool(self.options.gtest),
            "TETHER_INSTALL": True,
            "TETHER_SAMPLES": False,
            "TETHER_TESTS": False,
        })
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, pathlib.Path(self.package_folder, "licenses"))
        rmdir(self, pathlib.Path(self.package_folder, "lib", "pkgconfig"))

    def package_info(self):
        # tether's own config file has the targets and tether_add_test(); CMakeDeps shall make none.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs.append("lib/cmake/tether")
        self.cpp_info.libs = ["tether_gtest", "tether"] if self.options.gtest else ["tether"]
        self.cpp_info.system_libs = ["pthread"]
        self.buildenv_info.append_path("PATH", str(pathlib.Path(self.package_folder, "bin")))
