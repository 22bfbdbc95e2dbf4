# The package libtether-dev for Debian and Ubuntu. The preset "package" builds it as it should be:
#
#   cmake --preset package && cmake --build --preset package && cpack --preset package
#
# Who distributes it says who they are, with -DCPACK_PACKAGE_CONTACT="NAME <ADDRESS>".

get_property(tether_multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(NOT TETHER_GTEST OR tether_multi_config)
  return()  # the package has all of tether, and each program once
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME libtether-dev)
if(NOT CPACK_PACKAGE_CONTACT)
  set(CPACK_PACKAGE_CONTACT "The Tether authors")
endif()
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "real, long-running servers for GoogleTest suites")
set(CPACK_PACKAGE_DESCRIPTION
"Tether starts the server binary that a suite tests, waits until it is ready,
keeps every line that it prints, and makes sure that it is gone afterwards.
This package has the static libraries, their headers, the files for CMake and
pkg-config, and the command tether-run.")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_CURRENT_LIST_DIR}/PackageDocuments.cmake")
set(CPACK_TETHER_SOURCE_DIR "${PROJECT_SOURCE_DIR}")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "cmake (>= 3.25), pkgconf")

set(CPACK_DEBIAN_PACKAGE_DEPENDS "libpcre2-dev")

# The libraries of the programs within libtether are those of the package, too, and nobody sees them
# in it: cpack is told of these programs.
set(CPACK_PROJECT_CONFIG_FILE "${PROJECT_BINARY_DIR}/package/PackageDepends.cmake")
file(GENERATE OUTPUT "${CPACK_PROJECT_CONFIG_FILE}" CONTENT
"set(TETHER_PROGRAMS
  [==[$<TARGET_FILE:tether_run>]==]
  [==[$<TARGET_FILE:tether_guardian>]==]
  [==[$<TARGET_FILE:tether_http_prober>]==])
include([==[${CMAKE_CURRENT_LIST_DIR}/PackageDepends.cmake]==])
")

include(CPack)
