// Servers that have printed what a test is about.
#pragma once

#include <tether/tether.h>

#include <csignal>
#include <string>
#include <vector>

#include "support/servers.h"

namespace support {

/// A server that prints these lines at once, after "up".
inline tether::Server Printed(std::vector<std::string> lines) {
  lines.insert(lines.begin(), {tether::Program("ready_and_wait"), "up"});
  return tether::Server({.command = std::move(lines), .ready = tether::ready::Line("up")});
}

/// One that has printed "ready" and these lines, each begun by "2>" to stderr, and ends then. No
/// line may be part of one before it.
inline tether::Server PrintedToBoth(const std::vector<std::string>& lines) {
  tether::Server server(Ending(Child("say_on_signal", lines)));
  for (const std::string& line : lines) {
    ::kill(server.pid(), SIGUSR1);
    EXPECT_TRUE(server.NewCursor().WaitForLine(line.starts_with("2>") ? line.substr(2) : line));
  }
  return server;
}

/// The texts of the lines that were found.
inline std::vector<std::string> Texts(const tether::LinesMatch& lines) {
  std::vector<std::string> texts;
  for (const tether::LineMatch& match : lines) texts.push_back(match.text());
  return texts;
}

/// The text of the Error that a call throws.
template <typename Call>
std::string ErrorOf(const Call& call) {
  try {
    call();
  } catch (const tether::Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace support
