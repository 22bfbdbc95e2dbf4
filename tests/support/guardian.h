// Tether's own processes behind a server, for a test.
#pragma once

#include <tether/server/server.h>

#include <csignal>
#include <stdexcept>
#include <string>

#include "support/processes.h"

namespace support {

/// Throws when the process has gone: a signal to -1, in its place, would be one to every process.
inline pid_t ParentOf(pid_t pid) {
  const auto process = tether::internal::FindProcess(pid);
  if (!process) throw std::runtime_error("process " + std::to_string(pid) + " has gone");
  return process->parent;
}

/// The subreaper of the server's tree. The server must be running.
inline pid_t KeeperOf(const tether::Server& server) { return ParentOf(server.pid()); }

/// The process that all keepers descend from. The server must be running.
inline pid_t GuardianOf(const tether::Server& server) { return ParentOf(KeeperOf(server)); }

/// Ends the guardian that this process may have, so that the next server starts another one.
inline void EndGuardian() {
  tether::Server server({.command = {"sleep", "60"}});
  const pid_t guardian = GuardianOf(server);
  server.Stop();
  ::kill(guardian, SIGKILL);
  Gone(guardian);
}

}  // namespace support
