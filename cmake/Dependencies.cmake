# The libraries Tether is built on.
#
# An installed package is preferred; what is missing (or too old) is fetched as
# a pinned release archive whose SHA-256 is checked. On Debian and Ubuntu
# cmake/install-dependencies installs everything, so that nothing is fetched.
#
# After including this file these targets exist:
#
#   tether_pcre2    PCRE2, 8-bit code units
#   tether_boost    Boost.Process v2 and Boost.Asio
#   tether_httplib  cpp-httplib
#   GTest::gtest, GTest::gtest_main, GTest::gmock   (only if TETHER_GTEST is ON)
#   Threads::Threads
#
# A GoogleTest of the project that tether is part of is used in any case.
#
# Settings:
#
#   TETHER_DEPENDENCIES   AUTO       installed if possible, else fetched (default)
#                         INSTALLED  never fetch; a missing library is an error
#                         FETCH      always use the pinned archives
#   TETHER_<NAME>_URL     where the pinned archive of BOOST, GOOGLETEST, HTTPLIB
#                         or PCRE2 is fetched from, e.g. a mirror or a local
#                         file; the SHA-256 asked for stays the same
#
# An unpacked source tree is used instead of an archive when
# FETCHCONTENT_SOURCE_DIR_<CONTENT> names it, where <CONTENT> is PCRE2,
# GOOGLETEST, TETHER_BOOST or TETHER_HTTPLIB.

include_guard(GLOBAL)
include(FetchContent)

set(TETHER_DEPENDENCIES "AUTO" CACHE STRING
    "Where libraries come from: AUTO, INSTALLED or FETCH")
set_property(CACHE TETHER_DEPENDENCIES PROPERTY STRINGS AUTO INSTALLED FETCH)

# ---------------------------------------------------------------------------
# Pinned archives
# ---------------------------------------------------------------------------

set(TETHER_PCRE2_URL
    "https://github.com/PCRE2Project/pcre2/releases/download/pcre2-10.42/pcre2-10.42.tar.gz"
    CACHE STRING "Archive of PCRE2 10.42")
set(TETHER_PCRE2_SHA256
    c33b418e3b936ee3153de2c61cc638e7e4fe3156022a5c77d0711bcbb9d64f1f)

set(TETHER_BOOST_URL
    "https://archives.boost.io/release/1.83.0/source/boost_1_83_0.tar.bz2"
    CACHE STRING "Archive of Boost 1.83.0")
set(TETHER_BOOST_SHA256
    6478edfe2f3305127cffe8caf73ea0176c53769f4bf1585be237eb30798c3b8e)

set(TETHER_HTTPLIB_URL
    "https://github.com/yhirose/cpp-httplib/archive/refs/tags/v0.18.7.tar.gz"
    CACHE STRING "Archive of cpp-httplib 0.18.7")
set(TETHER_HTTPLIB_SHA256
    b7b1e9e4e77565a5a9bc95e761d5df3e7c0e8ca37c90fd78b1b031bc6cb90fc1)

set(TETHER_GOOGLETEST_URL
    "https://github.com/google/googletest/archive/refs/tags/v1.16.0.tar.gz"
    CACHE STRING "Archive of GoogleTest 1.16.0")
set(TETHER_GOOGLETEST_SHA256
    78c676fc63881529bf97bf9d45948d905a66833fbfa5318ea2cd7478cb98f399)

mark_as_advanced(TETHER_PCRE2_URL TETHER_BOOST_URL TETHER_HTTPLIB_URL
                 TETHER_GOOGLETEST_URL)

# ---------------------------------------------------------------------------
# Helpers
# ---------------------------------------------------------------------------

# tether_require(<name> <target>): calls tether_find_<name>() and, if that does
# not make <target>, tether_fetch_<name>().
function(tether_require name target)
  if(NOT TARGET ${target} AND NOT TETHER_DEPENDENCIES STREQUAL "FETCH")
    cmake_language(CALL tether_find_${name})
  endif()
  if(NOT TARGET ${target} AND TETHER_DEPENDENCIES STREQUAL "INSTALLED")
    message(FATAL_ERROR
      "Tether: no usable installed package for ${target}. Run "
      "cmake/install-dependencies, or set TETHER_DEPENDENCIES to AUTO to have "
      "it fetched.")
  endif()
  if(NOT TARGET ${target})
    cmake_language(CALL tether_fetch_${name})
  endif()
