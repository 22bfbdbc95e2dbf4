# Part of "cmake --install", before anything is installed: notes for Uninstall.cmake what of the tree
# is Tether's alone, one path a line. That is each of TETHER_OWN, relative to the prefix, or what is
# above it, as far as it is not there yet. Earlier notes stay: the directories that a first
# installation made are there at the second.
cmake_minimum_required(VERSION 3.25)

foreach(own IN LISTS TETHER_OWN)
  cmake_path(ABSOLUTE_PATH own BASE_DIRECTORY "${CMAKE_INSTALL_PREFIX}")
  set(own "$ENV{DESTDIR}${own}")
  cmake_path(ABSOLUTE_PATH own NORMALIZE)
  cmake_path(GET own PARENT_PATH above)
  while(NOT EXISTS "${above}")
    set(own "${above}")
    cmake_path(GET own PARENT_PATH above)
  endwhile()
  file(APPEND "${TETHER_NOTES}" "${own}\n")
endforeach()
