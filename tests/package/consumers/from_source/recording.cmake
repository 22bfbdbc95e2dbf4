# Writes down which names a project gets from tether: targets, cache variables, and functions.

# The libraries that tether is built on, and the modules of CMake that it uses, have names of their
# own; the project has these before.
include(CMakeDependentOption)
include(CMakePackageConfigHelpers)
include(FetchContent)
include(GNUInstallDirs)
find_package(Boost 1.81 CONFIG QUIET OPTIONAL_COMPONENTS process filesystem)
find_package(GTest CONFIG QUIET)
find_package(httplib CONFIG QUIET)
find_package(OpenSSL QUIET)
find_package(Threads QUIET)

function(targets_below directory result)
  get_directory_property(names DIRECTORY "${directory}" BUILDSYSTEM_TARGETS)
  get_directory_property(imported DIRECTORY "${directory}" IMPORTED_TARGETS)
  get_directory_property(subdirectories DIRECTORY "${directory}" SUBDIRECTORIES)
  list(APPEND names ${imported})
  foreach(subdirectory IN LISTS subdirectories)
    targets_below("${subdirectory}" below)
    list(APPEND names ${below})
  endforeach()
  set(${result} "${names}" PARENT_SCOPE)
endfunction()

function(all_names result)
  targets_below("${CMAKE_SOURCE_DIR}" names)
  get_cmake_property(variables CACHE_VARIABLES)
  get_cmake_property(commands COMMANDS)
  list(TRANSFORM names PREPEND "target ")
  list(TRANSFORM variables PREPEND "variable ")
  list(TRANSFORM commands REPLACE "^_+" "")  # CMake has kept a function that was defined anew
  list(TRANSFORM commands PREPEND "command ")
  set(${result} ${names} ${variables} ${commands} PARENT_SCOPE)
endfunction()

macro(record_before_tether)
  all_names(names_before)
endmacro()

function(record_what_tether_adds)
  all_names(names)
  list(REMOVE_ITEM names ${names_before})
  list(JOIN names "\n" names)
  file(WRITE "${CMAKE_BINARY_DIR}/names.txt" "${names}\n")
endfunction()