endfunction()

function(tether_report what)
  message(STATUS "Tether: ${what}")
endfunction()

# tether_add_interface(<target> [keyword lists]): an imported interface target.
# Being imported, its headers are system headers to those who link it.
function(tether_add_interface target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "INCLUDE;DEFINE;LINK")
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${target} INTERFACE ${arg_INCLUDE})
  target_compile_definitions(${target} INTERFACE ${arg_DEFINE})
  target_link_libraries(${target} INTERFACE ${arg_LINK})
endfunction()

# tether_macro_value(<out> <header> <macro>): what <header> defines <macro> as,
# without quotes; empty if it does not.
function(tether_macro_value out header macro)
  set(pattern "^#[ \t]*define[ \t]+${macro}[ \t]+\"?([^ \t\"]+).*")
  file(STRINGS "${header}" lines REGEX "${pattern}" LIMIT_COUNT 1)
  string(REGEX REPLACE "${pattern}" "\\1" value "${lines}")
  set(${out} "${value}" PARENT_SCOPE)
endfunction()

# tether_check_links(<cached-result> <source> [keyword lists]): does this
# program compile and link? Only a success is remembered, so that a repaired
# installation is noticed.
function(tether_check_links result source)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "INCLUDE;DEFINE;LINK")
  if(${result})
    return()
  endif()
  list(TRANSFORM arg_DEFINE PREPEND "-D")
  try_compile(linked
    SOURCE_FROM_CONTENT probe.cpp "${source}"
    CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${arg_INCLUDE}"
    COMPILE_DEFINITIONS ${arg_DEFINE}
    LINK_LIBRARIES ${arg_LINK}
    CXX_STANDARD 20
    CXX_STANDARD_REQUIRED ON
    NO_CACHE)
  set(${result} ${linked} CACHE INTERNAL "The installed library links")
endfunction()

# tether_fetch_source(<out> <content> <NAME>): unpacks the pinned archive of
# TETHER_<NAME>_URL and puts its directory into <out>. The project in it is not
# added: SOURCE_SUBDIR names a directory which has no CMakeLists.txt.
function(tether_fetch_source out content name)
  string(TOUPPER ${content} key)
  set(unpacked "${FETCHCONTENT_BASE_DIR}/${content}-src")
  if(NOT FETCHCONTENT_SOURCE_DIR_${key} AND NOT EXISTS "${unpacked}")
    tether_report("fetching ${TETHER_${name}_URL}")
  endif()
  FetchContent_Declare(${content}
    URL "${TETHER_${name}_URL}"
    URL_HASH SHA256=${TETHER_${name}_SHA256}
    DOWNLOAD_EXTRACT_TIMESTAMP FALSE
    SOURCE_SUBDIR not-added-by-fetchcontent)
  FetchContent_MakeAvailable(${content})
  set(${out} "${${content}_SOURCE_DIR}" PARENT_SCOPE)
endfunction()

# Adds a fetched CMake project for its library targets alone: static, silent,
# without its install rules, its tests or its warnings. The caller sets the
# project's own options as plain variables, which the policies let prevail.
function(tether_add_project source content)
  set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)
  set(CMAKE_POLICY_DEFAULT_CMP0126 NEW)
  set(CMAKE_POLICY_VERSION_MINIMUM 3.10) # CMake 4 refuses older projects
  set(CMAKE_MESSAGE_LOG_LEVEL WARNING)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  set(BUILD_SHARED_LIBS OFF)
  get_directory_property(options COMPILE_OPTIONS)
  set(inherited "${options}")
  list(FILTER inherited EXCLUDE REGEX "^-W[^>]*$") # some are not for C
  set_directory_properties(PROPERTIES COMPILE_OPTIONS "${inherited}")
  add_subdirectory("${source}" "${FETCHCONTENT_BASE_DIR}/${content}-build"
                   EXCLUDE_FROM_ALL SYSTEM)
  set_directory_properties(PROPERTIES COMPILE_OPTIONS "${options}")
endfunction()

