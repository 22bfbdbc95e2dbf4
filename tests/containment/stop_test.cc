// How a server ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::Child;
using support::Texts;
using testing::Contains;
using testing::HasSubstr;
using namespace std::chrono_literals;

const auto kEndedUnasked = testing::ElementsAre(Finding::Kind::kEndedUnasked);
const auto kLeftProcesses = testing::ElementsAre(Finding::Kind::kLeftProcesses);

pid_t PidIn(const LineMatch& match) { return match ? std::stoi(match["pid"]) : -1; }

TEST(Stop, EndsAServerBySigterm) {
  Server server(Child("ready_and_wait"));
  const pid_t pid = server.pid();
  EXPECT_EQ(server.Stop(), ExitStatus::Signaled{SIGTERM});
  EXPECT_TRUE(support::Gone(pid, 0ms));
  EXPECT_FALSE(server.running());
}

TEST(Stop, GivesTheServerItsGraceAndKeepsItsLastWords) {
  Server server(Child("save_on_term"));
  EXPECT_EQ(server.Stop(), ExitStatus::Exited{0});
  EXPECT_EQ(server.Lines().size(), 1002U);
  EXPECT_TRUE(server.WaitForLine("saved", 0ms));
}

TEST(Stop, KillsAServerThatIgnoresSigterm) {
  ServerOptions options = Child("ignore_term");
  options.stop = {{SIGTERM, 50ms}, {SIGKILL}};
  Server server(options);
  EXPECT_EQ(server.Stop(), ExitStatus::Signaled{SIGKILL});
}

TEST(Stop, KillsWhenTheSequenceEndsWithoutDoingSo) {
  Server server(Child("ignore_term"));
  EXPECT_EQ(server.Stop({{SIGTERM, 20ms}}), ExitStatus::Signaled{SIGKILL});
}

TEST(Stop, FollowsTheSequenceThatItIsGiven) {
  Server server(Child("ignore_term"));
  EXPECT_EQ(server.Stop({{SIGTERM, 20ms}, {SIGINT, 10s}}), ExitStatus::Signaled{SIGINT});
}

TEST(Stop, WakesAServerThatIsStopped) {
  Server server(Child("save_on_term"));
  ::kill(server.pid(), SIGSTOP);
  EXPECT_EQ(server.Stop(), ExitStatus::Exited{0});
  EXPECT_TRUE(server.WaitForLine("saved", 0ms));
}

TEST(Stop, WakesAWorkerThatIsStoppedWhenItsServerEndsAtOnce) {
  Server server({.command = {"sh", "-c",
                             "sh -c 'trap \"echo saved; exit\" TERM; kill -STOP $$; "
                             "while :; do sleep 0.01; done' & echo ready; exec sleep 60"},
                 .ready = ready::Line("ready")});
  const auto stopped = [&] {
    for (const ProcessInfo& each : server.processes()) {
      if (each.state == ProcessState::kStopped) return true;
    }
    return false;
  };
  ASSERT_TRUE(support::Eventually(stopped));
  EXPECT_EQ(server.Stop(), ExitStatus::Signaled{SIGTERM});
  EXPECT_TRUE(server.WaitForLine("saved", 0ms));
}

// A leak checker that stops its own process would be thrown off.
TEST(Stop, DoesNotWakeWhatIsNotStopped) {
  Server server({.command = {"sh", "-c",
                             "trap 'echo woken' CONT; trap 'ends=1' TERM; echo ready; "
                             "while [ -z \"$ends\" ]; do sleep 0.01; done; "
                             "for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.01; done; exit 0"},
                 .ready = ready::Line("ready")});
  EXPECT_EQ(server.Stop({{SIGTERM, 20s, true}, {SIGKILL}}), ExitStatus::Exited{0});
  EXPECT_EQ(server.Text(), "ready");
}

TEST(Stop, EndsTheWholeProcessGroup) {
  Server server(Child("fork_workers", {"3"}));
  std::vector<pid_t> workers;
  for (int i = 0; i < 3; ++i) {
    workers.push_back(PidIn(server.WaitForLine(Regex(R"(worker (?<pid>\d+))"))));
  }
  EXPECT_EQ(server.Stop(), ExitStatus::Signaled{SIGTERM});
  for (const pid_t worker : workers) EXPECT_TRUE(support::Gone(worker, 0ms)) << worker;
}

TEST(Stop, EndsADaemonThatLeftTheGroup) {
  Server server(Child("leave_daemon"));
  const pid_t daemon = PidIn(server.WaitForLine(Regex(R"(daemon (?<pid>\d+))")));
  ASSERT_GT(daemon, 0);
  EXPECT_EQ(server.Stop(), ExitStatus::Signaled{SIGTERM});
  EXPECT_TRUE(support::Gone(daemon, 0ms));
  EXPECT_THAT(support::TakeFindings(server), kLeftProcesses);
}

