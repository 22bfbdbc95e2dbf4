// Processes that a server leaves behind are ended, and fail the test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>

#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::Child;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using namespace std::chrono_literals;

std::string WordAfter(const std::string& word, const Server& server) {
  for (const std::string& text : support::Texts(server)) {
    if (text.starts_with(word + " ")) return text.substr(word.size() + 1);
  }
  return "no line with " + word;
}

TEST(LeftBehind, IsADaemonThatOutlivesItsServer) {
  Server server(Child("leave_daemon"));
  server.Stop();
  const auto findings = server.TakeFindings();
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].kind, Finding::Kind::kLeftProcesses);
  // The process that started the daemon may be ending yet.
  EXPECT_THAT(findings[0].text,
              AllOf(ContainsRegex("^server \"leave_daemon\" left (a process|2 processes) behind, "
                                  "which tether ended:\n"),
                    ContainsRegex("\n  pid " + WordAfter("daemon", server) +
                                  ", (whose parent has ended|child of [0-9]+), [a-z ]+: "
                                  "[^\n]*/leave_daemon\n"),
                    HasSubstr("set .may_leave_processes = true in its options")));
}

void LeaveAProcessWithTwoWorkers() {
  Server server(
      {.command = {"sh", "-c", "setsid " + Program("fork_workers") + " 2 & exec sleep 50"},
       .ready = ready::Line("ready")});
  server.Stop();
  const auto findings = server.TakeFindings();
  ASSERT_THAT(findings, SizeIs(1));
  const auto parent = Regex("child of (?<pid>\\d+)").Search(findings[0].text);
  ASSERT_TRUE(parent);
  const std::string pid = parent->at("pid");
  const std::string child = "  pid [0-9]+, child of " + pid + ", [a-z ]+: [^\n]*fork_workers 2\n";
  EXPECT_THAT(findings[0].text,
              AllOf(HasSubstr("server \"sh\" left 3 processes behind"),
                    ContainsRegex("  pid " + pid + ", whose parent has ended, [a-z ]+: [^\n]*\n" +
                                  child + child)));
}

TEST(LeftBehind, IsToldWithTheParentsThatLive) { LeaveAProcessWithTwoWorkers(); }

