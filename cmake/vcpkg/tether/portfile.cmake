# The port builds the checkout that it stands in, by
#
#   vcpkg install tether --overlay-ports=CHECKOUT/cmake/vcpkg
cmake_path(SET source_path NORMALIZE "${CURRENT_PORT_DIR}/../../..")

vcpkg_check_features(OUT_FEATURE_OPTIONS feature_options FEATURES gtest TETHER_GTEST)
vcpkg_cmake_configure(
  SOURCE_PATH "${source_path}"
  OPTIONS
    ${feature_options}
    -DTETHER_DEPENDENCIES=INSTALLED
    -DTETHER_INSTALL=ON
    -DTETHER_SAMPLES=OFF
    -DTETHER_TESTS=OFF)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/tether)
vcpkg_fixup_pkgconfig()
vcpkg_copy_tools(TOOL_NAMES tether-run AUTO_CLEAN)

file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share")
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${source_path}/LICENSE")
