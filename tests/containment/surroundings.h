// Surroundings that a test program can find itself in, to be brought about by itself.
#pragma once

#include <stdexcept>
#include <string>

/// The system does not let us have these surroundings; the text says why.
class NotToBeHad : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Brings about, for this process and those it starts from now on:
///
///   refuse=CALL:ERROR   a system call fails: pidfd_open, pidfd_send_signal, close_range,
///                       memfd_create, inotify_init, inotify_add_watch, netlink (that is
///                       socket(AF_NETLINK)); with EPERM, ENOSYS, EAFNOSUPPORT, EMFILE, ENOSPC
///   limit=NAME:N        a resource limit, soft and hard: nofile, fsize; N may be "most"
///   user                a user that nobody else is, without privileges
///   touch=MIB           so much memory has been written to
///   hide=DIRECTORY      an empty directory is mounted there
///   dev=null            /dev holds nothing but null
///   noexec=DIRECTORY    an empty directory is mounted there in which nothing can be executed
///   read_only=DIRECTORY an empty directory is mounted there in which nothing can be written
///
/// Throws NotToBeHad.
void BringAbout(const std::string& surrounding);
