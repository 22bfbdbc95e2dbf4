# What "cmake --install" puts where, for find_package(tether) and for pkg-config; and a target
# "tether_uninstall" that takes it away again.
#
# The files hold no path of this machine, so that an installed tree may be moved.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# A static library needs what it was linked with, and in the same form; another copy, of whatever
# version, cannot stand in for it.
get_target_property(tether_type tether TYPE)
set(tether_fetched "")
if(TARGET pcre2-8-static AND tether_type STREQUAL "STATIC_LIBRARY")
  list(APPEND tether_fetched "PCRE2 (Debian: libpcre2-dev)")
endif()
if(TETHER_GTEST AND NOT tether_gtest_is_imported)
  list(APPEND tether_fetched "GoogleTest (Debian: libgtest-dev libgmock-dev)")
endif()
if(tether_fetched)
  list(JOIN tether_fetched " and " tether_fetched)
  install(CODE "message(FATAL_ERROR [==[Tether: this build cannot be installed, since it was made \
with libraries that were fetched for it alone: ${tether_fetched}. Install them, and configure again \
with -DTETHER_DEPENDENCIES=INSTALLED.]==])")
  return()
endif()

set(tether_generated "${PROJECT_BINARY_DIR}/package")
set(tether_cmake_dir "${CMAKE_INSTALL_LIBDIR}/cmake/tether")

# First of all, since it looks at what is there before.
set(tether_notes "${PROJECT_BINARY_DIR}/install_notes.txt")
if(PROJECT_IS_TOP_LEVEL)
  install(CODE "set(TETHER_NOTES [==[${tether_notes}]==])
    set(TETHER_OWN [==[${CMAKE_INSTALL_BINDIR}/tether-run]==] [==[${CMAKE_INSTALL_INCLUDEDIR}/tether]==]
      [==[${tether_cmake_dir}]==] [==[${CMAKE_INSTALL_LIBDIR}/pkgconfig/tether.pc]==])
    include([==[${CMAKE_CURRENT_LIST_DIR}/NoteInstalled.cmake]==])")
endif()

# Before 1.0 each minor version has an interface, and so a shared library, of its own.
set(tether_soversion ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
set_target_properties(tether PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${tether_soversion})
set_target_properties(tether_run PROPERTIES EXPORT_NAME run)
if(tether_type STREQUAL "STATIC_LIBRARY")
  target_link_libraries(tether INTERFACE $<INSTALL_INTERFACE:$<LINK_ONLY:tether::pcre2>>)
else()
  file(RELATIVE_PATH tether_lib_from_bin "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_LIBDIR}")
  set_target_properties(tether_run PROPERTIES INSTALL_RPATH "$ORIGIN/${tether_lib_from_bin}")
endif()
install(TARGETS tether tether_run EXPORT tetherTargets FILE_SET HEADERS)
install(EXPORT tetherTargets NAMESPACE tether:: DESTINATION "${tether_cmake_dir}")

# Apart, since who does without GoogleTest need not have it. GoogleTest's headers change from one minor
# version to the next, and what is compiled fits those that it was compiled with.
if(TETHER_GTEST)
  if(NOT GTest_VERSION)  # it is seen only where GoogleTest was found
    find_package(GTest CONFIG QUIET)
  endif()
  if(GTest_VERSION MATCHES "^([0-9]+)\\.([0-9]+)")
    math(EXPR tether_next "${CMAKE_MATCH_2} + 1")
    set(tether_gtest_from ${CMAKE_MATCH_1}.${CMAKE_MATCH_2})
    set(tether_gtest_below ${CMAKE_MATCH_1}.${tether_next})
  else()  # targets that a project made itself
    set(tether_gtest_from 1.12)
    set(tether_gtest_below 2)
  endif()
  set_target_properties(tether_gtest PROPERTIES EXPORT_NAME gtest
    VERSION ${PROJECT_VERSION} SOVERSION ${tether_soversion} INSTALL_RPATH "$ORIGIN")
  install(TARGETS tether_gtest EXPORT tetherGtestTargets FILE_SET HEADERS)
  install(EXPORT tetherGtestTargets NAMESPACE tether:: DESTINATION "${tether_cmake_dir}")
  configure_file("${CMAKE_CURRENT_LIST_DIR}/TetherFindGtest.cmake.in"
    "${tether_generated}/TetherFindGtest.cmake" @ONLY)
  install(FILES "${tether_generated}/TetherFindGtest.cmake" DESTINATION "${tether_cmake_dir}")
endif()

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/tetherConfig.cmake.in"
  "${tether_generated}/tetherConfig.cmake" INSTALL_DESTINATION "${tether_cmake_dir}")
write_basic_package_version_file("${tether_generated}/tetherConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${tether_generated}/tetherConfig.cmake"
  "${tether_generated}/tetherConfigVersion.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/TetherAddCommandTest.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/TetherAddTest.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/TetherCheckTest.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/TetherTests.cmake"
  DESTINATION "${tether_cmake_dir}")

# --- pkg-config ----------------------------------------------------------------------------------

# tether_install_pc(<name>): of <name>.pc.in.
function(tether_install_pc name)
  file(RELATIVE_PATH to_prefix "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
  string(REGEX REPLACE "/$" "" to_prefix "${to_prefix}")
  cmake_path(APPEND libdir "\${prefix}" "${CMAKE_INSTALL_LIBDIR}")
  cmake_path(APPEND includedir "\${prefix}" "${CMAKE_INSTALL_INCLUDEDIR}")
  # Where there is no shared library to bring its dependencies along, they are not private: every
  # program needs them, also one that is not linked with --static.
  if(tether_type STREQUAL "STATIC_LIBRARY")
    set(private "")
  else()
    set(private ".private")
  endif()
  configure_file("${PROJECT_SOURCE_DIR}/cmake/${name}.pc.in" "${tether_generated}/${name}.pc" @ONLY)
  install(FILES "${tether_generated}/${name}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endfunction()

tether_install_pc(tether)
if(TETHER_GTEST)
  tether_install_pc(tether-gtest)
endif()

# -------------------------------------------------------------------------------------------------

if(PROJECT_IS_TOP_LEVEL)
  add_custom_target(tether_uninstall
    COMMAND "${CMAKE_COMMAND}"
      "-DMANIFEST=${PROJECT_BINARY_DIR}/install_manifest.txt"
      "-DNOTES=${tether_notes}"
      -P "${CMAKE_CURRENT_LIST_DIR}/Uninstall.cmake"
    VERBATIM)
  include("${CMAKE_CURRENT_LIST_DIR}/Package.cmake")
endif()
