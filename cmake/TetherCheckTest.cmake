# What stops the configuration when tether_add_test() or tether_add_command_test() is called with
# arguments that make no sense.
include_guard(GLOBAL)

# The checks are called by these, and see their arguments as arg_NAME and so on. The caller is
# tether_add_test() unless tether_caller says otherwise.
function(tether_refuse_test text)
  if(NOT tether_caller)
    set(tether_caller tether_add_test)
  endif()
  if(arg_NAME)
    message(FATAL_ERROR "${tether_caller}(NAME ${arg_NAME}): ${text}")
  endif()
  message(FATAL_ERROR "${tether_caller}: ${text}")
endfunction()

# tether_check_test_arguments(<needed>...)
function(tether_check_test_arguments)
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    tether_refuse_test("unknown argument ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(DEFINED arg_KEYWORDS_MISSING_VALUES)
    list(SORT arg_KEYWORDS_MISSING_VALUES)
    list(JOIN arg_KEYWORDS_MISSING_VALUES ", " keywords)
    tether_refuse_test("${keywords} without a value")
  endif()
  foreach(needed IN LISTS ARGN)
    if(NOT arg_${needed})
      tether_refuse_test("${needed} is missing")
    endif()
  endforeach()
  tether_check_number(TIMEOUT "whole number of seconds, 1 or more")
  tether_check_number(SHARDS "number of tests for ctest, 1 or more")
  if(arg_PER_SUITE AND DEFINED arg_SHARDS)
    tether_refuse_test("PER_SUITE and SHARDS exclude each other: a shard has tests of many suites")
  endif()
  tether_check_environment()
  tether_check_properties()
  tether_check_working_directory()
endfunction()

# An installed tether may be without it, or have been asked for other components.
function(tether_check_gtest)
  if(NOT TARGET tether::gtest)
    tether_refuse_test("there is no target tether::gtest, which the test is linked with. Build \
tether with TETHER_GTEST=ON; find_package(tether) then has it, unless COMPONENTS are given without \
gtest")
  endif()
endfunction()

# CMake's lists, and so properties such as ENVIRONMENT, cannot hold everything.
function(tether_check_list_item item)
  string(REGEX REPLACE "[^[]" "" opening "${item}")
  string(REGEX REPLACE "[^]]" "" closing "${item}")
  string(LENGTH "${opening}" opening)
  string(LENGTH "${closing}" closing)
  if(NOT opening EQUAL closing OR item MATCHES "\\\\$")
    tether_refuse_test("${item} has a square bracket without its counterpart, or a backslash at \
its end, which a list of CMake cannot hold; hand it to the program in a file")
  endif()
endfunction()

function(tether_check_number keyword meaning)
  if(DEFINED arg_${keyword} AND NOT arg_${keyword} MATCHES "^0*[1-9][0-9]*$")
    tether_refuse_test("${keyword} is \"${arg_${keyword}}\"; it must be a ${meaning}")
  endif()
endfunction()

function(tether_check_environment)
  foreach(entry IN LISTS arg_ENVIRONMENT)
    if(NOT entry MATCHES "^([^=]+=|\\$<)")
      tether_refuse_test("ENVIRONMENT has \"${entry}\"; each entry must be NAME=value")
    endif()
    if(entry MATCHES "^TETHER_WRAP=" AND DEFINED arg_WRAP)
      tether_refuse_test("WRAP, and ENVIRONMENT with TETHER_WRAP, which is the same; give one")
    endif()
    if(entry MATCHES "^(GTEST_TOTAL_SHARDS|GTEST_SHARD_INDEX)=" AND DEFINED arg_SHARDS)
      tether_refuse_test("SHARDS sets ${CMAKE_MATCH_1}; take it out of ENVIRONMENT")
    endif()
  endforeach()
endfunction()

function(tether_check_properties)
  list(LENGTH arg_PROPERTIES length)
  math(EXPR odd "${length} % 2")
  if(odd)
    list(JOIN arg_PROPERTIES " " properties)
    tether_refuse_test("PROPERTIES has a name without a value: ${properties}")
  endif()
endfunction()

# A directory in the build tree may be made by the build.
function(tether_check_working_directory)
  if(arg_WORKING_DIRECTORY MATCHES "\\$<" OR IS_DIRECTORY "${arg_WORKING_DIRECTORY}")
    return()
  endif()
  cmake_path(IS_PREFIX CMAKE_BINARY_DIR "${arg_WORKING_DIRECTORY}" NORMALIZE in_build_tree)
  if(NOT in_build_tree OR EXISTS "${arg_WORKING_DIRECTORY}")
    tether_refuse_test("WORKING_DIRECTORY is ${arg_WORKING_DIRECTORY}, which is no directory")
  endif()
endfunction()

# tether_check_test_at_end(<test> <servers>): what can be told only when the whole project is known,
# since targets and generated files may come later.
function(tether_check_test_at_end test servers)
  set(unknown "")
  foreach(server IN LISTS servers)
    if(TARGET ${server})  # perhaps imported, and then not known at the end, in the top directory
      tether_check_server(${test} ${server})
    else()
      list(APPEND unknown ${server})
    endif()
  endforeach()
  # In quotes the arguments would be expanded when the call is made.
  cmake_language(EVAL CODE
    "cmake_language(DEFER DIRECTORY [==[${CMAKE_SOURCE_DIR}]==]
                    CALL tether_check_sources_and_servers [==[${test}]==] [==[${unknown}]==])")
endfunction()

function(tether_check_sources_and_servers arg_NAME servers)
  foreach(server IN LISTS servers)
    tether_check_server(${arg_NAME} ${server})
  endforeach()
  get_target_property(directory ${arg_NAME} SOURCE_DIR)
  get_target_property(binary_directory ${arg_NAME} BINARY_DIR)
  get_target_property(sources ${arg_NAME} SOURCES)
  foreach(source IN LISTS sources)
    if(source MATCHES "\\$<" OR EXISTS "${source}" OR EXISTS "${directory}/${source}"
        OR EXISTS "${binary_directory}/${source}")
      continue()
    endif()
    tether_check_generated("${source}" ${directory} ${binary_directory})
  endforeach()
endfunction()

# A rule of the directory may make it, in the build tree or elsewhere.
function(tether_check_generated source directory binary_directory)
  foreach(path "${source}" "${binary_directory}/${source}")
    get_source_file_property(generated "${path}" TARGET_DIRECTORY ${arg_NAME} GENERATED)
    if(generated)
      return()
    endif()
  endforeach()
  tether_refuse_test("SOURCES has ${source}; there is no such file in ${directory}, and no rule \
that makes it")
endfunction()

function(tether_check_server arg_NAME server)
  if(NOT TARGET ${server})
    tether_refuse_test("SERVERS has ${server}, which is no target; a program that is not built \
here goes into the server's command by its name or path")
  endif()
  get_target_property(type ${server} TYPE)
  if(NOT type STREQUAL "EXECUTABLE")
    tether_refuse_test("SERVERS has ${server}, which is no executable but of type ${type}")
  endif()
endfunction()
