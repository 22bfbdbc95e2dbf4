# tether_add_test(): a GoogleTest program with the servers it tests.
include_guard(GLOBAL)
include("${CMAKE_CURRENT_LIST_DIR}/TetherCheckTest.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/TetherAddCommandTest.cmake")

# tether_add_test(
#   NAME <target>                  the test program, and the prefix of its tests' names in ctest
#   SOURCES <file>...
#   [SERVERS <target>...]          executable targets that the tests start
#   [PER_SUITE | SHARDS <n>]       what is one test for ctest, see below
#   [TIMEOUT <seconds>]            for each of ctest's tests; 60 if not given
#   [LABELS <label>...]            of each
#   [WORKING_DIRECTORY <dir>]      CMAKE_CURRENT_BINARY_DIR if not given; relative paths begin there
#   [ENVIRONMENT <NAME=value>...]
#   [PROPERTIES <name> <value>...] further properties of each of ctest's tests
#   [WRAP <command>...]            runs the servers under this command, such as valgrind
#   [REQUIRES <program>...])       skips the tests when one of them is not in PATH, as ctest runs
#
# Builds the program with tether::gtest, GoogleMock and GoogleTest's main(). Building it also builds
# the servers anew where they are stale, and tether::Program("<target>") gives their paths.
# ENVIRONMENT, PROPERTIES, WRAP and WORKING_DIRECTORY may have generator expressions.
#
# Every test becomes one of ctest's, "<target>.<suite>.<test>", and a process of its own. ctest can
# then run any of them side by side; but a server that a suite or the program shares is started for
# each of its tests. Where starting it is what takes the time:
#
#   PER_SUITE   one of ctest's tests, and one process, for each suite, "<target>.<suite>": a server
#               of a SharedServerTest is started once.
#   SHARDS <n>  <n> of them, "<target>.shard<i>of<n>", each with its share of the tests, by
#               GoogleTest's sharding: a server of a ServerEnvironment is started <n> times.
#
# The tests are run with TETHER_TEST_TIMEOUT=<seconds> in the environment, so that the program knows
# when ctest would end it.
function(tether_add_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "PER_SUITE" "NAME;SHARDS;TIMEOUT;WORKING_DIRECTORY"
    "SOURCES;SERVERS;LABELS;ENVIRONMENT;PROPERTIES;WRAP;REQUIRES")
  foreach(index RANGE 1 ${ARGC})
    math(EXPR index "${index} - 1")
    tether_check_list_item("${ARGV${index}}")
  endforeach()
  tether_set_test_defaults()
  tether_check_test_arguments(NAME SOURCES)
  tether_check_gtest()
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE tether::gtest GTest::gmock GTest::gtest_main)
  if(arg_SERVERS)
    tether_register_servers(${arg_NAME} ${arg_SERVERS})
  endif()
  tether_check_test_at_end(${arg_NAME} "${arg_SERVERS}")
  tether_write_tests()
endfunction()

# What is not given; of the caller's arg_TIMEOUT and arg_WORKING_DIRECTORY.
macro(tether_set_test_defaults)
  if(NOT DEFINED arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  if(NOT DEFINED arg_WORKING_DIRECTORY)
    set(arg_WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}")
  elseif(NOT arg_WORKING_DIRECTORY MATCHES "^\\$<")
    cmake_path(ABSOLUTE_PATH arg_WORKING_DIRECTORY
      BASE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}" NORMALIZE)
  endif()
endmacro()

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

# Part of tether_add_test(): writes what TetherTests.cmake makes tests of. gtest_discover_tests() is
# not used for it: lists fall apart on its way through, a suite that could not be set up passes for
# skipped, and the configurations of a multi-config generator overwrite each other's tests.
function(tether_write_tests)
  tether_name_settings()
  set(arg_PROGRAM "$<TARGET_FILE:${arg_NAME}>")
  set(arg_CMAKE "${CMAKE_COMMAND}")
  set(arg_LIST "${settings}.txt")
  set(arg_LOG_DIRECTORY "${CMAKE_BINARY_DIR}/Testing/tether")
  get_target_property(arg_EMULATOR ${arg_NAME} CROSSCOMPILING_EMULATOR)
  if(NOT arg_EMULATOR)
    unset(arg_EMULATOR)
  endif()
  set(call "")
  foreach(keyword NAME PROGRAM EMULATOR LIST CMAKE LOG_DIRECTORY SHARDS TIMEOUT LABELS
      WORKING_DIRECTORY ENVIRONMENT PROPERTIES WRAP REQUIRES)
    tether_append_setting(${keyword})
  endforeach()
  if(arg_PER_SUITE)
    string(APPEND call "  PER_SUITE\n")
  endif()
  file(GENERATE OUTPUT "${settings}.cmake" CONTENT "tether_tests(\n${call})\n" TARGET ${arg_NAME})
  if(NOT arg_SHARDS)
    add_custom_command(TARGET ${arg_NAME} POST_BUILD
      COMMAND "${CMAKE_COMMAND}" "-DTETHER_LIST_TESTS_OF=${settings}.cmake"
        -P "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/TetherTests.cmake"
      BYPRODUCTS "${settings}.txt"
      VERBATIM)
    # The list is made anew where the settings are others.
    set_property(TARGET ${arg_NAME} APPEND PROPERTY LINK_DEPENDS "${settings}.cmake")
  endif()
  tether_include_tests()
endfunction()

# Sets "settings": the file that has them, without its ending.
function(tether_name_settings)
  set(settings "${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME}_tests")
  get_property(multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
  if(multi_config)
    string(APPEND settings "-$<LOWER_CASE:$<CONFIG>>")
  endif()
  set(settings "${settings}" PARENT_SCOPE)
endfunction()

# tether_append_setting(<keyword>): adds what arg_<keyword> holds to "call". In brackets a value
# keeps its quotes, backslashes and semicolons, also those that come of generator expressions.
function(tether_append_setting keyword)
  if(NOT DEFINED arg_${keyword})
    return()
  endif()
  set(values "")
  foreach(value IN LISTS arg_${keyword})
    # Where a list is one argument of set_tests_properties(), a semicolon has to be escaped; who
    # does it here as well, by habit, means a semicolon, too.
    string(REPLACE "\\;" ";" value "${value}")
    string(APPEND values " [====[${value}]====]")
  endforeach()
  set(call "${call}  ${keyword}${values}\n" PARENT_SCOPE)
endfunction()

# Part of tether_write_tests(): has ctest read the settings.
function(tether_include_tests)
  set(script "${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME}_include.cmake")
  string(REPLACE "$<LOWER_CASE:$<CONFIG>>" "\${tether_configuration}" settings "${settings}")
  file(WRITE "${script}"
"include([====[${CMAKE_CURRENT_FUNCTION_LIST_DIR}/TetherTests.cmake]====])
string(TOLOWER \"\${CTEST_CONFIGURATION_TYPE}\" tether_configuration)
if(EXISTS \"${settings}.cmake\")
  include(\"${settings}.cmake\")
else()
  add_test(${arg_NAME} NOT_AVAILABLE)  # ctest then says that -C is missing
endif()
")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${script}")
endfunction()
