# Run by cpack when everything is in its place: adds the two documents that each package of Debian has.
set(tether_documents
  "${CPACK_TEMPORARY_INSTALL_DIRECTORY}${CPACK_PACKAGING_INSTALL_PREFIX}/share/doc/${CPACK_PACKAGE_NAME}")
file(MAKE_DIRECTORY "${tether_documents}")
file(COPY_FILE "${CPACK_TETHER_SOURCE_DIR}/LICENSE" "${tether_documents}/copyright")
execute_process(
  COMMAND gzip --best --no-name --stdout "${CPACK_TETHER_SOURCE_DIR}/CHANGELOG.md"
  OUTPUT_FILE "${tether_documents}/changelog.gz"
  COMMAND_ERROR_IS_FATAL ANY)
