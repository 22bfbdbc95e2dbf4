# Removes what "cmake --install" has installed, by the list that it writes into the build directory:
#
#   cmake --build build --target tether_uninstall
#
# Directories below the prefix that are empty then go as well; but of /usr and /usr/local, where the
# system has made some, only those called after tether. DESTDIR in the environment is that of the
# installation.
if(NOT EXISTS "${MANIFEST}")
  message(FATAL_ERROR "Tether: there is no ${MANIFEST}, so nothing was installed from here.")
endif()

# Sets "prefix" to the directory that all files are below.
function(find_prefix)
  list(GET files 0 prefix)
  foreach(file IN LISTS files)
    cmake_path(IS_PREFIX prefix "${file}" is_above)
    while(NOT is_above)
      cmake_path(GET prefix PARENT_PATH prefix)
      cmake_path(IS_PREFIX prefix "${file}" is_above)
    endwhile()
  endforeach()
  set(prefix "${prefix}" PARENT_SCOPE)
endfunction()

# Appends to "directories" those above the file that are to be removed if they are empty.
function(note_directories file)
  cmake_path(GET file PARENT_PATH directory)
  while(NOT directory STREQUAL prefix)
    if(NOT prefix MATCHES "^/usr(/local)?$" OR directory MATCHES "/tether(/|$)")
      list(APPEND directories "${destdir}${directory}")
    endif()
    cmake_path(GET directory PARENT_PATH directory)
  endwhile()
  set(directories "${directories}" PARENT_SCOPE)
endfunction()

set(destdir "$ENV{DESTDIR}")
set(directories "")
file(STRINGS "${MANIFEST}" files)
find_prefix()
foreach(file IN LISTS files)
  file(REMOVE "${destdir}${file}")
  if(EXISTS "${destdir}${file}" OR IS_SYMLINK "${destdir}${file}")
    message(FATAL_ERROR "Tether: ${destdir}${file} could not be removed.")
  endif()
  message(STATUS "Removed: ${destdir}${file}")
  note_directories("${file}")
endforeach()

list(REMOVE_DUPLICATES directories)
list(SORT directories ORDER DESCENDING)  # what is inside comes first
foreach(directory IN LISTS directories)
  execute_process(COMMAND rmdir "${directory}" ERROR_QUIET)  # fails if there is anything in it
endforeach()
