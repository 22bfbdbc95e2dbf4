# Run by cpack after the installation: adds the two documents that each package of Debian has.
set(documents "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/share/doc/${CPACK_PACKAGE_NAME}")
file(INSTALL "${CPACK_TETHER_SOURCE_DIR}/LICENSE" DESTINATION "${documents}" RENAME copyright)
execute_process(
  COMMAND gzip --best --no-name --stdout "${CPACK_TETHER_SOURCE_DIR}/CHANGELOG.md"
  OUTPUT_FILE "${documents}/changelog.gz"
  COMMAND_ERROR_IS_FATAL ANY)
