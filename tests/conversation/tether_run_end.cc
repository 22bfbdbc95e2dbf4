// How tether-run ends what it has started.
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>

#include "containment/terminal_process.h"
#include "conversation/run_command.h"
#include "support/processes.h"

namespace tether {
namespace {

using support::CommandRun;
using support::End;
using support::Joined;
using support::RunToEnd;
using support::ServingShell;
using support::StartRun;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// Of tether-run, of which this process is the one that started it.
bool NothingIsLeft(const Server& run) {
  return support::Eventually([&] { return run.processes().empty(); });
}

// A shell that says "begun", with one process in a session of its own and one that is none.
constexpr const char* kFamily = "setsid sleep 80 & sleep 81 & echo begun; wait";

class TetherRunEnd : public testing::Test {
 protected:
  static Server StartBegun(const support::Words& arguments) {
    Server run = StartRun(arguments);
    EXPECT_TRUE(run.WaitForLine("begun"));
    return run;
  }
};

TEST_F(TetherRunEnd, ByTimeIsToldAndLeavesNothing) {
  Server run = StartRun(Joined({{"--timeout=0.2"}, ServingShell(kFamily)}));
  const CommandRun end = End(run);
  EXPECT_EQ(end.status, ExitStatus::Exited{124});
  EXPECT_THAT(support::WithoutNumbers(end.err),
              AllOf(StartsWith("tether-run: client 'sh' timed out, N ms after the start of "
                               "tether-run: --timeout is N ms\nserver \"serve_ports\":\n"),
                    HasSubstr("running, pid N")));
  EXPECT_TRUE(NothingIsLeft(run));
}

TEST_F(TetherRunEnd, ByTimeKillsWhatDoesNotEndInItsGrace) {
  const CommandRun run =
      RunToEnd(Joined({{"--timeout=0.1", "--stop-grace=0.1"},
                       ServingShell("trap '' TERM; while :; do sleep 9; done")}));
  EXPECT_EQ(run.status, ExitStatus::Exited{124});
}

TEST_F(TetherRunEnd, ByTheTimeOfCtestIsToldBefore) {
  const CommandRun run = RunToEnd(ServingShell("sleep 80"), {{"TETHER_TEST_TIMEOUT", "3"}});
  EXPECT_EQ(run.status, ExitStatus::Exited{124});
  EXPECT_THAT(run.err, AllOf(HasSubstr("timed out"), HasSubstr("server \"serve_ports\""),
                             HasSubstr(": TETHER_TEST_TIMEOUT, the time that ctest gives it, is "
                                       "3 s\n")));
}

TEST_F(TetherRunEnd, ByTheTimeOfCtestIsNotStretchedForTheStart) {
  const CommandRun run = RunToEnd({"--", Program("ready_and_wait"), "--", "true"},
                                  {{"TETHER_TEST_TIMEOUT", "1"}, {"TETHER_TIMEOUT_FACTOR", "20"}});
  EXPECT_EQ(run.status, ExitStatus::Exited{125});
  EXPECT_THAT(run.err, HasSubstr("did not get ready within 940 ms\n"));
}

TEST_F(TetherRunEnd, LeavesNothingThatTheClientLeft) {
  Server run = StartRun(ServingShell("setsid sleep 80 & sleep 81 &"));
  const CommandRun end = End(run);
  EXPECT_EQ(end.status, ExitStatus::Exited{0}) << end.err;
  EXPECT_EQ(end.err, "");
  EXPECT_TRUE(NothingIsLeft(run));
}

TEST_F(TetherRunEnd, BySigkillLeavesNothing) {
  Server run = StartBegun(ServingShell(kFamily));
  EXPECT_GE(run.processes().size(), 7U) << run.processes().ToString();
  run.Signal(SIGKILL);
  EXPECT_EQ(run.WaitForExit(), ExitStatus::Signaled{SIGKILL});
  EXPECT_TRUE(NothingIsLeft(run)) << run.processes().ToString();
}

TEST_F(TetherRunEnd, OfItsKeeperKillsTheClientAndIsTold) {
  Server run = StartBegun(ServingShell(kFamily));
  const ProcessTree tree = run.processes();
  const auto keeper = std::find_if(tree.begin(), tree.end(), [&](const ProcessInfo& process) {
    return process.parent == run.pid();
  });
  ASSERT_NE(keeper, tree.end());
  ::kill(keeper->pid, SIGKILL);
  const CommandRun end = End(run);
  EXPECT_EQ(end.status, ExitStatus::Exited{125});
  EXPECT_THAT(end.err,
              StartsWith("tether-run: client 'sh' was lost: the process that looks after it "
                         "has gone (was it killed?)\nserver \""));
  EXPECT_TRUE(NothingIsLeft(run)) << run.processes().ToString();
}

TEST_F(TetherRunEnd, BySigtermEndsTheClientAndShowsTheServer) {
  Server run = StartBegun(ServingShell(kFamily));
  run.Signal(SIGTERM);
  const CommandRun end = End(run);
  EXPECT_EQ(end.status, ExitStatus::Signaled{SIGTERM});
  EXPECT_THAT(end.err, StartsWith("tether-run: ended by SIGTERM\nserver \"serve_ports\":\n"));
  EXPECT_TRUE(NothingIsLeft(run));
}

TEST_F(TetherRunEnd, BySighupKillsAClientThatGoesOn) {
  Server run = StartBegun(
      Joined({{"--stop-grace=1"},
              ServingShell("trap 'echo hung up' HUP; echo begun; while :; do :; done")}));
  run.Signal(SIGHUP);
  const CommandRun end = End(run);
  EXPECT_EQ(end.status, ExitStatus::Signaled{SIGHUP});
  EXPECT_EQ(end.out, "begun\nhung up\n");
  EXPECT_EQ(end.err, "");
}

TEST_F(TetherRunEnd, LetsTheClientRunCommandsToCleanUp) {
  Server run = StartBegun(ServingShell(
      "trap 'sleep 0.3; sleep 0.01; echo tidy; exit 0' TERM; echo begun; sleep 80 & wait"));
  run.Signal(SIGTERM);
  const CommandRun end = End(run);
  EXPECT_EQ(end.status, ExitStatus::Signaled{SIGTERM});
  EXPECT_EQ(end.out, "begun\ntidy\n");
}

TEST_F(TetherRunEnd, BySigintIsForTheClientToDecide) {
  Server run =
      StartBegun(ServingShell("trap 'exit 7' INT; echo begun; while :; do sleep 0.01; done"));
  run.Signal(SIGINT);
  const CommandRun end = End(run);
  EXPECT_EQ(end.status, ExitStatus::Exited{7});
  EXPECT_THAT(end.err, StartsWith("tether-run: client 'sh' exited with code 7\nserver \""));
}

TEST_F(TetherRunEnd, OfTheClientBySigintSaysNothingOfTheServer) {
  Server run = StartBegun(ServingShell("echo begun; exec sleep 80"));
  run.Signal(SIGINT);
  const CommandRun end = End(run);
  EXPECT_EQ(end.status, ExitStatus::Signaled{SIGINT});
  EXPECT_EQ(end.err, "tether-run: client 'sh' killed by SIGINT (2)\n");
}

int Wait(pid_t pid) {
  int status = 0;
  EXPECT_EQ(::waitpid(pid, &status, 0), pid);
  return status;
}

TEST_F(TetherRunEnd, ByCtrlCIsForTheClientThatHasTheTerminal) {
  // A shell's read ends at a signal that is trapped, if it has begun by then.
  support::TerminalProcess run(Joined(
      {{Program("tether_run")},
       ServingShell("trap 'echo interrupted' INT; echo begun; line=; until [ \"$line\" = one ]; "
                    "do read -r line; done; echo \"read $line\"; exit 7")}));
  run.ReadBehind("begun");
  run.Type('\x03');
  run.ReadBehind("interrupted");
  for (const char key : std::string("one\n")) run.Type(key);
  EXPECT_EQ(run.ReadBehind("read "), "one");
  EXPECT_EQ(ExitStatus::FromWaitStatus(Wait(run.pid())), ExitStatus::Exited{7});
}

TEST_F(TetherRunEnd, ByCtrlCOfBothIsTheSignalForAShell) {
  support::TerminalProcess run(
      Joined({{Program("tether_run")}, ServingShell("echo begun; exec sleep 80")}));
  run.ReadBehind("begun");
  run.Type('\x03');
  EXPECT_EQ(ExitStatus::FromWaitStatus(Wait(run.pid())), ExitStatus::Signaled{SIGINT});
}

TEST_F(TetherRunEnd, ByTimeDoesNotWaitForWhoDoesNotReadTheEcho) {
  const support::TemporaryDirectory directory;
  Server run(
      {.command = {"sh", "-c", "mkfifo fifo; exec 9<>fifo; \"$@\" 2>fifo 9<&-; echo status $?",
                   "sh", Program("tether_run"), "--echo", "--timeout=0.5", "--ready-text=out 1",
                   "--allow-exit", "--", Program("print_much"), "100000", "--", "sleep", "80"},
       .working_directory = directory.path().string(),
       .may_end = true,
       .may_leave_processes = true});
  EXPECT_TRUE(run.WaitForLine("status 124", std::chrono::seconds(8)));
}

// Fails with a report that is more than a pipe takes, and nobody reads it.
support::Words Unread(support::Words options) {
  constexpr const char* kServer =
      "i=0; while [ $i -lt 90 ]; do printf '%1500d\\n' $i; i=$((i + 1)); done; echo last; "
      "exec sleep 80";
  return Joined({{"sh", "-c",
                  "mkfifo fifo; exec 9<>fifo; \"$@\" 2>fifo 9<&- & read line; "
                  "[ $line = go ] || kill -$line $!; wait $!; echo status $?",
                  "sh", Program("tether_run"), "--ready-text=last"},
                 std::move(options),
                 {"--", "sh", "-c", kServer, "--", "sh", "-c", "echo begun; exec sleep 80"}});
}

class TetherRunUnread : public testing::Test {
 protected:
  Server StartBegun(const support::Words& options) {
    Server run({.command = Unread(options),
                .working_directory = directory_.path().string(),
                .standard_input = StandardInput::Pipe(),
                .may_end = true,
                .may_leave_processes = true});
    EXPECT_TRUE(run.WaitForLine("begun"));
    return run;
  }

