// Waiting for the processes of a server, and picking some of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <stdexcept>

#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::Child;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

ProcessInfo Process(pid_t pid, pid_t parent, ProcessState state = ProcessState::kSleeping) {
  return {pid, parent, 1, 1, state, "server"};
}

const ProcessInfo kServer = Process(10, 1);
const ProcessInfo kWorker = Process(11, 10);
const ProcessInfo kHelper = Process(13, 11, ProcessState::kZombie);
const ProcessInfo kZombie = Process(12, 10, ProcessState::kZombie);
const ProcessInfo kDaemon = Process(14, 1);

TEST(ProcessTree, InAStateHasThoseThatAreInIt) {
  const ProcessTree tree({kServer, kWorker, kZombie, kHelper, kDaemon});
  EXPECT_EQ(tree.InState(ProcessState::kZombie), ProcessTree({kHelper, kZombie}));
  EXPECT_EQ(tree.InState(ProcessState::kSleeping), ProcessTree({kServer, kWorker, kDaemon}));
  EXPECT_THAT(tree.InState(ProcessState::kStopped), IsEmpty());
}

TEST(ProcessTree, BelowAProcessHasAllThatDescendFromItAndNotItself) {
  const ProcessTree tree({kServer, kWorker, kZombie, kHelper, kDaemon});
  EXPECT_EQ(tree.Below(10), ProcessTree({kWorker, kHelper, kZombie}));
  EXPECT_EQ(tree.Below(11), ProcessTree({kHelper}));
  EXPECT_THAT(tree.Below(14), IsEmpty());
  EXPECT_THAT(tree.Below(99), IsEmpty());
}

// fork_workers does not care for its workers.
TEST(WaitForProcesses, SeesAWorkerBecomeAZombie) {
  const Server server(Child("fork_workers", {"3"}));
  const pid_t worker = server.processes().Below(server.pid()).begin()->pid;
  ::kill(worker, SIGKILL);
  const ProcessesMatch match = server.WaitForProcesses(
      [](const ProcessTree& tree) { return !tree.InState(ProcessState::kZombie).empty(); });
  ASSERT_TRUE(match);
  EXPECT_THAT(match.processes(), SizeIs(4));
  EXPECT_THAT(match.processes().InState(ProcessState::kZombie),
              testing::ElementsAre(testing::Field(&ProcessInfo::pid, worker)));
}

TEST(WaitForProcesses, TellsWhichThereAreWhenTheTimeIsOver) {
  const Server server(Child("fork_workers", {"1"}));
  ASSERT_TRUE(server.WaitForProcesses(
      [](const ProcessTree& tree) { return tree.InState(ProcessState::kSleeping).size() == 2; }));
  const ProcessesMatch match =
      server.WaitForProcesses([](const ProcessTree& tree) { return tree.empty(); }, 20ms);
  EXPECT_FALSE(match);
  EXPECT_EQ(match.processes(), server.processes());
  EXPECT_THAT(match.explanation(),
              AllOf(HasSubstr("the processes of server \"fork_workers\" did not come to be as "
                              "waited for: after "),
                    HasSubstr(" it has\n" + server.processes().ToString() + "  state: running")));
}

TEST(WaitForProcesses, GivesUpWhenNothingIsLeft) {
  Server server(Child("fork_workers", {"1"}));
  server.Stop();
  const auto two = [](const ProcessTree& tree) { return tree.size() == 2; };
  const ProcessesMatch match = server.WaitForProcesses(two, 1h);
  EXPECT_THAT(match.explanation(), HasSubstr(" it has none\n  state: stopped: killed by SIGTERM"));
  EXPECT_TRUE(server.WaitForProcesses([](const ProcessTree& tree) { return tree.empty(); }, 1h));
}

TEST(WaitForProcesses, GivesUpWhenTheServerEndsMeanwhile) {
  Server server(Child("ready_and_wait"));
  EXPECT_FALSE(server.WaitForProcesses(
      [&](const ProcessTree& tree) {
        if (!tree.empty()) ::kill(server.pid(), SIGKILL);
        return tree.size() == 2;
      },
      1h));
  EXPECT_TRUE(server.ExpectExit(ExitStatus::Signaled{SIGKILL}));
}

TEST(WaitForProcesses, LooksOnceWithATimeoutOfZero) {
  const Server server(Child("fork_workers", {"1"}));
  int looks = 0;
  EXPECT_FALSE(server.WaitForProcesses([&](const ProcessTree&) { return ++looks > 1; }, 0ms));
  EXPECT_EQ(looks, 1);
}

TEST(WaitForProcesses, LetsThroughWhatTheConditionThrows) {
  const Server server(Child("ready_and_wait"));
  EXPECT_THROW(
      server.WaitForProcesses([](const ProcessTree&) -> bool { throw std::domain_error("it"); }),
      std::domain_error);
  EXPECT_THAT(server.processes(), SizeIs(1));
}

TEST(WaitForProcesses, WithoutAConditionOrWithANegativeTimeoutIsAnError) {
  const Server server(Child("ready_and_wait"));
  EXPECT_THAT([&] { (void)server.WaitForProcesses(nullptr); },
              testing::ThrowsMessage<Error>(HasSubstr("the condition is an empty")));
  EXPECT_THAT([&] { (void)server.WaitForProcesses([](const auto&) { return true; }, -1ms); },
              testing::ThrowsMessage<Error>(HasSubstr("WaitForProcesses is negative: -1 ms")));
}

}  // namespace
}  // namespace tether
