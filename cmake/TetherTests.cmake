# The tests of the programs that tether_add_test() adds, and those of tether_add_command_test(), to
# which the second part of this applies alone. It is read twice:
#
#   - by CMake when such a program was built, to ask it for its tests and to write down the answer;
#   - by ctest, at each call, to make its tests of that.
#
# In both cases a file that tether_add_test() has generated calls tether_tests() with the settings;
# that of tether_add_command_test() calls tether_command_test().
include_guard(GLOBAL)
cmake_policy(VERSION 3.25)

function(tether_tests)
  cmake_parse_arguments(PARSE_ARGV 0 arg "PER_SUITE"
    "NAME;PROGRAM;LIST;CMAKE;LOG_DIRECTORY;SHARDS;TIMEOUT;WORKING_DIRECTORY"
    "EMULATOR;LABELS;ENVIRONMENT;PROPERTIES;WRAP;REQUIRES")
  if(DEFINED TETHER_LIST_TESTS_OF)
    tether_list_tests()
  elseif(NOT EXISTS "${arg_PROGRAM}" OR NOT (arg_SHARDS OR EXISTS "${arg_LIST}"))
    add_test("${arg_NAME}_NOT_BUILT" "${arg_NAME}_NOT_BUILT")
  else()
    tether_make_tests()
  endif()
endfunction()

# --- When the program was built ------------------------------------------------------------------

# In the directory and with the variables that the tests have: both may decide which tests there
# are.
function(tether_list_tests)
  if(NOT IS_DIRECTORY "${arg_WORKING_DIRECTORY}")
    message(FATAL_ERROR "tether_add_test(NAME ${arg_NAME}): WORKING_DIRECTORY is "
      "${arg_WORKING_DIRECTORY}, which is no directory; it must be there when the program is built")
  endif()
  execute_process(
    COMMAND "${arg_CMAKE}" -E env ${arg_ENVIRONMENT}
      ${arg_EMULATOR} "${arg_PROGRAM}" --gtest_list_tests --gtest_filter=*
    WORKING_DIRECTORY "${arg_WORKING_DIRECTORY}"
    TIMEOUT 60
    OUTPUT_VARIABLE output
    ERROR_VARIABLE errors
    RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "tether_add_test(NAME ${arg_NAME}): the program could not say which tests "
      "it has.\n  Command: ${arg_PROGRAM} --gtest_list_tests\n  Directory: ${arg_WORKING_DIRECTORY}\n"
      "  Result: ${result}\n  Output:\n${output}${errors}")
  endif()
  file(WRITE "${arg_LIST}" "${output}")
endfunction()

# --- When ctest is run ---------------------------------------------------------------------------

# The tests have the same names whether or not a program that they need is there, and where one is
# not, a command that says so takes their place.
function(tether_make_tests)
  tether_collect_environment()
  tether_find_what_is_missing()
  if(arg_SHARDS)
    tether_make_shards()
  else()
    tether_make_listed_tests()
  endif()
endfunction()

function(tether_make_shards)
  foreach(number RANGE 1 ${arg_SHARDS})
    math(EXPR index "${number} - 1")
    tether_make_test("shard${number}of${arg_SHARDS}" "" FALSE
      ";GTEST_TOTAL_SHARDS=${arg_SHARDS};GTEST_SHARD_INDEX=${index}")
  endforeach()
endfunction()

# GoogleTest's list has "Suite." or "Suite/0.  # TypeParam = int" and, below it, its tests as
# "  Name" or "  Name/0  # GetParam() = 1".
function(tether_make_listed_tests)
  file(READ "${arg_LIST}" list)
  string(REGEX REPLACE " +# [^\n]*" "" list "${list}")
  # These make or break lists of CMake; only a name given to testing::RegisterTest() has them.
  string(REGEX REPLACE "[][;]" "?" list "${list}")
  string(REPLACE "\n" ";" list "${list}")
  set(suite "")
  set(suite_tests "")
  foreach(line IN LISTS list ITEMS .)
    if(line MATCHES "^  +(.+)$")
      list(APPEND suite_tests "${CMAKE_MATCH_1}")
    elseif(line MATCHES "^(.*)\\.$")  # other lines are what the program prints besides
      set(next "${CMAKE_MATCH_1}")
      tether_make_suite()
      set(suite "${next}")
      set(suite_tests "")
    endif()
  endforeach()
endfunction()

function(tether_make_suite)
  set(disabled_suite FALSE)
  if(suite MATCHES "(^|/)DISABLED_")
    set(disabled_suite TRUE)
  endif()
  set(all_disabled TRUE)
  foreach(name IN LISTS suite_tests)
    set(disabled ${disabled_suite})
    if(name MATCHES "^DISABLED_")
      set(disabled TRUE)
    endif()
    if(NOT disabled)
      set(all_disabled FALSE)
    endif()
    if(NOT arg_PER_SUITE)
      tether_make_test("${suite}.${name}" "${suite}.${name}" ${disabled} "")
    endif()
  endforeach()
  if(arg_PER_SUITE AND suite_tests)
    tether_make_test("${suite}" "${suite}.*" ${all_disabled} "")
  endif()
endfunction()

