// The processes of a server, as tests see them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "support/guardian.h"
#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::Child;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;

pid_t DaemonOf(Server& server) {
  const LineMatch line = server.WaitForLine(Regex(R"(daemon (?<pid>\d+))"));
  return line ? std::stoi(line["pid"]) : -1;
}

bool IsInState(const ProcessTree& tree, pid_t pid, ProcessState state) {
  const ProcessInfo* process = tree.Find(pid);
  return process != nullptr && process->state == state;
}

TEST(ServerProcesses, AreTheServerAndWhatItForked) {
  const Server server(Child("fork_workers", {"3"}));
  const ProcessTree tree = server.processes();
  ASSERT_THAT(tree, SizeIs(4));
  EXPECT_EQ(tree.begin()->pid, server.pid());
  EXPECT_EQ(tree.begin()->session, server.pid());
  EXPECT_THAT(tree, Each(Field(&ProcessInfo::command, Program("fork_workers") + " 3")));
  for (auto worker = tree.begin() + 1; worker != tree.end(); ++worker) {
    EXPECT_EQ(worker->parent, server.pid());
  }
}

TEST(ServerProcesses, AreGrandchildrenToo) {
  const Server server({.command = {"sh", "-c", Program("fork_workers") + " 2 & wait"},
                       .ready = ready::Line("ready")});
  EXPECT_THAT(server.processes(), SizeIs(4));
}

// The process between a server and its daemon ends at a time of its own.
TEST(ServerProcesses, AreDaemonsThatLeftTheServer) {
  ServerOptions options = Child("leave_daemon");
  options.may_leave_processes = true;
  Server server(options);
  const pid_t daemon = DaemonOf(server);
  for (;;) {
    const ProcessTree tree = server.processes();
    ASSERT_NE(tree.Find(daemon), nullptr) << testing::PrintToString(tree);
    if (tree.Find(daemon)->parent == support::KeeperOf(server)) break;
  }
  EXPECT_EQ(ProcessTree::Of(server.pid()).Find(daemon), nullptr);
}

TEST(ServerProcesses, AreThoseThatTheEndedServerLeftBehind) {
  Server server({.command = {Program("leave_daemon"), "exit"},
                 .ready = ready::Line("ready"),
                 .may_leave_processes = true});
  const pid_t daemon = DaemonOf(server);
  EXPECT_EQ(server.WaitForExit(), ExitStatus::Exited{0});
  EXPECT_TRUE(support::Eventually([&] { return server.processes().size() == 1; }));
  EXPECT_THAT(server.processes(), ElementsAre(Field(&ProcessInfo::pid, daemon)));
}

TEST(ServerProcesses, AreNoneWhenNothingIsLeft) {
  Server ended(Child("fork_workers", {"2"}));
  ended.Stop();
  EXPECT_THAT(ended.processes(), IsEmpty());
  const Server next(Child("ready_and_wait"));  // on the same keeper
  EXPECT_THAT(next.processes(), SizeIs(1));
  EXPECT_THAT(ended.processes(), IsEmpty());
}

TEST(ServerProcesses, AreNoneWhenTheKeeperThatKnowsThemWasKilled) {
  Server server(Child("ready_and_wait"));
  ::kill(support::KeeperOf(server), SIGKILL);
  EXPECT_FALSE(server.WaitForLine("never"));
  EXPECT_THAT(server.processes(), IsEmpty());
  server.Stop();
  EXPECT_THAT(support::TakeFindings(server), ElementsAre(Finding::Kind::kLost));
}

TEST(ServerProcesses, ShowWhoIsStopped) {
  const Server server(Child("ready_and_wait"));
  ::kill(server.pid(), SIGSTOP);
  EXPECT_TRUE(support::Eventually(
      [&] { return IsInState(server.processes(), server.pid(), ProcessState::kStopped); }));
  EXPECT_EQ(server.processes().ToString(),
            std::to_string(server.pid()) + " stopped: " + Program("ready_and_wait") + "\n");
}

TEST(ServerProcesses, ShowAZombieWithItsNameInBrackets) {
  const Server server(
      {.command = {"sh", "-c", Program("exit_with") + " & exec " + Program("ready_and_wait")},
       .ready = ready::Line("ready")});
  EXPECT_TRUE(support::Eventually([&] {
    const ProcessTree tree = server.processes();
    return tree.size() == 2 && (tree.end() - 1)->state == ProcessState::kZombie &&
           (tree.end() - 1)->command == "[exit_with]";
  })) << testing::PrintToString(server.processes());
}

TEST(Listening, FindsThePortOfADaemon) {
  const std::string daemon = Program("listen_quietly");
  const Server server(
      {.command = {"sh", "-c", "($0 &); sleep 60", daemon}, .ready = ready::Listening()});
  EXPECT_GT(server.port(), 0);
}

TEST(ProcessTree, OfThisProcessBeginsWithIt) {
  const ProcessTree tree = ProcessTree::Of(::getpid());
  ASSERT_FALSE(tree.empty());
  EXPECT_EQ(tree.begin()->pid, ::getpid());
  EXPECT_EQ(tree.begin()->parent, ::getppid());
}

TEST(ProcessTree, OfAProcessThatHasGoneIsEmpty) {
  Server server(Child("ready_and_wait"));
  const pid_t pid = server.pid();
  server.Stop();
  EXPECT_THAT(ProcessTree::Of(pid), IsEmpty());
}

TEST(ProcessTree, PrintsEachProcessUnderItsParent) {
  const auto process = [](pid_t pid, pid_t parent, const char* command) {
    return ProcessInfo{pid, parent, 1, 1, ProcessState::kSleeping, command};
  };
  const ProcessTree tree({process(10, 1, "server"), process(12, 10, "worker"),
                          process(11, 1, "daemon\n"), process(14, 12, "helper"),
                          process(13, 10, "worker")});
  EXPECT_EQ(tree.ToString(),
            "10 sleeping: server\n"
            "  12 sleeping: worker\n"
            "    14 sleeping: helper\n"
            "  13 sleeping: worker\n"
            "11 sleeping: daemon\\x0a\n");
  EXPECT_EQ(testing::PrintToString(tree).substr(1), tree.ToString());
  EXPECT_EQ(testing::PrintToString(ProcessTree()), "no process");
}

TEST(ProcessState, IsToldInWords) {
  EXPECT_EQ(ToString(ProcessState::kSleeping), "sleeping");
  EXPECT_EQ(testing::PrintToString(ProcessState::kZombie), "a zombie");
  EXPECT_EQ(ToString(ProcessState{'?'}), "in state ?");
}

}  // namespace
}  // namespace tether
