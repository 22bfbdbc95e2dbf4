// tether-run, run by a test.
#pragma once

#include <tether/tether.h>

#include <map>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "support/temporary_directory.h"

namespace support {

using Words = std::vector<std::string>;

/// How a command ended, and what it printed.
struct CommandRun {
  tether::ExitStatus status;
  std::string out;
  std::string err;
};

/// The words of several lists behind one another.
inline Words Joined(std::initializer_list<Words> lists) {
  Words all;
  for (const Words& words : lists) all.insert(all.end(), words.begin(), words.end());
  return all;
}

/// Starts tether-run with these arguments, as a server of this test.
inline tether::Server StartRun(const Words& arguments,
                               std::map<std::string, std::optional<std::string>> environment = {}) {
  static const TemporaryDirectory logs;  // many of these runs fail, and leave some
  environment.insert({{"TETHER_ECHO", {}}, {"TETHER_KEEP_LOGS", {}}});
  environment.insert({"TETHER_LOG_DIR", logs.path().string()});
  return tether::Server({.command = Joined({{tether::Program("tether_run")}, arguments}),
                         .name = "tether-run",
                         .environment = std::move(environment),
                         .may_end = true,
                         .expected_exit = {},
                         .may_leave_processes = true});  // its guardian ends a moment after it
}

/// Waits for the end of tether-run.
inline CommandRun End(tether::Server& run) {
  const auto text = [&](tether::Stream stream) {
    const std::string lines = run.Text({.stream = stream});
    return lines.empty() ? lines : lines + "\n";
  };
  const auto status = run.WaitForExit(std::chrono::seconds(60));
  return {status.value_or(tether::ExitStatus::Unknown{"still running"}), text(tether::Stream::kOut),
          text(tether::Stream::kErr)};
}

inline CommandRun RunToEnd(const Words& arguments,
                           std::map<std::string, std::optional<std::string>> environment = {}) {
  tether::Server run = StartRun(arguments, std::move(environment));
  return End(run);
}

/// "--ready=... -- SERVER -- CLIENT", where the server says "ready PORT" and listens on that.
inline Words Serving(const Words& client) {
  return Joined(
      {{"--ready=^ready (?<port>[0-9]+)", "--", tether::Program("serve_ports"), "0", "--"},
       client});
}

/// The same with a shell as the client.
inline Words ServingShell(const std::string& script) { return Serving({"sh", "-c", script}); }

/// A report with N for each number, N ms for each time, and without the directories of paths.
inline std::string WithoutNumbers(const std::string& report) {
  static const std::regex kPath("/[^ \n']*/");
  static const std::regex kTime(R"(\d+(\.\d+)? m?s\b)");
  static const std::regex kNumber(R"(\d+(\.\d+)?)");
  const std::string text = std::regex_replace(std::regex_replace(report, kPath, ""), kTime, "N ms");
  return std::regex_replace(text, kNumber, "N");
}

}  // namespace support
