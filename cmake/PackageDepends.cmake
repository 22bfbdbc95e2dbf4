# Read by cpack before it makes the package: adds to those it depends on GoogleTest's, and the packages
# of the shared libraries that TETHER_PROGRAMS need.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
  return()
endif()

# A static library fits the headers that it was compiled with, and GoogleTest's change from one minor
# version to the next. Which that is the package says; what GoogleTest itself tells CMake was seen to be
# another (1.15.0 in that of 1.16.0).
foreach(library libgtest-dev libgmock-dev)
  execute_process(
    COMMAND dpkg-query --show "--showformat=\${Version}" ${library}
    OUTPUT_VARIABLE tether_version
    ERROR_VARIABLE tether_errors)
  if(NOT tether_version MATCHES "^([0-9]+:)?([0-9]+)\\.([0-9]+)")
    message(FATAL_ERROR "Tether: a package for Debian needs a GoogleTest of Debian's, and ${library} is "
      "not installed: ${tether_version}${tether_errors}")
  endif()
  set(tether_major "${CMAKE_MATCH_1}${CMAKE_MATCH_2}")
  math(EXPR tether_next "${CMAKE_MATCH_3} + 1")
  string(APPEND CPACK_DEBIAN_PACKAGE_DEPENDS
    ", ${library} (>= ${tether_major}.${CMAKE_MATCH_3}), ${library} (<< ${tether_major}.${tether_next}~)")
endforeach()

find_program(tether_shlibdeps dpkg-shlibdeps)
if(NOT tether_shlibdeps)
  message(FATAL_ERROR "Tether: a package for Debian needs dpkg-shlibdeps to be made (dpkg-dev).")
endif()

# It wants to be where a source package is.
set(tether_place "${CPACK_TOPLEVEL_DIRECTORY}/shlibdeps")
file(WRITE "${tether_place}/debian/control"
  "Source: ${CPACK_PACKAGE_NAME}\n\nPackage: ${CPACK_PACKAGE_NAME}\nArchitecture: any\n")
execute_process(
  COMMAND "${tether_shlibdeps}" -O --warnings=0 ${TETHER_PROGRAMS}
  WORKING_DIRECTORY "${tether_place}"
  OUTPUT_VARIABLE tether_libraries
  ERROR_VARIABLE tether_errors
  RESULT_VARIABLE tether_result)
if(NOT tether_result EQUAL 0 OR NOT tether_libraries MATCHES "^shlibs:Depends=([^\n]+)")
  message(FATAL_ERROR "Tether: dpkg-shlibdeps did not say which packages ${TETHER_PROGRAMS} need: "
    "${tether_result}\n${tether_libraries}${tether_errors}")
endif()
string(APPEND CPACK_DEBIAN_PACKAGE_DEPENDS ", ${CMAKE_MATCH_1}")