TEST(Stop, EndsWhatAServerThatHasEndedLeftBehind) {
  Server server({.command = {Program("leave_daemon"), "exit"}, .ready = ready::Line("ready")});
  const pid_t daemon = PidIn(server.WaitForLine(Regex(R"(daemon (?<pid>\d+))")));
  EXPECT_EQ(server.WaitForExit(), ExitStatus::Exited{0});
  EXPECT_FALSE(support::Gone(daemon, 0ms));
  EXPECT_EQ(server.Stop(), ExitStatus::Exited{0});
  EXPECT_TRUE(support::Gone(daemon, 0ms));
  EXPECT_THAT(support::TakeFindings(server), kLeftProcesses);
}

TEST(Stop, OfTheLeaderAloneLeavesItsWorkersToTheNextStep) {
  Server server(Child("report_signals"));
  const auto status = server.Stop({{.signal = SIGINT, .grace = 500ms, .leader_only = true},
                                   {.signal = SIGTERM, .grace = 500ms},
                                   {.signal = SIGKILL, .leader_only = true}});
  EXPECT_EQ(status, ExitStatus::Signaled{SIGINT});
  EXPECT_THAT(Texts(server), testing::ElementsAre("ready", "worker got 15"));
}

TEST(Stop, SendsTheSignalOfAStepOnlyOnce) {
  Server server(Child("report_signals"));
  EXPECT_EQ(server.Stop({{SIGTERM, 300ms}}), ExitStatus::Signaled{SIGTERM});
  EXPECT_THAT(support::TakeFindings(server), kLeftProcesses);
  EXPECT_THAT(Texts(server), testing::ElementsAre("ready", "worker got 15"));
}

TEST(Stop, OfManyThreadsSendsTheSignalOfAStepOnlyOnce) {
  for (int round = 0; round < 10; ++round) {
    ServerOptions options = Child("report_signals");
    options.may_leave_processes = true;
    Server server(options);
    std::vector<std::thread> others;
    for (int i = 0; i < 4; ++i) {
      others.emplace_back([&] { server.Stop({{SIGTERM, 500ms}, {SIGKILL}}); });
    }
    EXPECT_EQ(server.Stop({{SIGTERM, 500ms}, {SIGKILL}}), ExitStatus::Signaled{SIGTERM});
    for (std::thread& other : others) other.join();
    EXPECT_THAT(Texts(server), testing::ElementsAre("ready", "worker got 15"));
  }
}

TEST(Stop, ThatMeetsAnotherOneDoesNotBeginAnew) {
  Server server(Child("ignore_term"));
  std::vector<std::thread> others;
  for (int i = 0; i < 4; ++i) {
    others.emplace_back([&] { server.Stop({{SIGTERM, 100ms}, {SIGKILL}}); });
  }
  EXPECT_EQ(server.Stop({{SIGTERM, 100ms}, {SIGKILL}}), ExitStatus::Signaled{SIGKILL});
  for (std::thread& other : others) other.join();
  EXPECT_EQ(server.UnexpectedEnd(), std::nullopt);
}

TEST(Stop, ThatBeginsWithSigkillHastensAnotherOne) {
  Server server(Child("ignore_term"));
  std::thread slow([&] { server.Stop({{SIGTERM, 10min}}); });
  EXPECT_EQ(server.Stop({{SIGKILL}}), ExitStatus::Signaled{SIGKILL});
  slow.join();
  EXPECT_EQ(server.UnexpectedEnd(), std::nullopt);
}

TEST(Stop, AskedAgainGivesTheSameAnswer) {
  Server server(Child("ready_and_wait"));
  EXPECT_EQ(server.Stop(), ExitStatus::Signaled{SIGTERM});
  EXPECT_EQ(server.Stop(), ExitStatus::Signaled{SIGTERM});
}

TEST(Stop, AfterTheServerHasEndedTellsHowItEnded) {
  Server server({.command = {Program("exit_with"), "7"}});
  EXPECT_EQ(server.WaitForExit(), ExitStatus::Exited{7});
  EXPECT_EQ(server.Stop(), ExitStatus::Exited{7});
}

TEST(Stop, ClosesAllDescriptorsOfTheServer) {
  { const Server warm_up(Child("ready_and_wait")); }
  const auto before = support::OpenDescriptors();
  Server server(Child("ready_and_wait"));
  server.Stop();
  EXPECT_EQ(support::OpenDescriptors(), before);
}

TEST(Stop, ByTwoThreadsAtOnceEndsInBoth) {
  Server server(Child("save_on_term"));
  std::thread other([&] { EXPECT_EQ(server.Stop(), ExitStatus::Exited{0}); });
  EXPECT_EQ(server.Stop(), ExitStatus::Exited{0});
  other.join();
}

TEST(Destruction, EndsTheServer) {
  pid_t pid = -1;
  {
    const Server server(Child("ready_and_wait"));
    pid = server.pid();
  }
  EXPECT_TRUE(support::Gone(pid, 0ms));
}