# The warnings of fetched sources are not ours to mend.
function(tether_silence)
  foreach(target IN LISTS ARGN)
    target_compile_options(${target} PRIVATE $<IF:$<BOOL:${MSVC}>,/w,-w>)
  endforeach()
endfunction()

# ---------------------------------------------------------------------------
# PCRE2: the regular expressions users write to pick values out of log lines.
#
# It compiles a pattern to machine code (JIT) and was the fastest by measurement
# among PCRE2, RE2, Boost.Regex and std::regex; it knows named groups,
# (?<name>...); and std::regex recurses for each character, so that it crashes
# on long lines.
# ---------------------------------------------------------------------------

function(tether_find_pcre2)
  find_path(TETHER_PCRE2_INCLUDE_DIR pcre2.h)
  find_library(TETHER_PCRE2_LIBRARY NAMES pcre2-8 pcre2-8-static)
  mark_as_advanced(TETHER_PCRE2_INCLUDE_DIR TETHER_PCRE2_LIBRARY)
  if(NOT TETHER_PCRE2_INCLUDE_DIR OR NOT TETHER_PCRE2_LIBRARY)
    return()
  endif()
  set(header "${TETHER_PCRE2_INCLUDE_DIR}/pcre2.h")
  tether_macro_value(major "${header}" PCRE2_MAJOR)
  tether_macro_value(minor "${header}" PCRE2_MINOR)
  tether_add_interface(tether_pcre2
    INCLUDE "${TETHER_PCRE2_INCLUDE_DIR}"
    LINK "${TETHER_PCRE2_LIBRARY}")
  tether_report("PCRE2 ${major}.${minor}, installed: ${TETHER_PCRE2_LIBRARY}")
endfunction()

function(tether_fetch_pcre2)
  set(PCRE2_SUPPORT_JIT ON) # off by default
  set(PCRE2_BUILD_PCRE2GREP OFF)
  set(PCRE2_BUILD_TESTS OFF)
  set(PCRE2_SHOW_REPORT OFF)
  foreach(unused BZip2 ZLIB Readline Editline) # of pcre2grep and pcre2test
    set(CMAKE_DISABLE_FIND_PACKAGE_${unused} ON)
  endforeach()
  tether_fetch_source(source pcre2 PCRE2)
  tether_add_project("${source}" pcre2)
  tether_silence(pcre2-8-static)
  tether_add_interface(tether_pcre2 LINK pcre2-8-static)
  tether_report("PCRE2, fetched: ${source}")
endfunction()

# ---------------------------------------------------------------------------
# Boost.Process v2 (with Boost.Asio): starts the servers under test, with pipes
# for their output, and waits for their end without polling.
#
# Up to 1.85 headers are enough: BOOST_PROCESS_V2_SEPARATE_COMPILATION is defined
# and one source file includes <boost/process/v2/src.hpp>. From 1.86 on that
# header is gone; the macro is not defined and Boost::process is linked. Paths
# are those of std::filesystem, so that Boost.Filesystem is not needed, but for
# a library that was built with it. These macros come with the target, so that
# all sources agree on them; no source defines them itself.
#
# Version 2 of the interface began with 1.80, and 1.81 is the first release
# tested. Debian 12's default, 1.74, has only version 1 and is passed over.
# ---------------------------------------------------------------------------

set(TETHER_BOOST_MINIMUM 1.81)

function(tether_boost_version out directory)
  set(version 0)
  if(EXISTS "${directory}/boost/version.hpp")
    tether_macro_value(version "${directory}/boost/version.hpp" BOOST_LIB_VERSION)
    string(REPLACE "_" "." version "${version}")
  endif()
  set(${out} "${version}" PARENT_SCOPE)
endfunction()

# Called by find_path() for each directory which has the header.
function(tether_boost_is_recent out directory)
  tether_boost_version(version "${directory}")
  if(version VERSION_LESS TETHER_BOOST_MINIMUM)
    set(${out} FALSE PARENT_SCOPE)
  endif()
endfunction()

