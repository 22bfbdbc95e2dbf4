# tether_add_test(): a GoogleTest program with the servers it tests.
include_guard(GLOBAL)

# tether_add_test(
#   NAME <target>              the test program, and the prefix of its tests' names in ctest
#   SOURCES <file>...
#   [SERVERS <target>...]      executable targets that the tests start
#   [TIMEOUT <seconds>]        for each test; 60 if not given
#   [LABELS <label>...])       of each test
#
# Builds the program with tether::gtest, GoogleMock and GoogleTest's main(). Building it also builds
# the servers anew where they are stale, and tether::Program("<target>") gives their paths. Every
# test becomes one of ctest's, "<target>.<suite>.<test>".
function(tether_add_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;TIMEOUT" "SOURCES;SERVERS;LABELS")
  tether_check_test_arguments()
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE tether::gtest GTest::gmock GTest::gtest_main)
  if(arg_SERVERS)
    tether_register_servers(${arg_NAME} ${arg_SERVERS})
  endif()
  include(GoogleTest)  # here, since it sets variables that the caller's directory needs
  gtest_discover_tests(${arg_NAME}
    TEST_PREFIX "${arg_NAME}."
    NO_PRETTY_VALUES  # the names that --gtest_filter takes
    DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT ${arg_TIMEOUT}
      ENVIRONMENT "TETHER_CTEST_LOG_DIR=${CMAKE_BINARY_DIR}/Testing/tether")
  tether_tell_skipped_tests(${arg_NAME})
  if(arg_LABELS)
    tether_label_tests(${arg_NAME} "${arg_LABELS}")
  endif()
endfunction()

# Part of tether_add_test(): stops the configuration for arguments that make no sense.
macro(tether_check_test_arguments)
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "tether_add_test: unknown argument ${arg_UNPARSED_ARGUMENTS}")
  endif()
  foreach(needed NAME SOURCES)
    if(NOT arg_${needed})
      message(FATAL_ERROR "tether_add_test: ${needed} is missing")
    endif()
  endforeach()
  if(NOT DEFINED arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  if(NOT arg_TIMEOUT MATCHES "^[0-9]+$" OR arg_TIMEOUT EQUAL 0)
    message(FATAL_ERROR
      "tether_add_test: TIMEOUT is \"${arg_TIMEOUT}\"; it must be a whole number of seconds")
  endif()
endmacro()

# Gives labels to the discovered tests of a program. gtest_discover_tests() itself takes only one: a
# list falls apart on its way through.
function(tether_label_tests program labels)
  set(script "${CMAKE_CURRENT_BINARY_DIR}/${program}_labels.cmake")
  file(WRITE "${script}"
"if(${program}_TESTS)
  set_tests_properties(\${${program}_TESTS} PROPERTIES LABELS \"${labels}\")
endif()
")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${script}")
endfunction()

# Lets ctest take a run for skipped only if nothing failed. gtest_discover_tests() takes any that
# says "[  SKIPPED ]", and so do runs whose shared server did not start: they would count as passed.
function(tether_tell_skipped_tests program)
  set(script "${CMAKE_CURRENT_BINARY_DIR}/${program}_skipped.cmake")
  file(WRITE "${script}"
"if(${program}_TESTS)
  set_tests_properties(\${${program}_TESTS} PROPERTIES SKIP_REGULAR_EXPRESSION
    [==[\\[  PASSED  \\] 0 tests\\.
\\[  SKIPPED \\] [^[]*\\[  SKIPPED \\] [^[]*$]==])
endif()
")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${script}")
endfunction()

# Generates the source that tells tether::Program() where the servers are.
function(tether_register_servers program)
  set(entries "")
  foreach(server IN LISTS ARGN)
    string(APPEND entries "    {R\"path(${server})path\", R\"path($<TARGET_FILE:${server}>)path\"},\n")
  endforeach()
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${program}_servers_$<CONFIG>.cc")
  file(GENERATE OUTPUT "${source}" CONTENT
"#include <tether/server/program.h>

[[maybe_unused]] static const tether::internal::RegisterPrograms kServers{
${entries}};
")
  target_sources(${program} PRIVATE "${source}")
  add_dependencies(${program} ${ARGN})
endfunction()