TEST(Move, TakesTheServerAlongAndEndsTheOneThatIsReplaced) {
  Server one(Child("ready_and_wait"));
  Server two(Child("ready_and_wait"));
  const pid_t first = one.pid();
  const pid_t second = two.pid();
  one = std::move(two);
  EXPECT_TRUE(support::Gone(first, 0ms));
  EXPECT_EQ(one.pid(), second);
  EXPECT_TRUE(one.running());
}

TEST(UnexpectedEnd, IsToldWithTheReason) {
  Server server(Child("die_on_request"));
  EXPECT_EQ(server.UnexpectedEnd(), std::nullopt);
  ::kill(server.pid(), SIGUSR1);
  EXPECT_FALSE(server.WaitForLine("never"));
  ASSERT_TRUE(server.UnexpectedEnd());
  EXPECT_THAT(
      *server.UnexpectedEnd(),
      HasSubstr("server \"die_on_request\" ended though nobody asked it to: killed by SIGABRT"));
  EXPECT_THAT(support::TakeFindings(server), kEndedUnasked);
}

TEST(UnexpectedEnd, IsSeenEvenIfTheServerIsStoppedRightAfterwards) {
  for (int round = 0; round < 50; ++round) {
    Server server(Child("ready_and_wait"));
    const pid_t pid = server.pid();
    ::kill(pid, SIGKILL);
    ASSERT_TRUE(support::Gone(pid));
    server.Stop();
    EXPECT_TRUE(server.UnexpectedEnd());
    EXPECT_THAT(support::TakeFindings(server), kEndedUnasked);
  }
}

TEST(UnexpectedEnd, IsNoneAfterAStopOrAWaitForIt) {
  Server stopped(Child("ready_and_wait"));
  stopped.Stop();
  EXPECT_EQ(stopped.UnexpectedEnd(), std::nullopt);
  Server waited_for({.command = {Program("exit_with"), "0"}});
  waited_for.WaitForExit();
  EXPECT_EQ(waited_for.UnexpectedEnd(), std::nullopt);
}

// One that aborts when it is asked to end: at once, or when the keeper asks it again.
Server CrashingAt(int signal, std::vector<ExitStatus> expected) {
  ServerOptions options = Child("crash_at", {std::to_string(signal)});
  options.expected_exit = std::move(expected);
  options.stop = {{SIGTERM, signal == SIGTERM ? 10s : 20ms}, {SIGINT, 10s}};
  return Server(std::move(options));
}

TEST(CrashInAStop, IsAnUnexpectedExitAlsoIfTheStopWasTheTests) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Server server = CrashingAt(signal, {ExitStatus::Exited{0}});
    EXPECT_EQ(server.Stop(), ExitStatus::Signaled{SIGABRT});
    EXPECT_EQ(server.UnexpectedEnd(), std::nullopt);
    const std::vector<Finding> findings = server.TakeFindings();
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings.front().kind, Finding::Kind::kUnexpectedExit);
    EXPECT_THAT(findings.front().text,
                HasSubstr("killed by SIGABRT (6) when it was stopped, where an exit with code 0 is "
                          "expected"));
  }
}

TEST(CrashInAStop, IsAllowedByTheExpectedExitAlone) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Server server = CrashingAt(signal, {ExitStatus::Signaled{SIGABRT}});
    EXPECT_EQ(server.Stop(), ExitStatus::Signaled{SIGABRT});
    EXPECT_THAT(support::TakeFindings(server), testing::IsEmpty());
  }
}

TEST(CrashInAStop, IsNoneIfItCameBefore) {
  for (int round = 0; round < 20; ++round) {
    ServerOptions options = Child("die_on_request");
    options.expected_exit = {ExitStatus::Signaled{SIGABRT}};
    Server server(options);
    const pid_t pid = server.pid();
    ::kill(pid, SIGUSR1);
    ASSERT_TRUE(support::Gone(pid));
    server.Stop();
    EXPECT_THAT(support::TakeFindings(server), kEndedUnasked);
  }
}

TEST(CrashInAStop, IsNoneIfSomebodyElseKilledTheServer) {
  Server server(Child("ignore_term"));
  std::thread stop([&] { server.Stop({{SIGTERM, 10min}}); });
  ::kill(server.pid(), SIGKILL);
  stop.join();
  EXPECT_THAT(support::TakeFindings(server), kEndedUnasked);
}

TEST(Cycle, RepeatedLeavesNothingBehind) {
  for (int i = 0; i < 20; ++i) Server(Child("ready_and_wait"));
  const auto before = support::OpenDescriptors();
  for (int i = 0; i < 200; ++i) {
    Server server(Child("ready_and_wait"));
    ASSERT_EQ(server.Stop(), ExitStatus::Signaled{SIGTERM});
  }
  EXPECT_EQ(support::OpenDescriptors(), before);
}

}  // namespace
}  // namespace tether
