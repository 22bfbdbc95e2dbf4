// Signals to a server: sent, held back, lethal.
#include <gmock/gmock.h>
#include <tether/tether.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "support/processes.h"
#include "support/servers.h"
#include "support/temporary_directory.h"

namespace tether {
namespace {

using support::Child;
using testing::AllOf;
using testing::Each;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;
using namespace std::chrono_literals;

std::string ErrorOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// Those that have ended do nothing either.
MATCHER(IsStopped, "") {
  return arg.state == ProcessState::kStopped || arg.state == ProcessState::kZombie;
}

// A server whose first process has ended, and left the daemon.
Server Daemon() {
  ServerOptions options = Child("become_daemon", {"patient"});
  options.daemonizes = true;
  Server server(options);
  const auto pid = server.WaitForLine(Regex(R"(daemon (?<pid>\d+))")).As<int>("pid");
  EXPECT_TRUE(support::Eventually([&] { return server.pid() == pid; }));
  return server;
}

TEST(Signal, ReachesTheServerByNumberAndByName) {
  Server server(Child("say_on_signal", {"one", "two", "three", "four"}));
  server.Signal(SIGUSR1);
  EXPECT_TRUE(server.WaitForLine("one"));
  server.Signal("USR1");
  EXPECT_TRUE(server.WaitForLine("two"));
  server.Signal("SIGUSR1");
  EXPECT_TRUE(server.WaitForLine("three"));
}

TEST(Signal, IsForTheServerAlone) {
  ServerOptions options = Child("report_signals");
  options.stop = {{SIGKILL}};
  Server server(options);
  server.Signal(SIGINT);
  EXPECT_TRUE(server.ExpectExit(ExitStatus::Signaled{SIGINT}));
  EXPECT_THAT(server.Text(), testing::Not(HasSubstr("worker got 2")));
}

TEST(Signal, ReachesADaemon) {
  Server server = Daemon();
  server.Signal("KILL");
  EXPECT_TRUE(server.ExpectExit(KilledBy(SIGKILL)));
}

TEST(Signal, ThatEndsAServerIsNoReasonToEnd) {
  Server server(Child("ready_and_wait"));
  server.Signal(SIGTERM);
  ASSERT_TRUE(support::Gone(server.pid()));
  server.Stop();
  EXPECT_THAT(server.UnexpectedEnd(), testing::Optional(HasSubstr("killed by SIGTERM (15)")));
}

TEST(Signal, OfAnUnknownNameIsAnErrorThatListsTheKnownOnes) {
  Server server(Child("ready_and_wait"));
  EXPECT_THAT(ErrorOf([&] { server.Signal("HUPP"); }),
              AllOf(StartsWith("cannot send \"HUPP\" to server \"ready_and_wait\": there is no "
                               "signal of that name; known, with or without SIG, are SIGABRT, "),
                    HasSubstr("SIGHUP, "), HasSubstr("SIGRTMIN to SIGRTMIN+")));
  EXPECT_THAT(ErrorOf([&] { server.Signal(0); }), HasSubstr("signals have the numbers 1 to "));
  EXPECT_THAT(ErrorOf([&] { server.Signal(99); }), HasSubstr("signals have the numbers 1 to "));
}

TEST(Signal, ToAServerThatHasEndedIsAnErrorThatSaysHow) {
  Server server(Child("die_on_request"));
  server.Signal(SIGUSR1);
  ASSERT_TRUE(support::Gone(server.pid()));
  EXPECT_THAT(ErrorOf([&] { server.Signal("HUP"); }),
              StartsWith("cannot send SIGHUP to server \"die_on_request\": killed by SIGABRT (6)"));
  EXPECT_TRUE(server.ExpectExit(KilledBy("ABRT")));
}

TEST(Signal, ToADaemonThatHasEndedIsAnErrorToo) {
  Server server = Daemon();
  server.Signal(SIGKILL);
  ASSERT_TRUE(support::Gone(server.pid()));
  EXPECT_THAT(ErrorOf([&] { server.Signal(SIGHUP); }), HasSubstr("killed by SIGKILL (9)"));
  EXPECT_TRUE(server.ExpectExit(KilledBy(SIGKILL)));
}

TEST(Kill, EndsTheWholeTreeAtOnce) {
  Server server(Child("fork_workers", {"3"}));
  const ProcessTree tree = server.processes();
  ASSERT_THAT(tree, SizeIs(4));
  EXPECT_EQ(server.Kill(), ExitStatus::Signaled{SIGKILL});
  for (const ProcessInfo& process : tree) EXPECT_TRUE(support::Gone(process.pid, 0ms));
  EXPECT_EQ(server.UnexpectedEnd(), std::nullopt);
  EXPECT_THAT(server.TakeFindings(), IsEmpty());
}

TEST(Kill, TakesDaemonsAlongThatTheServerCouldNotEnd) {
  Server server(Child("leave_daemon"));
  EXPECT_EQ(server.Kill(), ExitStatus::Signaled{SIGKILL});
  EXPECT_THAT(server.processes(), IsEmpty());
  EXPECT_THAT(server.TakeFindings(), IsEmpty());
}

TEST(Kill, AfterTheEndSaysHowThatWas) {
  Server server({.command = {Program("exit_with"), "3"}});
  EXPECT_TRUE(server.ExpectExit(ExitStatus::Exited{3}));
  EXPECT_EQ(server.Kill(), ExitStatus::Exited{3});
}

TEST(Kill, IsFollowedByARestart) {
  Server server(Child("ready_and_wait"));
  server.Kill();
  server.Restart();
  EXPECT_TRUE(server.running());
}

TEST(Pause, ReturnsWhenEachProcessIsStopped) {
  Server server(Child("fork_workers", {"3"}));
  server.Pause();
  const ProcessTree paused = server.processes();
  EXPECT_THAT(paused, AllOf(SizeIs(4), Each(IsStopped())));
  server.Resume();
  EXPECT_THAT(server.processes(), Each(testing::Not(IsStopped())));
  EXPECT_TRUE(server.running());
}

TEST(Pause, HoldsAServerThatStartsProcessesAllTheTime) {
  const support::TemporaryDirectory directory;
  const std::string file = directory.path() / "count";
  Server server(Child("keep_spawning", {file}));
  for (int round = 0; round < 5; ++round) {
    server.Pause();
    const auto count = std::filesystem::file_size(file);
    EXPECT_THAT(server.processes(), Each(IsStopped()));
    EXPECT_EQ(std::filesystem::file_size(file), count);
    server.Resume();
    EXPECT_TRUE(support::Eventually([&] { return std::filesystem::file_size(file) > count + 3; }));
  }
  server.Kill();
}

TEST(Pause, HoldsADaemonInASessionOfItsOwn) {
  Server server(Child("leave_daemon"));
  server.Pause();
  EXPECT_THAT(server.processes(), Each(IsStopped()));
  server.Kill();
}

TEST(Pause, KeepsSignalsBackUntilTheServerIsResumed) {
  Server server(Child("say_on_signal", {"one", "two"}));
  server.Pause();
  server.Signal(SIGUSR1);
  EXPECT_FALSE(server.WaitForLine("one", 50ms));
  server.Resume();
  EXPECT_TRUE(server.WaitForLine("one"));
}

TEST(Pause, TwiceIsPausedAndResumeTwiceRuns) {
  Server server(Child("ready_and_wait"));
  server.Pause();
  server.Pause();
  EXPECT_THAT(server.processes(), Each(IsStopped()));
  server.Resume();
  server.Resume();
  EXPECT_THAT(server.processes(), Each(testing::Not(IsStopped())));
}

TEST(Pause, LeavesAServerThatCanBeStoppedInOrder) {
  Server server(Child("fork_workers", {"2"}));
  server.Pause();
  EXPECT_EQ(server.Stop(), ExitStatus::Signaled{SIGTERM});
}

TEST(Pause, DoesNotKeepAServerFromSavingItsData) {
  const support::TemporaryDirectory directory;
  const std::string file = directory.path() / "saved";
  Server server(Child("leave_daemon", {file}));
  server.Pause();
  EXPECT_EQ(server.Stop(), ExitStatus::Exited{0});
  EXPECT_TRUE(std::filesystem::exists(file));
  EXPECT_TRUE(std::filesystem::exists(file + ".1"));
  EXPECT_THAT(support::TakeFindings(server), SizeIs(1));  // the daemon is in another session
}

TEST(Pause, LetsAServerBeDestroyedAndRestarted) {
  Server server(Child("ready_and_wait"));
  server.Pause();
  server.Restart();
  EXPECT_TRUE(server.running());
  EXPECT_THAT(server.processes(), Each(testing::Not(IsStopped())));
  server.Pause();
}

TEST(Pause, OfAServerThatHasEndedIsAnError) {
  Server server({.command = {Program("exit_with"), "3"}});
  EXPECT_TRUE(server.ExpectExit(ExitStatus::Exited{3}));
  EXPECT_THAT(ErrorOf([&] { server.Pause(); }),
              StartsWith("cannot pause server \"exit_with\": exited with code 3 after "));
  EXPECT_THAT(ErrorOf([&] { server.Resume(); }),
              StartsWith("cannot resume server \"exit_with\": "));
}

}  // namespace
}  // namespace tether
