// The arguments of tether-run.
#include <gmock/gmock.h>
#include <tether/version.h>

#include "conversation/run_command.h"

namespace tether {
namespace {

using support::CommandRun;
using support::Joined;
using support::RunToEnd;
using support::ServingShell;
using support::Words;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kTry = "Try 'tether-run --help' for more information.\n";

// What is wrong with the arguments, as it is told.
std::string ErrorOf(const Words& arguments) {
  const CommandRun run = RunToEnd(arguments);
  EXPECT_EQ(run.status, ExitStatus::Exited{125}) << run.err;
  EXPECT_EQ(run.out, "");
  EXPECT_TRUE(run.err.starts_with("tether-run: ") && run.err.ends_with(kTry)) << run.err;
  const std::string error = run.err.substr(std::string("tether-run: ").size());
  return error.substr(0, error.find('\n'));
}

std::string ErrorOfOption(const std::string& option) {
  return ErrorOf(Joined({{option}, ServingShell("echo ran")}));
}

TEST(TetherRunUsage, IsShownByHelp) {
  const CommandRun run = RunToEnd({"--help"});
  EXPECT_EQ(run.status, ExitStatus::Exited{0});
  EXPECT_EQ(run.err, "");
  EXPECT_THAT(run.out, StartsWith("Usage: tether-run [OPTION]... -- SERVER [ARG]... "
                                  "-- CLIENT [ARG]...\nStart SERVER, "));
  EXPECT_THAT(
      run.out,
      AllOf(HasSubstr("\n  --start-timeout=DURATION  how long that may take; 30s if not "
                      "given\n"),
            HasSubstr(
                "\n  --allow-exit              it may end while the client runs, which goes on\n"
                "                            then\n"),
            HasSubstr("0 is at once; 10s if\n                            not given\n"),
            HasSubstr("http://127.0.0.1:PORT, or http://[::1]:PORT\n"),
            HasSubstr("the client gets\ntwice: from the sender, and passed on.\n"),
            HasSubstr("without a report, and --log stays empty. While"),
            HasSubstr("\nExit status:\n  124  if the client timed out\n  125  if tether-run "
                      "itself or the server fails")));
  for (const char* option : {"ready=",
                             "ready-text=",
                             "listening ",
                             "port=",
                             "http=",
                             "name=",
                             "directory=",
                             "env=",
                             "limit=",
                             "release-ports ",
                             "terminal ",
                             "stop-signal=",
                             "stop-grace=",
                             "allow-status=",
                             "allow-kill ",
                             "allow-left-processes ",
                             "allow-sanitizer-reports\n",
                             "timeout=",
                             "echo ",
                             "log=",
                             "help ",
                             "version "}) {
    EXPECT_THAT(run.out, HasSubstr(std::string("\n  --") + option));
  }
}

TEST(TetherRunUsage, VersionIsShown) {
  const CommandRun run = RunToEnd({"--version", "--listening"});
  EXPECT_EQ(run.status, ExitStatus::Exited{0});
  EXPECT_EQ(run.out, "tether-run (Tether) " TETHER_VERSION "\n");
}

TEST(TetherRunUsage, HelpThatCannotBeWrittenIsAFailure) {
  Server full({.command = {"sh", "-c", "\"$0\" --help >/dev/full", Program("tether_run")},
               .may_end = true,
               .expected_exit = {}});
  EXPECT_EQ(full.WaitForExit(), ExitStatus::Exited{125});
  EXPECT_EQ(full.Text(), "tether-run: write error: No space left on device");
}

TEST(TetherRunUsage, UnknownOptionsAreNamed) {
  EXPECT_EQ(ErrorOfOption("--colour"), "unrecognized option '--colour'");
  EXPECT_EQ(ErrorOfOption("-p"), "invalid option -- 'p'");
  EXPECT_THAT(ErrorOfOption("--allow"),
              StartsWith("option '--allow' is ambiguous; possibilities: "));
}

TEST(TetherRunUsage, ArgumentsOfOptionsAreRequiredOrRefused) {
  EXPECT_EQ(ErrorOf({"--port"}), "option '--port' requires an argument");
  EXPECT_EQ(ErrorOfOption("--echo=yes"), "option '--echo' doesn't allow an argument");
  EXPECT_EQ(ErrorOfOption("--log="), "empty value for --log: give FILE");
  EXPECT_EQ(ErrorOfOption("--ready-text="), "empty value for --ready-text: give TEXT");
}

TEST(TetherRunUsage, WhatIsMissingIsNamed) {
  EXPECT_EQ(ErrorOf({}), "missing server");
  EXPECT_EQ(ErrorOf({"--listening", "--"}), "missing server");
  EXPECT_EQ(ErrorOf({"--", "--", "client"}), "missing server");
  EXPECT_EQ(ErrorOf({"server", "client"}), "missing client: there is no -- behind the server");
  EXPECT_EQ(ErrorOf({"--", "server", "--"}), "missing client behind the second --");
}

TEST(TetherRunUsage, ValuesThatMakeNoSenseAreNamedWithTheirOption) {
  EXPECT_EQ(ErrorOfOption("--port=70000"),
            "invalid port '70000' for --port: give a number from 0, for any, to 65535");
  EXPECT_EQ(ErrorOfOption("--http=health"),
            "invalid path 'health' for --http: it must begin with a slash");
  EXPECT_THAT(ErrorOfOption("--ready=a(b"),
              StartsWith("invalid regular expression 'a(b' for --ready: "));
  EXPECT_EQ(ErrorOfOption("--env==1"), "invalid variable '=1' for --env: it must be NAME=VALUE");
  EXPECT_THAT(ErrorOfOption("--stop-signal=TREM"),
              AllOf(StartsWith("invalid signal 'TREM' for --stop-signal: known are "),
                    HasSubstr("SIGTERM")));
  EXPECT_EQ(
      ErrorOfOption("--allow-status=256"),
      "invalid status '256' for --allow-status: give a number from 0 to 255, or the name of a "
      "signal");
}

TEST(TetherRunUsage, LimitsThatMakeNoSenseAreNamed) {
  const auto error = [](const std::string& value) { return ErrorOfOption("--limit=" + value); };
  EXPECT_EQ(error("open-files"), "invalid limit 'open-files' for --limit: it must be NAME=VALUE");
  EXPECT_EQ(error("files=3"),
            "invalid limit 'files=3' for --limit: known names are cpu-time, address-space, data, "
            "stack, file-size, core, locked-memory, open-files, processes, nice");
  for (const char* value : {"open-files=", "open-files=1K", "nice=3000000000", "processes=two"}) {
    EXPECT_THAT(error(value), testing::EndsWith(" for --limit: its value must be a number"));
  }
  for (const char* value : {"cpu-time=1.5s", "cpu-time=soon"}) {
    EXPECT_THAT(error(value), testing::EndsWith(": its value must be whole seconds, such as 2s"));
  }
  for (const char* value : {"data=1KB", "data=-1", "data=9999999999G", "stack=much"}) {
    EXPECT_THAT(error(value), testing::EndsWith("bytes, such as 512K, 64M or 2G"));
  }
}

TEST(TetherRunUsage, LimitsAreThoseOfTheServerAlone) {
  const CommandRun run = RunToEnd(
      Joined({{"--limit=open-files=99", "--limit", "file-size=3K", "--limit=cpu-time=1m",
               "--limit=nice=3"},
              ServingShell("for pid in $TETHER_PID self; do sed -n 's/^Max \\(open files\\|file "
                           "size\\|cpu time\\) *\\([0-9a-z]*\\).*/\\2/p' /proc/$pid/limits | "
                           "paste -sd' '; done; cut -d' ' -f19 /proc/$TETHER_PID/stat")}));
  EXPECT_EQ(run.status, ExitStatus::Exited{0}) << run.err;
  EXPECT_THAT(run.out, testing::MatchesRegex("60 3072 99\n[^\n]*\n3\n"));
  EXPECT_THAT(run.out, testing::Not(HasSubstr("99\n60 3072 99")));
}

TEST(TetherRunUsage, DurationsAreThoseOfTimeout) {
  for (const char* wrong : {"s", "-1", "1 s", "5x", "5ss", "nan", "0x1", "1e3", "+1"}) {
    EXPECT_EQ(ErrorOfOption(std::string("--timeout=") + wrong),
              "invalid time interval '" + std::string(wrong) +
                  "' for --timeout: give a number of seconds, or one with the suffix s, m, h or d");
  }
  for (const char* right :
       {"0", "60", "60s", ".5m", "1.5h", "1d", "99999999999999999999d", "inf"}) {
    const CommandRun run = RunToEnd(Joined({{"--timeout", right}, ServingShell("true")}));
    EXPECT_EQ(run.status, ExitStatus::Exited{0}) << right << "\n" << run.err;
  }
}

TEST(TetherRunUsage, LogThatCannotBeWrittenIsNamed) {
  const CommandRun run = RunToEnd(Joined({{"--log=/no/such/log"}, ServingShell("echo ran")}));
  EXPECT_EQ(run.status, ExitStatus::Exited{125});
  EXPECT_EQ(
      run.err,
      "tether-run: cannot write the log '/no/such/log': No such file or directory (errno 2)\n");
  EXPECT_EQ(run.out, "");
}

}  // namespace
}  // namespace tether
