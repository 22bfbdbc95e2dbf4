// Running a test program to see what it prints.
#pragma once

#include <tether/server/server.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace support {

/// How a test program ended, and what it printed on both streams.
struct SuiteRun {
  tether::ExitStatus status;
  std::string output;
};

/// Runs the test program that is called so in tether_add_test(SERVERS) to its end, with these
/// arguments, and with these variables set on top of those of this test.
inline SuiteRun RunSuite(
    const std::string& program, const std::vector<std::string>& arguments = {},
    const std::map<std::string, std::optional<std::string>>& environment = {}) {
  tether::ServerOptions options{
      .command = {tether::Program(program)},
      .may_leave_processes = true};  // a guardian of its own ends a moment after it
  for (const char* name :
       {"GTEST_BRIEF", "GTEST_FAIL_FAST", "GTEST_OUTPUT", "GTEST_REPEAT", "GTEST_SHUFFLE",
        "TETHER_ECHO", "TETHER_KEEP_LOGS", "TETHER_PAUSE_ON_FAILURE", "TETHER_TIMEOUT_FACTOR"}) {
    options.environment[name] = std::nullopt;
  }
  options.environment["GTEST_COLOR"] = "no";
  options.command.insert(options.command.end(), arguments.begin(), arguments.end());
  for (const auto& [name, value] : environment) options.environment[name] = value;
  tether::Server suite(options);
  const auto status = suite.WaitForExit(std::chrono::seconds(100));
  suite.Stop();
  return {status.value_or(tether::ExitStatus::Unknown{"still running"}), suite.Text() + "\n"};
}

}  // namespace support
