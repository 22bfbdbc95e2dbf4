// Servers that do not get ready.
#pragma once

#include <gtest/gtest.h>
#include <tether/server/server.h>

#include <string>

namespace support {

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
