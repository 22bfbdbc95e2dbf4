// Options for the small servers of the tests.
#pragma once

#include <tether/server/server.h>

#include <string>
#include <vector>

namespace support {

/// A program of tests/children that says "ready" when it is.
inline tether::ServerOptions Child(const std::string& name,
                                   std::vector<std::string> arguments = {}) {
  arguments.insert(arguments.begin(), tether::Program(name));
  return {.command = std::move(arguments), .ready = tether::ready::Line("ready")};
}

/// The texts of all lines of a server.
inline std::vector<std::string> Texts(const tether::Server& server) {
  std::vector<std::string> texts;
  for (const tether::Line& line : server.Lines()) texts.push_back(line.text);
  return texts;
}

}  // namespace support