# tether_make_test(<name> <filter> <disabled> <environment>): one of ctest's tests. The environment
# is what comes on top, with a semicolon before each.
function(tether_make_test name filter disabled own_environment)
  set(command ${arg_EMULATOR} "${arg_PROGRAM}")
  if(NOT filter STREQUAL "")
    string(REGEX REPLACE "[-:]" "?" filter "${filter}")  # they would mean something
    list(APPEND command "--gtest_filter=${filter}")
  endif()
  tether_make_test_of("${arg_NAME}.${name}" command "${tether_all_skipped}" ${disabled}
    "${own_environment}")
endfunction()

# A test of tether_add_command_test().
function(tether_command_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg ""
    "NAME;PROGRAM;CMAKE;LOG_DIRECTORY;TIMEOUT;WORKING_DIRECTORY"
    "COMMAND;LABELS;ENVIRONMENT;PROPERTIES;REQUIRES")
  if(NOT EXISTS "${arg_PROGRAM}")
    add_test("${arg_NAME}_NOT_BUILT" "${arg_NAME}_NOT_BUILT")
    return()
  endif()
  tether_collect_environment()
  tether_find_what_is_missing()
  set(command "${arg_PROGRAM};${arg_COMMAND}")  # list() would lose what escapes semicolons
  tether_make_test_of("${arg_NAME}" command "" FALSE "")
endfunction()

# tether_make_test_of(<name> <list> <skipped> <disabled> <environment>): the same for a command that
# is in a list, whose output has a match of <skipped> when it was skipped.
function(tether_make_test_of name list skipped disabled own_environment)
  if(missing)
    set(${list} "${arg_CMAKE}" -E echo "${missing}")
    set(skipped "^SKIPPED: ")
  endif()
  set(words "")
  foreach(word IN LISTS ${list})
    string(APPEND words " [====[${word}]====]")  # an empty one would be lost otherwise
  endforeach()
  cmake_language(EVAL CODE "add_test([====[${name}]====] ${words})")
  set_tests_properties("${name}" PROPERTIES
    DISABLED ${disabled}
    ENVIRONMENT "${environment}${own_environment}"
    LABELS "${arg_LABELS}"
    SKIP_REGULAR_EXPRESSION "${skipped}"
    TIMEOUT "${arg_TIMEOUT}"
    WORKING_DIRECTORY "${arg_WORKING_DIRECTORY}")
  set(properties "${arg_PROPERTIES}")
  while(properties)
    list(POP_FRONT properties property value)
    set_tests_properties("${name}" PROPERTIES "${property}" "${value}")
  endwhile()
endfunction()

# A test of ctest is skipped when all of its tests were and nothing was wrong: GoogleTest's summary
# then ends with those that were skipped. That a line says so would not be enough, as ctest asks for
# it before it looks at the exit status: a suite whose server does not start has its tests skipped,
# and fails.
set(tether_all_skipped
  "\\[  PASSED  \\] [^\n]*0 tests\\.\n([^\n]*\\[  SKIPPED \\] [^\n]*\n)+[ \n]*$")

# Sets "environment": a list as set_tests_properties() takes it. What the user gives comes last, and
# so has the last word.
function(tether_collect_environment)
  set(collected "TETHER_CTEST_LOG_DIR=${arg_LOG_DIRECTORY};TETHER_TEST_TIMEOUT=${arg_TIMEOUT}")
  if(DEFINED arg_WRAP)
    tether_quote_for_shell(wrap)
    string(APPEND collected ";TETHER_WRAP=${wrap}")
  endif()
  foreach(entry IN LISTS arg_ENVIRONMENT)
    if(NOT entry STREQUAL "")  # of a generator expression
      string(REPLACE ";" "\\;" entry "${entry}")
      string(APPEND collected ";${entry}")
    endif()
  endforeach()
  set(environment "${collected}" PARENT_SCOPE)
endfunction()

# The words of WRAP as a shell would take them apart again.
function(tether_quote_for_shell result)
  set(quoted "")
  foreach(word IN LISTS arg_WRAP)
    if(NOT word MATCHES "^[-a-zA-Z0-9_+=./:,@%]+$")
      string(REPLACE "'" "'\\''" word "${word}")
      set(word "'${word}'")
    endif()
    string(REPLACE ";" "\\;" word "${word}")
    string(APPEND quoted " ${word}")
  endforeach()
  string(STRIP "${quoted}" quoted)
  set(${result} "${quoted}" PARENT_SCOPE)
endfunction()

# Sets "missing" to why the tests are skipped, or to nothing. It is also said aloud, since ctest
# shows what a skipped test prints only with -V.
function(tether_find_what_is_missing)
  set(path "$ENV{PATH}")
  foreach(entry IN LISTS arg_ENVIRONMENT)
    if(entry MATCHES "^PATH=(.*)$")
      set(path "${CMAKE_MATCH_1}")
    endif()
  endforeach()
  string(REPLACE ":" ";" path "${path}")
  set(missing_programs "")
  foreach(program IN LISTS arg_REQUIRES)
    find_program(found "${program}" PATHS ${path} NO_DEFAULT_PATH NO_CACHE)
    if(NOT found)
      list(APPEND missing_programs "${program}")
    endif()
    unset(found)
  endforeach()
  set(missing "")
  if(missing_programs)
    list(JOIN missing_programs ", " missing)
    set(missing "SKIPPED: ${arg_NAME} requires ${missing}, not found in PATH")
    message(NOTICE "${missing}")
  endif()
  set(missing "${missing}" PARENT_SCOPE)
endfunction()

if(DEFINED TETHER_LIST_TESTS_OF)
  include("${TETHER_LIST_TESTS_OF}")
endif()
