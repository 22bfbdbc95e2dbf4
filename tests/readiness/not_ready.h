// Servers that do not get ready.
#pragma once

#include <tether/server/server.h>

#include <string>

namespace support {

/// The report of a server that does not get ready; "it is ready" if it does.
inline std::string ErrorOfStart(const tether::ServerOptions& options) {
  try {
    const tether::Server server(options);
  } catch (const tether::StartError& error) {
    return error.what();
  }
  return "it is ready";
}

}  // namespace support