  const support::TemporaryDirectory directory_;
};

TEST_F(TetherRunUnread, ReportDoesNotHinderTheEndByTime) {
  Server run = StartBegun({"--timeout=0.5"});
  EXPECT_TRUE(run.SendLine("go"));
  EXPECT_TRUE(run.WaitForLine("status 124"));
}

TEST_F(TetherRunUnread, ReportDoesNotHinderTheEndBySigterm) {
  Server run = StartBegun({});
  EXPECT_TRUE(run.SendLine("TERM"));
  EXPECT_TRUE(run.WaitForLine("status 143"));
}

TEST_F(TetherRunEnd, BySigtermWaitsForTheServerThatIsBeingStopped) {
  const support::TemporaryDirectory directory;
  const std::string log = directory / "log";
  const std::string asked = directory / "asked";
  Server run = StartRun({"--echo", "--log=" + log, "--ready-text=ready", "--", "sh", "-c",
                         "trap 'echo stopping; while [ ! -e " + asked +
                             " ]; do sleep 0.01; done; echo saved; exit' TERM; echo ready; "
                             "while :; do sleep 0.01; done",
                         "--", "true"});
  ASSERT_TRUE(run.WaitForLine("stopping"));
  run.Signal(SIGTERM);
  std::ofstream(asked).put('\n');
  EXPECT_EQ(End(run).status, ExitStatus::Signaled{SIGTERM});
  std::ifstream file(log);
  EXPECT_THAT(std::string(std::istreambuf_iterator<char>(file), {}), HasSubstr("saved\n"));
  EXPECT_TRUE(NothingIsLeft(run));
}

TEST_F(TetherRunEnd, ByHangUpIsToldToAllThatTheClientHasStarted) {
  const support::TemporaryDirectory directory;
  const std::string told = directory / "told";
  const std::string recorder = "setsid sh -c 'trap \"echo apart >>" + told +
                               "; exit\" HUP; echo recording; while :; do sleep 0.01; done' & ";
  support::TerminalProcess run(
      Joined({{Program("tether_run"), "--stop-grace=30"},
              ServingShell("trap 'echo client >>" + told + "; exit' HUP; " + recorder +
                           "while :; do sleep 0.01; done")}));
  run.ReadBehind("recording");
  run.HangUp();
  EXPECT_EQ(ExitStatus::FromWaitStatus(Wait(run.pid())), ExitStatus::Signaled{SIGHUP});
  std::ifstream file(told);
  EXPECT_THAT(std::vector<std::string>(std::istream_iterator<std::string>(file), {}),
              testing::UnorderedElementsAre("apart", "client"));
}

TEST_F(TetherRunEnd, BySigtermBeforeTheServerIsReadyLeavesNothing) {
  Server run = StartRun({"--ready-text=never", "--echo", "--", Program("ready_and_wait"), "begun",
                         "--", "echo", "client"});
  EXPECT_TRUE(run.WaitForLine("begun"));
  run.Signal(SIGTERM);
  const CommandRun end = End(run);
  EXPECT_EQ(end.status, ExitStatus::Signaled{SIGTERM});
  EXPECT_THAT(end.out, Not(HasSubstr("client")));
  EXPECT_TRUE(NothingIsLeft(run));
}

}  // namespace
}  // namespace tether
