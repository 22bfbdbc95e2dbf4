# Removes what "cmake --install" has installed, by the list that it writes into the build directory,
# and the directories that it has made, unless there is something else in them:
#
#   cmake --build build --target tether_uninstall
#
# DESTDIR in the environment is that of the installation.
cmake_minimum_required(VERSION 3.25)

# Sets "files" to what was installed, and "own" to the notes of NoteInstalled.cmake.
function(read_lists)
  foreach(list MANIFEST NOTES)
    set(lines "")
    if(EXISTS "${${list}}")
      file(STRINGS "${${list}}" lines)
    endif()
    set(${list}_lines "${lines}")
  endforeach()
  if(NOT MANIFEST_lines)
    message(FATAL_ERROR "Tether: nothing is known of an installation from here. \"cmake --install\" \
lists what it installs in ${MANIFEST}, which is missing or empty.")
  endif()
  list(REMOVE_DUPLICATES NOTES_lines)
  set(files "")
  foreach(file IN LISTS MANIFEST_lines)
    set(file "$ENV{DESTDIR}${file}")
    cmake_path(ABSOLUTE_PATH file)
    list(APPEND files "${file}")
  endforeach()
  set(files "${files}" PARENT_SCOPE)
  set(own "${NOTES_lines}" PARENT_SCOPE)
endfunction()

function(remove_files)
  set(removed 0)
  foreach(file IN LISTS files)
    if(NOT EXISTS "${file}" AND NOT IS_SYMLINK "${file}")
      continue()
    endif()
    file(REMOVE "${file}")
    if(EXISTS "${file}" OR IS_SYMLINK "${file}")
      message(FATAL_ERROR "Tether: ${file} could not be removed.")
    endif()
    message(STATUS "Removed: ${file}")
    set(removed 1)
  endforeach()
  if(NOT removed)
    list(GET files 0 file)
    message(FATAL_ERROR "Tether: nothing was removed, since none of the files listed in ${MANIFEST} \
is there, such as ${file}. They were uninstalled before, or moved, and are then to be removed by \
hand; or they were installed with another DESTDIR, which is to be set for this as well.")
  endif()
endfunction()

function(remove_directories)
  set(directories "")
  foreach(file IN LISTS files)
    foreach(top IN LISTS own)
      cmake_path(GET file PARENT_PATH directory)
      cmake_path(IS_PREFIX top "${directory}" NORMALIZE is_own)
      while(is_own)
        list(APPEND directories "${directory}")
        cmake_path(GET directory PARENT_PATH directory)
        cmake_path(IS_PREFIX top "${directory}" NORMALIZE is_own)
      endwhile()
    endforeach()
  endforeach()
  list(REMOVE_DUPLICATES directories)
  list(SORT directories ORDER DESCENDING)  # what is inside comes first
  foreach(directory IN LISTS directories)
    execute_process(COMMAND rmdir "${directory}" RESULT_VARIABLE status ERROR_QUIET)
    if(status EQUAL 0)  # else there is something in it
      message(STATUS "Removed: ${directory}")
    endif()
  endforeach()
endfunction()

# What is gone may be made by others before it is installed to again.
function(forget_removed)
  file(WRITE "${NOTES}" "")
  foreach(top IN LISTS own)
    if(EXISTS "${top}")
      file(APPEND "${NOTES}" "${top}\n")
    endif()
  endforeach()
endfunction()

read_lists()
remove_files()
remove_directories()
forget_removed()
