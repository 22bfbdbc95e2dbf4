# tether_add_command_test(): a test that is any command, with a server for its time.
include_guard(GLOBAL)
include("${CMAKE_CURRENT_LIST_DIR}/TetherCheckTest.cmake")

# tether_add_command_test(
#   NAME <name>                    of ctest's test, and of a target that builds what it needs
#   SERVER <command> [<arg>...]
#   CLIENT <command> [<arg>...]    the test itself: it passes if this exits with 0
#   [READY <regex>...]             the server is ready when it has printed such lines,
#   [PORT <n>]                     listens on this port, or with 0 on any,
#   [HTTP <path>]                  and answers a request for this path; on any port if none is given
#   [STOP_GRACE <duration>]        for the server, such as 5s; 10s if not given
#   [OPTIONS <option>...]          further options of tether-run, such as --name=kv
#   [TIMEOUT <seconds>]            60 if not given
#   [LABELS <label>...]
#   [WORKING_DIRECTORY <dir>]      CMAKE_CURRENT_BINARY_DIR if not given; relative paths begin there
#   [ENVIRONMENT <NAME=value>...]  of both
#   [PROPERTIES <name> <value>...] further properties of the test
#   [REQUIRES <program>...])       skips the test when one of them is not in PATH, as ctest runs
#
# Runs "tether-run <options> -- SERVER -- CLIENT", which tether-run --help tells of: the client finds
# TETHER_PORT and TETHER_URL in its environment, and the log of the server is shown on failure.
# A <command> that is an executable target stands for its file. All but NAME and numbers may have
# generator expressions. No <arg> can be one of the keywords above.
#
# The test is run with TETHER_TEST_TIMEOUT=<seconds> in the environment: shortly before ctest would end
# it, tether-run does, and tells what is known of the server.
function(tether_add_command_test)
  set(tether_caller tether_add_command_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;PORT;HTTP;STOP_GRACE;TIMEOUT;WORKING_DIRECTORY"
    "SERVER;CLIENT;READY;OPTIONS;LABELS;ENVIRONMENT;PROPERTIES;REQUIRES")
  foreach(index RANGE 1 ${ARGC})
    math(EXPR index "${index} - 1")
    tether_check_list_item("${ARGV${index}}")
  endforeach()
  tether_set_test_defaults()
  tether_check_test_arguments(NAME SERVER CLIENT)
  tether_check_command_arguments()
  add_custom_target(${arg_NAME} ALL)
  add_dependencies(${arg_NAME} tether::run)
  tether_write_command_test()
endfunction()

function(tether_check_command_arguments)
  if(DEFINED arg_PORT AND NOT (arg_PORT MATCHES "^[0-9]+$" AND arg_PORT LESS_EQUAL 65535))
    tether_refuse_test("PORT is \"${arg_PORT}\"; it must be a number from 0, for any, to 65535")
  endif()
  if(DEFINED arg_HTTP AND NOT arg_HTTP MATCHES "^(/|\\$<)")
    tether_refuse_test("HTTP is \"${arg_HTTP}\"; it must be a path that begins with a slash")
  endif()
  if(DEFINED arg_STOP_GRACE AND NOT arg_STOP_GRACE MATCHES "^([0-9]+[.]?[0-9]*|[.][0-9]+)[smhd]?$")
    tether_refuse_test("STOP_GRACE is \"${arg_STOP_GRACE}\"; it must be a duration, such as 5s")
  endif()
  foreach(option IN LISTS arg_OPTIONS)
    if(NOT option MATCHES "^(--[^=]|\\$<)")
      tether_refuse_test("OPTIONS has \"${option}\"; each must be an option of tether-run with its \
argument, such as --name=kv")
    endif()
  endforeach()
  foreach(command SERVER CLIENT)
    if("--" IN_LIST arg_${command})
      tether_refuse_test("${command} has --, which tether-run takes for the end of the server's \
command; start that by a script, or by sh -c 'exec ...'")
    endif()
  endforeach()
endfunction()

# Writes what TetherTests.cmake makes a test of.
function(tether_write_command_test)
  tether_name_settings()
  set(arg_PROGRAM "$<TARGET_FILE:tether::run>")
  set(arg_CMAKE "${CMAKE_COMMAND}")
  set(arg_LOG_DIRECTORY "${CMAKE_BINARY_DIR}/Testing/tether")
  set(words "")
  tether_append_options()
  tether_append_command(SERVER)
  tether_append_command(CLIENT)
  set(call "  COMMAND${words}\n")
  foreach(keyword NAME PROGRAM CMAKE LOG_DIRECTORY TIMEOUT LABELS WORKING_DIRECTORY ENVIRONMENT
      PROPERTIES REQUIRES)
    tether_append_setting(${keyword})
  endforeach()
  file(GENERATE OUTPUT "${settings}.cmake" CONTENT "tether_command_test(\n${call})\n")
  tether_include_tests()
endfunction()

# What is appended to "words" is no list, since list() takes elements with semicolons apart.
function(tether_append_options)
  foreach(expression IN LISTS arg_READY)
    string(APPEND words " [====[--ready=${expression}]====]")
  endforeach()
  foreach(keyword PORT HTTP STOP_GRACE)
    if(DEFINED arg_${keyword})
      string(REPLACE "_" "-" option "--${keyword}=")
      string(TOLOWER "${option}" option)
      string(APPEND words " [====[${option}${arg_${keyword}}]====]")
    endif()
  endforeach()
  foreach(option IN LISTS arg_OPTIONS)
    string(APPEND words " [====[${option}]====]")
  endforeach()
  set(words "${words}" PARENT_SCOPE)
endfunction()

function(tether_append_command keyword)
  set(first TRUE)
  string(APPEND words " --")
  foreach(word IN LISTS arg_${keyword})
    if(first)
      tether_take_program()
      set(first FALSE)
    endif()
    string(APPEND words " [====[${word}]====]")
  endforeach()
  set(words "${words}" PARENT_SCOPE)
endfunction()

# Part of tether_append_command(): "word" becomes the file of the target, if it is one, which may come
# later in the project, and the test depends on that.
macro(tether_take_program)
  if(word MATCHES "^[a-zA-Z0-9_.:+-]+$")
    # In quotes the arguments would be expanded when the call is made.
    cmake_language(EVAL CODE
      "cmake_language(DEFER DIRECTORY [==[${CMAKE_SOURCE_DIR}]==]
         CALL tether_depend_on_program [==[${arg_NAME}]==] [==[${keyword}]==] [==[${word}]==])")
    set(exists "$<TARGET_EXISTS:${word}>")
    set(word "$<${exists}:$<TARGET_FILE:${word}>>$<$<NOT:${exists}>:${word}>")
  endif()
endmacro()

function(tether_depend_on_program arg_NAME keyword program)
  if(NOT TARGET ${program})
    return()
  endif()
  get_target_property(type ${program} TYPE)
  if(NOT type STREQUAL "EXECUTABLE")
    set(tether_caller tether_add_command_test)
    tether_refuse_test("${keyword} is ${program}, which is no executable but of type ${type}")
  endif()
  add_dependencies(${arg_NAME} ${program})
endfunction()
