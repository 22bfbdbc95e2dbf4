# Follows the recipe of vcpkg without vcpkg: configures with what it passes, for both configurations, and
# installs; but does not build. The libraries are those of the build that is tested.
#
#   cmake -DPORT_DIR=... -DBUILT=<build of tether> -DWORK=... [-DFEATURES=...] [-DSETTINGS=...]
#         -P follow_port.cmake
#
# The functions are called as vcpkg's, and do to the tree of the package what those do, as far as it is
# seen on Linux. They refuse what they do not know.
#
# Sources: the maintainer functions of vcpkg (learn.microsoft.com/vcpkg/maintainers/functions).
cmake_minimum_required(VERSION 3.25)

set(CURRENT_PORT_DIR "${PORT_DIR}")
set(CURRENT_PACKAGES_DIR "${WORK}/packages")
set(PORT tether)

# The arguments of the function that calls this, as arg_<KEYWORD>.
macro(parse options with_one_value with_values)
  cmake_parse_arguments(PARSE_ARGV 0 arg "${options}" "${with_one_value}" "${with_values}")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${CMAKE_CURRENT_FUNCTION}: what is ${arg_UNPARSED_ARGUMENTS}?")
  endif()
endmacro()

function(must_exist)
  foreach(path IN LISTS ARGN)
    if(NOT EXISTS "${path}")
      message(FATAL_ERROR "${path} does not exist")
    endif()
  endforeach()
endfunction()

function(vcpkg_check_features)
  parse("" OUT_FEATURE_OPTIONS FEATURES)
  set(options "")
  while(arg_FEATURES)
    list(POP_FRONT arg_FEATURES feature option)
    if(feature IN_LIST FEATURES)
      list(APPEND options "-D${option}=ON")
    else()
      list(APPEND options "-D${option}=OFF")
    endif()
  endwhile()
  set(${arg_OUT_FEATURE_OPTIONS} "${options}" PARENT_SCOPE)
endfunction()

function(vcpkg_cmake_configure)
  parse("" SOURCE_PATH OPTIONS)
  foreach(configuration Release Debug)
    execute_process(
      COMMAND "${CMAKE_COMMAND}" -S "${arg_SOURCE_PATH}" -B "${WORK}/${configuration}" ${SETTINGS}
        -DCMAKE_BUILD_TYPE=${configuration} -DCMAKE_INSTALL_LIBDIR=lib ${arg_OPTIONS}
      COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
endfunction()

function(vcpkg_cmake_install)
  parse("DISABLE_PARALLEL;ADD_BIN_TO_PATH" "" "")
  foreach(configuration Release Debug)
    foreach(name libtether.a libtether_gtest.a tether-run)
      file(COPY "${BUILT}/fixture/${name}" DESTINATION "${WORK}/${configuration}/fixture")
    endforeach()
    set(prefix_of_Release "${CURRENT_PACKAGES_DIR}")
    set(prefix_of_Debug "${CURRENT_PACKAGES_DIR}/debug")
    execute_process(
      COMMAND "${CMAKE_COMMAND}" --install "${WORK}/${configuration}" --prefix "${prefix_of_${configuration}}"
      OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
endfunction()

# Moves the files of find_package() to share/, and leaves only the locations of the targets of debug's.
function(vcpkg_cmake_config_fixup)
  parse("" CONFIG_PATH "")
  foreach(tree "${CURRENT_PACKAGES_DIR}" "${CURRENT_PACKAGES_DIR}/debug")
    cmake_path(SET directory "${tree}/${arg_CONFIG_PATH}")
    must_exist("${directory}")
    file(COPY "${directory}/" DESTINATION "${tree}/share/${PORT}")
    cmake_path(GET directory PARENT_PATH parent)
    file(REMOVE_RECURSE "${directory}")
    if(parent MATCHES "/cmake$")
      file(REMOVE_RECURSE "${parent}")
    endif()
  endforeach()

  set(share "${CURRENT_PACKAGES_DIR}/share/${PORT}")
  set(debug_share "${CURRENT_PACKAGES_DIR}/debug/share/${PORT}")
  file(GLOB others "${debug_share}/*Targets.cmake" "${debug_share}/*Config.cmake"
    "${debug_share}/*ConfigVersion.cmake")
  file(REMOVE ${others})
  file(GLOB files "${debug_share}/*-debug.cmake")
  foreach(file IN LISTS files)
    file(READ "${file}" text)
    string(REPLACE "{_IMPORT_PREFIX}/lib" "{_IMPORT_PREFIX}/debug/lib" text "${text}")
    cmake_path(GET file FILENAME name)
    file(WRITE "${share}/${name}" "${text}")
    file(REMOVE "${file}")
  endforeach()

  # Of the files, which now are two directories below the prefix.
  set(of_targets "get_filename_component(_IMPORT_PREFIX \"\${_IMPORT_PREFIX}\" PATH)\n")
  file(GLOB files "${share}/*.cmake")
  foreach(file IN LISTS files)
    file(READ "${file}" text)
    string(REPLACE "${of_targets}${of_targets}${of_targets}" "${of_targets}${of_targets}" text "${text}")
    string(REPLACE "{CMAKE_CURRENT_LIST_DIR}/../../../" "{CMAKE_CURRENT_LIST_DIR}/../../" text "${text}")
    string(REPLACE "{_IMPORT_PREFIX}/bin" "{_IMPORT_PREFIX}/tools/${PORT}" text "${text}")
    file(WRITE "${file}" "${text}")
  endforeach()
endfunction()

function(vcpkg_fixup_pkgconfig)
  parse(SKIP_CHECK "" "")
  must_exist("${CURRENT_PACKAGES_DIR}/lib/pkgconfig" "${CURRENT_PACKAGES_DIR}/debug/lib/pkgconfig")
endfunction()

function(vcpkg_copy_tools)
  parse(AUTO_CLEAN "" TOOL_NAMES)
  foreach(name IN LISTS arg_TOOL_NAMES)
    must_exist("${CURRENT_PACKAGES_DIR}/bin/${name}")
    file(COPY "${CURRENT_PACKAGES_DIR}/bin/${name}" DESTINATION "${CURRENT_PACKAGES_DIR}/tools/${PORT}")
    foreach(bin "${CURRENT_PACKAGES_DIR}/bin" "${CURRENT_PACKAGES_DIR}/debug/bin")
      if(arg_AUTO_CLEAN)
        file(REMOVE "${bin}/${name}")
      endif()
      file(GLOB rest "${bin}/*")
      if(NOT rest)
        file(REMOVE_RECURSE "${bin}")
      endif()
    endforeach()
  endforeach()
endfunction()

function(vcpkg_install_copyright)
  parse("" "" FILE_LIST)
  must_exist(${arg_FILE_LIST})
  file(COPY_FILE ${arg_FILE_LIST} "${CURRENT_PACKAGES_DIR}/share/${PORT}/copyright")
endfunction()

include("${PORT_DIR}/portfile.cmake")
