// Options for the small servers of the tests.
#pragma once

#include <tether/tether.h>

#include <string>
#include <vector>

namespace support {

/// A program of tests/children that says "ready" when it is.
inline tether::ServerOptions Child(const std::string& name,
                                   std::vector<std::string> arguments = {}) {
  arguments.insert(arguments.begin(), tether::Program(name));
  return {.command = std::move(arguments), .ready = tether::ready::Line("ready")};
}

/// A server that ends by itself, in whatever way, and is not to fail the test for that.
inline tether::ServerOptions Ending(tether::ServerOptions options) {
  options.may_end = true;
  options.expected_exit = {};
  return options;
}

/// Options of serve_ports, which can say that an address is "already in use".
inline tether::ServerOptions ServePorts(std::vector<std::string> arguments) {
  tether::ServerOptions options = Child("serve_ports", std::move(arguments));
  options.ready = tether::ready::Line(tether::Regex("^ready"));
  return options;
}

/// What was found at the end of a server that has been stopped, by kind. The test has judged it then.
inline std::vector<tether::Finding::Kind> TakeFindings(tether::Server& server) {
  std::vector<tether::Finding::Kind> kinds;
  for (const tether::Finding& finding : server.TakeFindings()) kinds.push_back(finding.kind);
  return kinds;
}

/// The texts of all lines of a server.
inline std::vector<std::string> Texts(const tether::Server& server) {
  std::vector<std::string> texts;
  for (const tether::Line& line : server.Lines()) texts.push_back(line.text);
  return texts;
}

}  // namespace support