// As below a manager of a session, to whom the system gives what has lost its parent.
TEST(LeftBehind, IsToldWithTheParentsThatLiveWhereSomebodyTakesOrphans) {
  ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  LeaveAProcessWithTwoWorkers();
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST(LeftBehind, IsADaemonWhoseServerEndedUnasked) {
  Server server({.command = {Program("leave_daemon"), "exit"}, .ready = ready::Line("ready")});
  server.WaitForExit();
  EXPECT_THAT(server.TakeFindings(), IsEmpty()) << "before its stop";
  server.Stop();
  EXPECT_THAT(support::TakeFindings(server), testing::ElementsAre(Finding::Kind::kLeftProcesses));
}

TEST(LeftBehind, IsAWorkerThatOutlivesTheGrace) {
  Server server(Child("report_signals"));
  EXPECT_EQ(server.Stop({{SIGTERM, 1s}, {SIGKILL}}), ExitStatus::Signaled{SIGTERM});
  const auto findings = server.TakeFindings();
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_THAT(findings[0].text, HasSubstr("server \"report_signals\" left a process behind"));
}

TEST(LeftBehind, IsToldOnceThoughItOutlivesTheGraceToo) {
  const std::string daemon = "trap \"\" TERM; echo ready $$; while :; do sleep 50; done";
  Server server({.command = {"sh", "-c", "setsid sh -c '" + daemon + "' & exec sleep 50"},
                 .ready = ready::Line("ready")});
  server.Stop({{SIGTERM, 1s}, {SIGKILL}});
  const auto findings = server.TakeFindings();
  ASSERT_THAT(findings, SizeIs(1));
  const std::string pid = "  pid " + WordAfter("ready", server) + ", whose parent has ended";
  EXPECT_NE(findings[0].text.find(pid), std::string::npos) << findings[0].text;
  EXPECT_EQ(findings[0].text.find(pid), findings[0].text.rfind(pid)) << findings[0].text;
}

TEST(LeftBehind, IsNoDaemonThatItsServerEnds) {
  const std::string script =
      "trap 'kill $!; wait $!; exit 3' TERM; setsid sh -c 'echo daemon; exec sleep 50' & wait";
  for (int round = 0; round < 20; ++round) {
    Server server({.command = {"sh", "-c", script}, .ready = ready::Line("daemon")});
    EXPECT_EQ(server.Stop(), ExitStatus::Exited{3});
    EXPECT_THAT(server.TakeFindings(), IsEmpty());
  }
}

TEST(LeftBehind, IsNoDaemonForWhichItsServerWaits) {
  const std::string script =
      "trap 'wait $!; exit 3' TERM; setsid sh -c 'echo daemon; exec sleep 50' & wait";
  Server server({.command = {"sh", "-c", script}, .ready = ready::Line("daemon")});
  EXPECT_EQ(server.Stop({{SIGTERM, 2s}, {SIGKILL}}), ExitStatus::Exited{3});
  EXPECT_THAT(server.TakeFindings(), IsEmpty());
}

TEST(LeftBehind, IsNotTheServerItselfThoughItHadToBeKilled) {
  Server server(Child("ignore_term"));
  EXPECT_EQ(server.Stop({{SIGTERM, 50ms}, {SIGKILL}}), ExitStatus::Signaled{SIGKILL});
  EXPECT_THAT(server.TakeFindings(), IsEmpty());
}

TEST(LeftBehind, AreNoWorkersThatEndInTheGrace) {
  Server server(Child("fork_workers", {"3"}));
  server.Stop();
  EXPECT_THAT(server.TakeFindings(), IsEmpty());
}

TEST(LeftBehind, AreNoWorkersWhoseServerIsKilledAtOnce) {
  Server server(Child("fork_workers", {"3"}));
  server.Stop({{SIGKILL}});
  EXPECT_THAT(server.TakeFindings(), IsEmpty());
}

TEST(LeftBehind, CanBeAllowed) {
  ServerOptions options = Child("leave_daemon");
  options.may_leave_processes = true;
  Server server(options);
  server.Stop();
  EXPECT_THAT(server.TakeFindings(), IsEmpty());
  EXPECT_TRUE(support::Gone(std::stoi(WordAfter("daemon", server)), 0ms));
}

TEST(LeftBehind, CanBeTakenOnce) {
  Server server(Child("leave_daemon"));
  server.Stop();
  EXPECT_THAT(server.TakeFindings(), SizeIs(1));
  EXPECT_THAT(server.TakeFindings(), IsEmpty());
}

// What a suite prints in which servers leave something behind. It is run like any server.
class CarelessSuite : public testing::Test {
 protected:
  static std::string OutputOf(const std::string& filter) {
    Server suite({.command = {Program("careless_suite"), "--gtest_filter=" + filter},
                  .environment = {{"GTEST_COLOR", "no"}},
                  .may_leave_processes = true});  // a guardian of its own ends a moment after it
    EXPECT_EQ(suite.WaitForExit(60s), ExitStatus::Exited{1});
    std::string output;
    for (const Line& line : suite.Lines()) output += line.text + "\n";
    return output;
  }
};

TEST_F(CarelessSuite, FailsForABareServer) {
  EXPECT_THAT(OutputOf("Bare.*"),
              AllOf(HasSubstr("server \"leave_daemon\" left "),
                    HasSubstr("server \"leave_daemon\" in Bare.LeavesADaemon:\n"),
                    HasSubstr("[  FAILED  ] Bare.LeavesADaemon")));
}

TEST_F(CarelessSuite, FailsForTheFirstOfManyServers) {
  EXPECT_THAT(OutputOf("Many.*"), AllOf(HasSubstr("server \"leave_daemon\" left "),
                                        HasSubstr("[  FAILED  ] Many.OnlyTheFirstLeavesADaemon")));
}

TEST_F(CarelessSuite, FailsForAllThatWasFoundTogether) {
  const std::string output = OutputOf("Fixture.*");
  EXPECT_THAT(output,
              AllOf(ContainsRegex("careless_suite.cc:[0-9]+: Failure\n"
                                  "server \"leave_daemon\" ended though nobody asked it to: "
                                  "killed by SIGKILL [(]9[)] after [^\n]*\n[^\n]*\n\n"
                                  "server \"leave_daemon\" left "),
                    HasSubstr("[  FAILED  ] Fixture.DiesAndLeavesADaemon")));
  EXPECT_EQ(output.find(": Failure"), output.rfind(": Failure")) << output;
}

TEST_F(CarelessSuite, FailsForAServerOfTheWholeSuite) {
  EXPECT_THAT(OutputOf("Shared.*"),
              AllOf(HasSubstr("server \"leave_daemon\" left "),
                    HasSubstr("[       OK ] Shared.Passes"), HasSubstr("1 FAILED TEST SUITE")));
}

TEST_F(CarelessSuite, PrintsWhatIsFoundWhenAllTestsAreOver) {
  EXPECT_THAT(OutputOf("Static.*:Bare.*"),
              AllOf(HasSubstr("[       OK ] Static.EndsAfterAllTests"),
                    HasSubstr("tether: server \"leave_daemon\" left ")));
}

TEST_F(CarelessSuite, FailsForAGuardianThatWasKilled) {
  EXPECT_THAT(OutputOf("Guardian.*"),
              AllOf(HasSubstr("server \"ready_and_wait\" was lost: tether's guardian, the process "
                              "that starts servers, has gone"),
                    HasSubstr("[  FAILED  ] Guardian.IsKilled"), Not(HasSubstr(" behind"))));
}

}  // namespace
}  // namespace tether