function(tether_find_boost)
  find_path(TETHER_BOOST_INCLUDE_DIR boost/process/v2/process.hpp
    HINTS "${BOOST_ROOT}" ENV BOOST_ROOT
    PATH_SUFFIXES include
    VALIDATOR tether_boost_is_recent)
  mark_as_advanced(TETHER_BOOST_INCLUDE_DIR)
  if(NOT TETHER_BOOST_INCLUDE_DIR)
    return()
  endif()
  tether_boost_version(version "${TETHER_BOOST_INCLUDE_DIR}")
  if(version VERSION_LESS 1.86)
    tether_add_boost_headers("${TETHER_BOOST_INCLUDE_DIR}")
    tether_report("Boost ${version}, installed: ${TETHER_BOOST_INCLUDE_DIR}")
  else()
    tether_find_boost_library(${version})
  endif()
endfunction()

function(tether_add_boost_headers directory)
  tether_add_interface(tether_boost
    INCLUDE "${directory}"
    DEFINE BOOST_PROCESS_USE_STD_FS=1 BOOST_PROCESS_V2_SEPARATE_COMPILATION=1
    LINK Threads::Threads)
endfunction()

# Boost 1.86 and later. Some packages have the headers without the library. Which paths a library was
# built for, those of std::filesystem or of Boost.Filesystem (Debian), nothing says: a program that
# sets the environment of a process links with one of them.
set(TETHER_BOOST_PROBE [[
#include <boost/asio/io_context.hpp>
#include <boost/process/v2/environment.hpp>
#include <boost/process/v2/process.hpp>
#include <string>
#include <vector>
namespace process = boost::process::v2;
int main() {
  boost::asio::io_context context;
  std::vector<std::string> variables{"NAME=value"};
  return process::process(context, "/bin/true", {},
                          process::process_environment(variables)).wait();
}
]])

# Static where it can be had: what is linked is a small program which becomes part of Tether.
function(tether_find_boost_library version)
  foreach(Boost_USE_STATIC_LIBS ON OFF)
    if(NOT TARGET Boost::process)
      find_package(Boost ${version} CONFIG QUIET GLOBAL COMPONENTS process
                   HINTS "${TETHER_BOOST_INCLUDE_DIR}/..")
    endif()
  endforeach()
  if(NOT TARGET Boost::process)
    tether_report("Boost ${version} passed over: its library for Boost.Process is missing "
      "(Debian: libboost-process-dev)")
    return()
  endif()
  set(usage # the macro as Boost::process itself may set it
    DEFINE BOOST_PROCESS_USE_STD_FS=1
    LINK Boost::process Threads::Threads)
  tether_check_links(TETHER_BOOST_STD_LINKS "${TETHER_BOOST_PROBE}" ${usage})
  if(NOT TETHER_BOOST_STD_LINKS)
    set(usage LINK Boost::process Threads::Threads)
    tether_check_links(TETHER_BOOST_LINKS "${TETHER_BOOST_PROBE}" ${usage})
  endif()
  if(TETHER_BOOST_STD_LINKS OR TETHER_BOOST_LINKS)
    tether_add_interface(tether_boost ${usage})
    tether_report("Boost ${version} with Boost::process, installed: ${Boost_DIR}")
  else()
    tether_report("Boost ${version} passed over: no program links with its Boost::process")
  endif()
endfunction()

function(tether_fetch_boost)
  tether_fetch_source(source tether_boost BOOST)
  tether_add_boost_headers("${source}")
  tether_report("Boost, fetched: ${source}")
endfunction()

# ---------------------------------------------------------------------------
# cpp-httplib: asks a server over HTTP whether it is ready. A small helper
# program and the samples use it; nothing of it is in Tether's own library, so
# that its macros cannot clash with a user's.
#
# It is installed in three forms:
#   - with a CMake package, which says how it is to be used;
#   - as a lone header, which holds the implementation;
#   - split into a header of declarations and a library (Debian). The macros the
#     library was built with then change the classes the header declares, so
#     they are read off the functions the library calls.
#
# With OpenSSL 3 it speaks TLS, which ready::Http needs for HTTPS alone.
# ---------------------------------------------------------------------------

set(TETHER_HTTPLIB_PROBE [[
#include <httplib.h>
int main() {
  httplib::Client client("127.0.0.1", 1);
  return client.Get("/") ? 1 : 0;
}
]])

