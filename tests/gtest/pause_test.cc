// Failed tests that keep their servers up, by TETHER_PAUSE_ON_FAILURE.
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <tether/tether.h>

#include <csignal>
#include <fstream>
#include <string>

#include "containment/terminal_process.h"
#include "support/processes.h"
#include "support/suite_run.h"
#include "support/temporary_directory.h"

namespace tether {
namespace {

using namespace std::chrono_literals;
using support::RunSuite;
using support::TerminalProcess;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::map<std::string, std::optional<std::string>> kPause = {{"TETHER_PAUSE_ON_FAILURE", "1"}};

std::vector<std::string> Suite(const std::string& filter) {
  return {"/usr/bin/env", "TETHER_PAUSE_ON_FAILURE=1", Program("keyboard_suite"),
          "--gtest_filter=" + filter};
}

TEST(PauseOnFailure, TellsWhereTheServersAreAndKeepsThemUpUntilEnter) {
  TerminalProcess suite(Suite("Fixture.FailsTwice"));
  suite.ReadBehind("first failure");  // is told before
  suite.ReadBehind("tether: Fixture.FailsTwice failed, and pauses (TETHER_PAUSE_ON_FAILURE)");
  EXPECT_EQ(suite.ReadBehind("  server "), "\"serve_ports\"");
  const pid_t pid = std::stoi(suite.ReadBehind("pid:"));
  EXPECT_THAT(suite.ReadBehind("ports:"), HasSubstr("tcp 127.0.0.1:"));
  EXPECT_THAT(suite.ReadBehind("directory:"), HasSubstr("/"));
  EXPECT_THAT(suite.ReadBehind("log:"), HasSubstr("serve_ports.log"));
  suite.ReadBehind("Press Enter to go on.");
  const auto process = internal::FindProcess(pid);
  ASSERT_TRUE(process);
  EXPECT_THAT(process->command, HasSubstr("serve_ports"));
  suite.Type('\n');
  suite.ReadBehind("second failure");  // does not pause again
  suite.ReadBehind("1 FAILED TEST");
  EXPECT_TRUE(support::Gone(pid));
}

TEST(PauseOnFailure, KeepsABareServerUp) {
  TerminalProcess suite(Suite("Bare.Fails"));
  suite.ReadBehind("Bare.Fails failed, and pauses");
  const pid_t pid = std::stoi(suite.ReadBehind("pid:"));
  suite.ReadBehind("Press Enter");
  EXPECT_EQ(::kill(pid, 0), 0);
  suite.Type('\n');
  suite.ReadBehind("1 FAILED TEST");
}

TEST(PauseOnFailure, PausesOnceForEachTest) {
  TerminalProcess suite(Suite("Bare.*"));
  suite.ReadBehind("Press Enter");
  suite.Type('\n');
  EXPECT_EQ(suite.ReadBehind("Bare.FailsWithoutAServer failed, and pauses"),
            " (TETHER_PAUSE_ON_FAILURE); no server is running");
  suite.ReadBehind("Press Enter");
  suite.Type('\n');
  suite.ReadBehind("2 FAILED TESTS");
}

TEST(PauseOnFailure, EndsWithCtrlC) {
  TerminalProcess suite(Suite("Bare.Fails"));
  const pid_t pid = std::stoi(suite.ReadBehind("pid:"));
  suite.ReadBehind("Press Enter");
  suite.Type('\x03');
  EXPECT_TRUE(support::Gone(pid));
  int status = 0;
  EXPECT_EQ(::waitpid(suite.pid(), &status, 0), suite.pid());
  EXPECT_EQ(ExitStatus::FromWaitStatus(status), ExitStatus::Signaled{SIGINT});
}

TEST(PauseOnFailure, TakesEnterFromStandardInputWhereThereIsNoTerminal) {
  const support::TemporaryDirectory directory;
  std::ofstream(directory / "input") << "\n\n";
  Server suite({.command = {Program("keyboard_suite"), "--gtest_filter=Bare.Fails"},
                .environment = kPause,
                .standard_input = directory / "input",
                .may_leave_processes = true});
  EXPECT_EQ(suite.WaitForExit(60s), ExitStatus::Exited{1});
  EXPECT_THAT(suite.Text(), AllOf(HasSubstr("Press Enter"), Not(HasSubstr("nobody"))));
}

TEST(PauseOnFailure, SaysSoAndGoesOnWhereThereIsNobody) {
  const auto run = RunSuite("keyboard_suite", {"--gtest_filter=Bare.Fails"}, kPause);
  EXPECT_EQ(run.status, ExitStatus::Exited{1});
  EXPECT_THAT(run.output, HasSubstr("there is nobody to press Enter"));
}

TEST(PauseOnFailure, DoesNothingToATestThatPasses) {
  const auto run = RunSuite("keyboard_suite", {"--gtest_filter=Two.*"}, kPause);
  EXPECT_EQ(run.status, ExitStatus::Exited{0});
  EXPECT_THAT(run.output, Not(HasSubstr("Press Enter")));
}

}  // namespace
}  // namespace tether
