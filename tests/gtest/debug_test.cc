// Servers that are held for a debugger, by TETHER_DEBUG.
#include <gmock/gmock.h>
#include <tether/tether.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <string>

#include "support/processes.h"
#include "support/servers.h"
#include "tether/base/command_line.h"

namespace tether {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// A suite whose server is held.
Server StartHeldSuite(std::map<std::string, std::optional<std::string>> environment = {
                          {"TETHER_DEBUG", "other,ready_and_wait"}}) {
  return Server({.command = {Program("keyboard_suite"), "--gtest_filter=Held.*"},
                 .environment = std::move(environment),
                 .may_leave_processes = true});
}

// The pid that the suite tells a debugger.
pid_t HeldServer(Server& suite) {
  const LineMatch line = suite.WaitForLine(Regex(R"(to attach a debugger:  gdb -p (?<pid>\d+) )"));
  EXPECT_TRUE(line);
  return line ? line.As<int>("pid") : -1;
}

bool IsStopped(pid_t pid) {
  const auto process = internal::FindProcess(pid);
  return process && process->state == ProcessState::kStopped;
}

TEST(HeldServer, IsStoppedInItsProgramBeforeTheFirstInstruction) {
  Server suite = StartHeldSuite();
  const pid_t pid = HeldServer(suite);
  ASSERT_TRUE(IsStopped(pid));
  EXPECT_THAT(internal::FindProcess(pid)->command, HasSubstr("ready_and_wait"));
  EXPECT_THAT(suite.Text(), HasSubstr("server \"ready_and_wait\" is stopped before its first"));
  EXPECT_THAT(suite.Text(), HasSubstr("kill -CONT " + std::to_string(pid)));
  // The loader has not run: it would have mapped the libraries.
  std::ifstream maps("/proc/" + std::to_string(pid) + "/maps");
  const std::string mapped{std::istreambuf_iterator<char>(maps), {}};
  EXPECT_THAT(mapped, AllOf(HasSubstr("ready_and_wait"), Not(HasSubstr("libc.so"))));
  ::kill(pid, SIGCONT);
  EXPECT_EQ(suite.WaitForExit(20s), ExitStatus::Exited{0}) << suite.Text();
}

TEST(HeldServer, IsWaitedForBeyondAllTimeLimits) {
  Server suite = StartHeldSuite();
  const pid_t pid = HeldServer(suite);
  // The suite gives its server 300 ms to get ready, and another 300 ms for a line.
  EXPECT_EQ(suite.WaitForExit(1s), std::nullopt);
  EXPECT_TRUE(IsStopped(pid));
  ::kill(pid, SIGCONT);
  EXPECT_EQ(suite.WaitForExit(20s), ExitStatus::Exited{0}) << suite.Text();
}

TEST(HeldServer, IsOneThatIsNamed) {
  Server suite = StartHeldSuite({{"TETHER_DEBUG", "ready_and_wai,ready"}});
  EXPECT_EQ(suite.WaitForExit(20s), ExitStatus::Exited{0});
  EXPECT_THAT(suite.Text(), Not(HasSubstr("is stopped")));
}

TEST(HeldServer, EndsWithTheTestProgram) {
  Server suite = StartHeldSuite();
  const pid_t pid = HeldServer(suite);
  suite.Stop({{SIGINT, 20s, true}, {SIGKILL}});
  EXPECT_TRUE(support::Gone(pid));
}

TEST(HeldServer, IsTakenOverByARealDebuggerAndGoesOnAfterIt) {
  try {
    internal::FindExecutable("gdb");
  } catch (const Error&) {
    GTEST_SKIP() << "gdb is not installed";
  }
  Server suite = StartHeldSuite();
  const pid_t pid = HeldServer(suite);
  Server gdb(
      {.command = {"gdb", "-q", "-batch", "-nx", "-p", std::to_string(pid), "-ex",
                   "handle SIGSTOP nostop noprint nopass", "-ex", "break main", "-ex", "continue",
                   "-ex", "printf \"in main: %d\\n\", argc", "-ex", "delete", "-ex", "detach"},
       .environment = {{"DEBUGINFOD_URLS", {}}}});
  const auto end = gdb.WaitForExit(60s);
  if (gdb.Text().find("ptrace: Operation not permitted") != std::string::npos) {
    ::kill(pid, SIGCONT);
    GTEST_SKIP() << "no debugger may attach here: " << gdb.Text();
  }
  EXPECT_EQ(end, ExitStatus::Exited{0}) << gdb.Text();
  EXPECT_THAT(gdb.Text(), HasSubstr("in main: 3"));
  ::kill(pid, SIGCONT);
  EXPECT_EQ(suite.WaitForExit(20s), ExitStatus::Exited{0}) << suite.Text() << gdb.Text();
}

}  // namespace
}  // namespace tether