# tether_httplib_tls(<macros> <libraries>): what a cpp-httplib in a header takes to speak TLS, where
# OpenSSL is installed; nothing otherwise.
function(tether_httplib_tls macros libraries)
  set(${macros} "" PARENT_SCOPE)
  set(${libraries} "" PARENT_SCOPE)
  find_package(OpenSSL 3 QUIET GLOBAL)
  if(OPENSSL_FOUND)
    set(${macros} CPPHTTPLIB_OPENSSL_SUPPORT PARENT_SCOPE)
    set(${libraries} OpenSSL::SSL OpenSSL::Crypto PARENT_SCOPE)
    tether_report("OpenSSL ${OPENSSL_VERSION} for cpp-httplib, installed: ${OPENSSL_SSL_LIBRARY}")
  else()
    tether_report("no OpenSSL 3 for cpp-httplib: ready::Http is without HTTPS")
  endif()
endfunction()

function(tether_find_httplib)
  find_package(httplib CONFIG QUIET GLOBAL)
  if(TARGET httplib::httplib)
    tether_add_interface(tether_httplib LINK httplib::httplib Threads::Threads)
    tether_report("cpp-httplib ${httplib_VERSION}, installed: ${httplib_DIR}")
    return()
  endif()
  find_path(TETHER_HTTPLIB_INCLUDE_DIR httplib.h)
  mark_as_advanced(TETHER_HTTPLIB_INCLUDE_DIR)
  if(TETHER_HTTPLIB_INCLUDE_DIR)
    tether_find_httplib_header("${TETHER_HTTPLIB_INCLUDE_DIR}/httplib.h")
  endif()
endfunction()

function(tether_find_httplib_header header)
  tether_macro_value(version "${header}" CPPHTTPLIB_VERSION)
  file(STRINGS "${header}" implementation REGEX "^inline Server::Server\\("
       LIMIT_COUNT 1)
  if(implementation)
    tether_httplib_tls(macros libraries)
    tether_offer_httplib("${version}, installed: ${header}" "${macros}" "${libraries}")
  else()
    tether_find_httplib_library("${version}")
  endif()
endfunction()

function(tether_find_httplib_library version)
  find_library(TETHER_HTTPLIB_LIBRARY NAMES cpp-httplib httplib)
  mark_as_advanced(TETHER_HTTPLIB_LIBRARY)
  if(TETHER_HTTPLIB_LIBRARY)
    tether_httplib_features(features "${TETHER_HTTPLIB_LIBRARY}")
    list(TRANSFORM features REPLACE "(.+)" "CPPHTTPLIB_\\1_SUPPORT"
         OUTPUT_VARIABLE macros)
    list(JOIN features " " features)
    tether_offer_httplib(
      "${version} (${features}), installed: ${TETHER_HTTPLIB_LIBRARY}"
      "${macros}" "${TETHER_HTTPLIB_LIBRARY}")
  endif()
endfunction()

# tether_httplib_features(<out> <library>): what a compiled cpp-httplib was
# built with, each known by a function it then calls.
function(tether_httplib_features out library)
  set(called_OPENSSL "SSL_CTX_new")
  set(called_ZLIB "deflateInit2_")
  set(called_BROTLI "BrotliEncoderCreateInstance")
  set(called_ZSTD "ZSTD_createCCtx")
  set(features "")
  foreach(feature OPENSSL ZLIB BROTLI ZSTD)
    file(STRINGS "${library}" found REGEX "^${called_${feature}}$" LIMIT_COUNT 1)
    if(found)
      list(APPEND features ${feature})
    endif()
  endforeach()
  set(${out} "${features}" PARENT_SCOPE)
endfunction()

# Makes tether_httplib of what was found, if a program can be built with it.
function(tether_offer_httplib what macros library)
  set(usage
    INCLUDE "${TETHER_HTTPLIB_INCLUDE_DIR}"
    DEFINE ${macros}
    LINK ${library} Threads::Threads)
  tether_check_links(TETHER_HTTPLIB_LINKS "${TETHER_HTTPLIB_PROBE}" ${usage})
  if(TETHER_HTTPLIB_LINKS)
    tether_add_interface(tether_httplib ${usage})
    tether_report("cpp-httplib ${what}")
  else()
    tether_report("cpp-httplib ${what}, passed over: no program links with it")
  endif()
