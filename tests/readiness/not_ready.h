// Servers that do not get ready.
#pragma once

#include <gtest/gtest.h>
#include <tether/server/server.h>

#include <chrono>
#include <string>

#include "support/processes.h"

namespace support {

/// Until a start is given up that is to show what it had come to by then: that must have happened, also
/// on a busy machine. In less than the 10 s after which a request or a command is begun anew.
inline constexpr std::chrono::seconds kTimeToTry{kThreadSanitizer || kAddressSanitizer ? 7 : 3};

/// The report of a server that does not get ready; that it does fails the test.
inline std::string ErrorOfStart(const tether::ServerOptions& options) {
  try {
    const tether::Server server(options);
  } catch (const tether::StartError& error) {
    return error.what();
  }
  ADD_FAILURE() << "it got ready";
  return {};
}

}  // namespace support
