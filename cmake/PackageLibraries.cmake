# Read by cpack before it makes the package: adds the packages of the shared libraries that
# TETHER_PROGRAMS need to those it depends on.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
  return()
endif()

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