endfunction()

function(tether_fetch_httplib)
  tether_fetch_source(source tether_httplib HTTPLIB)
  tether_httplib_tls(macros libraries)
  tether_add_interface(tether_httplib
    INCLUDE "${source}"
    DEFINE ${macros}
    LINK ${libraries} Threads::Threads)
  tether_report("cpp-httplib, fetched: ${source}")
endfunction()

# ---------------------------------------------------------------------------
# GoogleTest: the test framework Tether serves. Its GoogleTest support and
# Tether's own tests are built with it; TETHER_GTEST=OFF builds without both.
#
# The project that tether is part of may have one of its own, and two in one
# program clash: theirs is used.
# ---------------------------------------------------------------------------

# It may be declared and come after tether in FetchContent_MakeAvailable(). Only
# a property of FetchContent's own tells so; were that gone,
# tether_check_sole_gtest() would still see two of them.
function(tether_use_gtest_of_project)
  get_property(declared GLOBAL PROPERTY _FetchContent_googletest_savedDetails DEFINED)
  if(declared AND NOT TARGET GTest::gtest)
    set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON) # for FIND_PACKAGE_ARGS
    FetchContent_MakeAvailable(googletest)
  endif()
  if((declared OR TARGET GTest::gtest) AND NOT TARGET GTest::gmock)
    message(FATAL_ERROR
      "Tether: this project has a GoogleTest of its own, without the target "
      "GTest::gmock. Set BUILD_GMOCK to ON before the first of googletest and "
      "tether is made available; or install GoogleMock (Debian: libgmock-dev) "
      "if it is an installed one.")
  endif()
endfunction()

# Called when all of the project is known, if tether has an installed one.
function(tether_check_sole_gtest)
  if(NOT TARGET gtest)
    return()
  endif()
  get_target_property(type gtest TYPE)
  get_target_property(imported gtest IMPORTED)
  get_target_property(source gtest SOURCE_DIR)
  if(type MATCHES "^(STATIC|SHARED)_LIBRARY$" AND NOT imported)
    message(FATAL_ERROR
      "Tether: this project has two copies of GoogleTest, which would clash in "
      "a test: tether was given the installed one, ${GTest_DIR}, before that in "
      "${source} came. Make googletest available before tether, or declare it "
      "before by FetchContent_Declare(googletest ...).")
  endif()
endfunction()

function(tether_find_gtest)
  # Debian has gmock in a package of its own. Without it GTest:: targets would
  # be made all the same, and be in the way of the fetched ones.
  find_path(TETHER_GMOCK_INCLUDE_DIR gmock/gmock.h)
  mark_as_advanced(TETHER_GMOCK_INCLUDE_DIR)
  if(TETHER_GMOCK_INCLUDE_DIR)
    find_package(GTest 1.12 CONFIG QUIET GLOBAL)
  endif()
  if(TARGET GTest::gmock)
    tether_report("GoogleTest ${GTest_VERSION}, installed: ${GTest_DIR}")
  endif()
endfunction()

function(tether_fetch_gtest)
  set(BUILD_GMOCK ON)
  set(INSTALL_GTEST OFF)
  tether_fetch_source(source googletest GOOGLETEST)
  tether_add_project("${source}" googletest)
  tether_silence(gtest gtest_main gmock gmock_main)
  foreach(library gtest gtest_main gmock gmock_main)
    if(NOT TARGET GTest::${library})
      add_library(GTest::${library} ALIAS ${library})
    endif()
  endforeach()
  tether_report("GoogleTest, fetched: ${source}")
endfunction()

# ---------------------------------------------------------------------------

if(NOT TARGET Threads::Threads)
  find_package(Threads REQUIRED GLOBAL)
endif()
tether_require(pcre2 tether_pcre2)
tether_require(boost tether_boost)
tether_require(httplib tether_httplib)
if(TETHER_GTEST)
  tether_use_gtest_of_project()
  tether_require(gtest GTest::gmock)
  get_target_property(tether_gtest_is_imported GTest::gtest IMPORTED)
  if(tether_gtest_is_imported)
    cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL tether_check_sole_gtest)
  endif()
endif()
