"""Follows a recipe of Conan without Conan: has its methods called as "conan create" does, by classes and
functions that are called as Conan's. They do what those do as far as it is seen on Linux, and refuse what
they do not know. Nothing is built of tether: the libraries are those of the build that is tested.

Sources: the reference of Conan (docs.conan.io/2/reference).
"""

import fnmatch
import importlib.util
import os
import pathlib
import re
import shutil
import sys
import types

from project import BUILD, Failed, run, toolchain


class ConanException(Exception):
    pass


class ConanInvalidConfiguration(ConanException):
    pass


class Options:
    """Those of a recipe. Others cannot be read; and those of its dependencies are left aside."""

    def __init__(self, allowed, values):
        for name, value in values.items():
            if "/" not in name:
                if value not in allowed[name]:
                    raise ConanException(f"{name} cannot be {value}, but only {allowed[name]}")
                setattr(self, name, value)

    def rm_safe(self, name):
        vars(self).pop(name, None)


class CppInfo:
    __slots__ = ("builddirs", "libs", "properties", "system_libs")

    def __init__(self):
        self.builddirs, self.libs, self.properties, self.system_libs = [], [], {}, []

    def set_property(self, name, value):
        self.properties[name] = value


class Environment:
    def append_path(self, name, path):
        if not os.path.isdir(path):
            raise ConanException(f"{name} is to have {path}, which is not there")


class ConanFile:
    """A recipe says nothing that has no name here."""

    name = version = description = license = topics = package_type = None
    settings = ()
    options = {}
    default_options = {}
    generators = ()

    def do_nothing(self):
        pass

    configure = requirements = validate = export_sources = layout = generate = do_nothing
    build = package = package_info = test = do_nothing

    def __init__(self, folder, place, settings, options, tested=None):
        unknown = [name for name in vars(type(self)) if not hasattr(ConanFile, name)]
        if unknown:
            raise ConanException(f"{folder}/conanfile.py: what is {unknown}?")
        system = {"os": "Linux", "arch": "x86_64", "build_type": "Release", **settings}
        self.settings = types.SimpleNamespace(**{name: system.get(name) for name in self.settings})
        self.options = Options(self.options, {**self.default_options, **options})
        self.recipe_folder = str(folder)
        self.export_sources_folder = str(place / "export_source")
        self.build_folder = str(place / "build")
        self.package_folder = str(place / "package")
        self.source_folder = self.recipe_folder if tested else self.export_sources_folder
        self.dependencies = {tested.name: tested} if tested else {}
        self.tested_reference_str = tested and f"{tested.name}/{tested.version}"
        self.has_layout = False
        self.required = {}
        self.generated = set(self.generators)
        self.cache_variables = {}
        self.cpp_info = CppInfo()
        self.buildenv_info = Environment()

    def requires(self, reference, visible=True, transitive_headers=False, transitive_libs=False):
        name, version = reference.split("/")
        self.required[name] = types.SimpleNamespace(
            version=version, visible=visible, transitive_headers=transitive_headers,
            transitive_libs=transitive_libs)


def check_min_cppstd(recipe, minimum):
    standard = recipe.settings.compiler
    if int(standard.removeprefix("gnu")) < minimum:
        raise ConanInvalidConfiguration(f"C++{standard} is less than C++{minimum}")


def can_run(recipe):
    del recipe  # is not for another kind of machine
    return True


def cmake_layout(recipe):
    recipe.has_layout = True


class CMakeDeps:
    def __init__(self, recipe):
        self.recipe = recipe

    def generate(self):
        self.recipe.generated.add(type(self).__name__)


class CMakeToolchain(CMakeDeps):
    def __init__(self, recipe):
        super().__init__(recipe)
        self.cache_variables = recipe.cache_variables


class CMake:
    def __init__(self, recipe):
        if not recipe.has_layout or recipe.generated != {"CMakeDeps", "CMakeToolchain"}:
            raise ConanException("the recipe has no layout, or not the files of both generators")
        self.recipe = recipe
        self.folder = pathlib.Path(recipe.build_folder)

    def configure(self, build_script_folder=""):
        prefixes = [str(pathlib.Path(each.package_folder, directory))
                    for each in self.recipe.dependencies.values() for directory in each.cpp_info.builddirs]
        variables = {"CMAKE_BUILD_TYPE": self.recipe.settings.build_type, "CMAKE_INSTALL_LIBDIR": "lib",
                     "CMAKE_PREFIX_PATH": ";".join(prefixes)}
        variables.update((name, {True: "ON", False: "OFF"}.get(value, value))
                         for name, value in self.recipe.cache_variables.items())
        printed = run(os.environ["CMAKE"], "-S", pathlib.Path(self.recipe.source_folder, build_script_folder),
                      "-B", self.folder, *toolchain(),
                      *(f"-D{name}={value}" for name, value in variables.items()))
        if re.search(r"not used by the project:\s.*TETHER_", printed, re.DOTALL):
            raise Failed(f"tether does not know an option:\n{printed}")

    def build(self):
        if self.recipe.dependencies:
            run(os.environ["CMAKE"], "--build", self.folder)
            return
        names = ["libtether.a", "tether-run"] + ["libtether_gtest.a"] * self.recipe.options.gtest
        for name in names:
            shutil.copy2(BUILD / "fixture" / name, self.folder / "fixture" / name)

    def install(self):
        run(os.environ["CMAKE"], "--install", self.folder, "--prefix", self.recipe.package_folder)

    def test(self):
        run(os.environ["CTEST"], "--test-dir", self.folder, "--output-on-failure", "--no-tests=error")


def copy(recipe, pattern, src, dst, excludes=""):
    del recipe
    for path in pathlib.Path(src).rglob("*"):
        name = str(path.relative_to(src))
        if path.is_file() and fnmatch.fnmatch(name, pattern) and not fnmatch.fnmatch(name, excludes):
            target = pathlib.Path(dst, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)


def rmdir(recipe, path):
    del recipe
    shutil.rmtree(path, ignore_errors=True)


MODULES = {
    "conan": (ConanFile,),
    "conan.errors": (ConanException, ConanInvalidConfiguration),
    "conan.tools": (),
    "conan.tools.build": (can_run, check_min_cppstd),
    "conan.tools.cmake": (CMake, CMakeDeps, CMakeToolchain, cmake_layout),
    "conan.tools.files": (copy, rmdir),
}


def load(folder, place, settings, options=None, tested=None):
    """The recipe in a folder; place is one to work in."""
    for name, contents in MODULES.items():
        sys.modules[name] = types.ModuleType(name)
        vars(sys.modules[name]).update({each.__name__: each for each in contents})
    spec = importlib.util.spec_from_file_location("conanfile", folder / "conanfile.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    kind = next(each for each in vars(module).values()
                if isinstance(each, type) and issubclass(each, ConanFile) and each is not ConanFile)
    return kind(folder, place, settings, options or {}, tested)


def follow(recipe):
    """As conan create does; test() is called of a recipe that is given what it is to test."""
    for step in ("export_sources", "configure", "layout", "requirements", "validate", "generate", "build",
                 "package", "package_info", "test"):
        getattr(recipe, step)()
    return recipe
