// What a server does that does not end is told with the SIGKILL that it took.
#include <gmock/gmock.h>
#include <tether/tether.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "support/processes.h"
#include "support/servers.h"
#include "support/temporary_directory.h"
#include "tether/inspect/thread_stacks.h"
#include "tether/server/run_registry.h"

namespace tether {
namespace {

using support::Child;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

// With a PATH in which there is no debugger but those that a test adds.
class HangingServer : public testing::Test {
 protected:
  HangingServer() : path_(std::getenv("PATH")) { ::setenv("PATH", directory_.path().c_str(), 1); }
  ~HangingServer() override { ::setenv("PATH", path_.c_str(), 1); }

  void AddDebugger(const std::string& name, const std::string& script) const {
    const auto file = directory_ / name;
    std::ofstream(file) << "#!/bin/sh\n" << script << "\n";
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  }
  void RestorePath() const { ::setenv("PATH", path_.c_str(), 1); }

  static ServerOptions Deaf(std::chrono::milliseconds grace) {
    ServerOptions options = Child("ignore_term");
    options.stop = {{SIGTERM, grace}, {SIGKILL}};
    return options;
  }

  static std::string ReportAfterStop(std::chrono::milliseconds grace) {
    Server server(Deaf(grace));
    EXPECT_EQ(server.Stop(), ExitStatus::Signaled{SIGKILL});
    return server.Report();
  }

 private:
  const support::TemporaryDirectory directory_;
  const std::string path_;
};

TEST_F(HangingServer, IsShownByWhatTheSystemTellsWhereThereIsNoDebugger) {
  EXPECT_THAT(
      ReportAfterStop(1s),
      AllOf(ContainsRegex("\n  threads:  before SIGKILL was sent\n"
                          "    thread [0-9]+ \"ignore_term\": sleeping[^\n]*\n"
                          "    [(]neither eu-stack nor gdb is in PATH, which would show their "
                          "stacks[)]\n"),
            ContainsRegex("system call (pause|ppoll|rt_sigsuspend)")));
}

TEST_F(HangingServer, IsAFindingWithTheStacksOfADebugger) {
  AddDebugger("gdb", "echo '[New LWP 1]'; echo \"Thread 1 of $9:\"; echo '#0  pause ()'");
  Server server(Deaf(3s));
  const std::string pid = std::to_string(server.pid());
  server.Restart();
  EXPECT_THAT(internal::TextOf(internal::RunRegistry::Instance().TakeFindings()),
              ContainsRegex("^server \"ignore_term\" did not end on SIGTERM within 3 s: it took "
                            "SIGKILL\nWhat its threads did before:\n"
                            "    thread [0-9]+ \"ignore_term\": sleeping[^\n]*\n"
                            "    Thread 1 of " +
                            pid + ":\n    #0  pause [(][)]\nLet the server "));
  server.Stop({{SIGKILL}});
}

TEST_F(HangingServer, IsAskedByEuStackFirst) {
  AddDebugger("gdb", "echo '#0  gdb ()'");
  AddDebugger("eu-stack", "echo TID 1:; echo '#0  eu-stack ()'");
  EXPECT_THAT(ReportAfterStop(3s),
              AllOf(HasSubstr("\n    TID 1:\n    #0  eu-stack ()\n"), Not(HasSubstr("gdb"))));
}

TEST_F(HangingServer, IsKilledInTimeThoughTheDebuggerHangs) {
  AddDebugger("gdb", "exec /bin/sleep 60");
  const auto begin = Clock::now();
  EXPECT_THAT(ReportAfterStop(3s),
              ContainsRegex("    [(]/[^\n]*/gdb was not done when SIGKILL was due: a longer grace "
                            "in [.]stop gives it time[)]\n"));
  EXPECT_LT(Clock::now() - begin, 20s);
}

TEST_F(HangingServer, IsShownWithTheReasonWhyADebuggerFailed) {
  AddDebugger("gdb", "echo 'ptrace: Operation not permitted.' >&2; exit 1");
  EXPECT_THAT(ReportAfterStop(3s),
              HasSubstr("/gdb showed no stacks: ptrace: Operation not permitted.)\n"));
}

TEST_F(HangingServer, IsNotAskedByADebuggerWhereTheGraceIsShort) {
  AddDebugger("gdb", "echo '#0  gdb ()'");
  EXPECT_THAT(ReportAfterStop(800ms),
              AllOf(HasSubstr("\n    thread "), HasSubstr("(there was no time before SIGKILL to "),
                    Not(HasSubstr("#0"))));
}

TEST_F(HangingServer, ThatEndsAfterAllIsNotHeldUpByADebugger) {
  AddDebugger("gdb", "exec /bin/sleep 60");
  const ServerOptions options{
      .command = {"/bin/sh", "-c", "sleep 60 & trap 'sleep 2.5; exit 0' TERM; echo ready; wait"},
      .ready = ready::Line("ready"),
      .environment = {{"PATH", "/usr/bin:/bin"}},
      .stop = {{SIGTERM, 4s}, {SIGKILL}}};
  Server server(options);
  EXPECT_THAT(server.Stop(), ExitStatus::Exited{0});
  EXPECT_THAT(server.Report(), Not(HasSubstr("threads:")));
}

TEST_F(HangingServer, AmongOthersIsShownToo) {
  AddDebugger("gdb", "echo \"Thread of $9:\"; echo '#0  pause ()'");
  std::vector<Server> servers = StartAll({Deaf(3s), Child("ready_and_wait"), Deaf(3s)});
  StopAll(servers);
  for (const std::size_t deaf : {0U, 2U}) {
    EXPECT_THAT(servers[deaf].Report(),
                HasSubstr("Thread of " + std::to_string(servers[deaf].pid()) + ":\n"));
  }
  EXPECT_THAT(servers[1].Report(), Not(HasSubstr("threads:")));
}

TEST_F(HangingServer, IsShownByTheDebuggerThatIsThere) {
  RestorePath();
  if (!internal::StackCommand(1)) GTEST_SKIP() << "there is neither eu-stack nor gdb";
  Server server(Deaf(8s));
  std::thread stop([&] { server.Stop(); });
  EXPECT_TRUE(support::Eventually([&] {
    return server.Report().find("\n  threads:  ") != std::string::npos || !server.running();
  }));
  server.Stop({{SIGKILL}});
  stop.join();
  if (server.Report().find(" showed no stacks: ") != std::string::npos) {
    GTEST_SKIP() << "this user may not look at other processes";
  }
  EXPECT_THAT(server.Report(), ContainsRegex("\n    #[0-9]+ [^\n]*main"));
}

TEST(ThreadStates, OfAProcessThatHasEndedAreNone) {
  Server server(Child("ready_and_wait"));
  EXPECT_THAT(internal::ThreadStates(server.pid()), HasSubstr("\"ready_and_wait\": "));
  server.Stop();
  EXPECT_EQ(internal::ThreadStates(server.pid()), "");
}

TEST(Stacks, AreTheLinesOfThreadsAndFrames) {
  EXPECT_EQ(internal::StacksIn("warning: x\nThread 1 (LWP 1):\n#0  f ()\n#1  \x1bg ()\n[done]\n"),
            "Thread 1 (LWP 1):\n#0  f ()\n#1  \\x1bg ()\n");
  EXPECT_EQ(internal::StacksIn("Thread 1 (LWP 1):\nno stack\n"), "");
  std::string many;
  for (int i = 0; i < 300; ++i) many += "#0  f ()\n";
  EXPECT_THAT(internal::StacksIn(many), testing::EndsWith("\n... and 50 further lines\n"));
}

}  // namespace
}  // namespace tether
