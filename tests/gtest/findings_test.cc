// What was wrong with a server fails the test in which it came to light.
#include <gmock/gmock.h>
#include <tether/tether.h>

#include <chrono>
#include <csignal>

#include "support/processes.h"
#include "support/servers.h"
#include "support/suite_run.h"
#include "tether/server/run_registry.h"

namespace tether {
namespace {

using support::Child;
using support::RunSuite;
using testing::AllOf;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;
using Kind = Finding::Kind;

// Takes what was found with servers that have been destroyed, as one text, from the test it would fail.
std::string Taken() { return internal::TextOf(internal::RunRegistry::Instance().TakeFindings()); }

std::string FoundAfter(const ServerOptions& options) {
  { const Server server(options); }
  return Taken();
}

ServerOptions Deaf() {
  ServerOptions options = Child("ignore_term");
  options.stop = {{SIGTERM, 50ms}, {SIGKILL}};
  return options;
}

std::size_t Count(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
  return count;
}

TEST(EndedUnasked, IsFoundAndNamesTheTest) {
  {
    Server server(Child("die_on_request"));
    ::kill(server.pid(), SIGUSR1);
    EXPECT_FALSE(server.WaitForLine("never"));
  }
  EXPECT_THAT(
      Taken(),
      testing::MatchesRegex(
          "server \"die_on_request\" ended though nobody asked it to: killed by SIGABRT \\(6\\) "
          "after [0-9.]+ m?s, in EndedUnasked.IsFoundAndNamesTheTest\n"
          "If it may end by itself, let the test wait for that with WaitForExit\\(\\), or set "
          ".may_end = true in its options."));
}

TEST(EndedUnasked, IsFoundWhileTheServerLivesOnAsAnObject) {
  Server server(Child("die_on_request"));
  EXPECT_THAT(support::TakeFindings(server), IsEmpty());
  ::kill(server.pid(), SIGUSR1);
  EXPECT_FALSE(server.WaitForLine("never"));
  EXPECT_THAT(support::TakeFindings(server), ElementsAre(Kind::kEndedUnasked));
  EXPECT_TRUE(server.UnexpectedEnd());
  EXPECT_THAT(support::TakeFindings(server), IsEmpty());
}

TEST(EndedUnasked, IsFoundThoughTheStatusIsAnExpectedOne) {
  {
    Server server({.command = {Program("exit_with"), "0"}});
    ASSERT_TRUE(support::Gone(server.pid()));
    EXPECT_EQ(server.Stop(), ExitStatus::Exited{0});
  }
  EXPECT_THAT(Taken(), HasSubstr("ended though nobody asked it to: exited with code 0"));
}

TEST(EndedUnasked, CanBeAllowed) {
  ServerOptions options{.command = {Program("exit_with"), "0"}, .may_end = true};
  Server server(options);
  ASSERT_TRUE(support::Gone(server.pid()));
  server.Stop();
  EXPECT_EQ(server.UnexpectedEnd(), std::nullopt);
  EXPECT_THAT(support::TakeFindings(server), IsEmpty());
}

TEST(EndedUnasked, IsNoneThatTheTestWaitsFor) {
  Server server(Child("die_on_request"));
  ::kill(server.pid(), SIGUSR1);
  EXPECT_EQ(server.WaitForExit(), ExitStatus::Signaled{SIGABRT});
  server.Stop();
  EXPECT_THAT(support::TakeFindings(server), IsEmpty());
}

TEST(UnexpectedExit, IsFoundWhenTetherEndedTheServer) {
  EXPECT_EQ(
      FoundAfter(Child("exit_at_term", {"3"})),
      "server \"exit_at_term\" exited with code 3 when it was stopped, where an exit with code "
      "0 or a death by SIGTERM (15) is expected\n"
      "If it is meant to end so, add tether::ExitStatus::Exited{3} to .expected_exit in its "
      "options.");
}

TEST(UnexpectedExit, IsNoneOfTheExpectedOnes) {
  EXPECT_EQ(FoundAfter(Child("exit_at_term", {"0"})), "");
  EXPECT_EQ(FoundAfter(Child("ready_and_wait")), "");  // dies by SIGTERM
  ServerOptions options = Child("exit_at_term", {"3"});
  options.expected_exit = {ExitStatus::Exited{3}};
  EXPECT_EQ(FoundAfter(options), "");
  options.expected_exit = {};
  EXPECT_EQ(FoundAfter(options), "");
}

TEST(UnexpectedExit, IsADeathBySigtermWhereOnlyAnExitIsExpected) {
  ServerOptions options = Child("ready_and_wait");
  options.expected_exit = {ExitStatus::Exited{0}};
  EXPECT_THAT(
      FoundAfter(options),
      AllOf(HasSubstr("killed by SIGTERM (15) when it was stopped, where an exit with code 0 "
                      "is expected\n"),
            HasSubstr("add tether::ExitStatus::Signaled{SIGTERM} to .expected_exit")));
}

TEST(UnexpectedExit, IsFoundWhenAServerThatMayEndDoesItOtherwise) {
  ServerOptions options{.command = {Program("exit_with"), "3"}, .may_end = true};
  {
    const Server server(options);
    ASSERT_TRUE(support::Gone(server.pid()));
  }
  EXPECT_THAT(Taken(), ContainsRegex("exited with code 3 after [0-9.]+ m?s, in UnexpectedExit[.]"
                                     "[A-Za-z]+, where an exit with code 0 or "));
}

TEST(UnexpectedExit, IsTheTestsToJudgeWhenItHasBeenTold) {
  {
    Server server(Child("exit_at_term", {"3"}));
    EXPECT_EQ(server.Stop(), ExitStatus::Exited{3});
    Server all(Child("exit_at_term", {"3"}));
    EXPECT_THAT(StopAll({&all, 1}), ElementsAre(ExitStatus::Exited{3}));
  }
  EXPECT_EQ(Taken(), "");
}

TEST(UnexpectedExit, IsFoundAtARestart) {
  Server server(Child("exit_at_term", {"3"}));
  server.Restart();
  EXPECT_THAT(Taken(), HasSubstr("exited with code 3 when it was stopped"));
  server.Stop();
}

TEST(NeededKill, IsFoundWithWhatWasTried) {
  ServerOptions options = Child("ignore_term");
  options.stop = {{SIGTERM, 50ms}, {SIGINT, 20ms, true}, {SIGKILL}};
  options.command = {"sh", "-c", "trap '' TERM INT; echo ready; while :; do sleep 50; done"};
  EXPECT_THAT(
      FoundAfter(options),
      testing::StartsWith("server \"sh\" did not end on SIGTERM within 50 ms, nor on SIGINT "
                          "within 20 ms: it took SIGKILL\n"));
  EXPECT_THAT(FoundAfter(Deaf()), HasSubstr("set .may_need_kill = true."));
}

TEST(NeededKill, IsNoneThatWasAllowedOrToldOrAskedFor) {
  ServerOptions options = Deaf();
  options.may_need_kill = true;
  EXPECT_EQ(FoundAfter(options), "");
  options = Deaf();
  options.stop = {{SIGKILL}};
  EXPECT_EQ(FoundAfter(options), "");
  {
    Server server(Deaf());
    EXPECT_EQ(server.Stop(), ExitStatus::Signaled{SIGKILL});
  }
  EXPECT_EQ(Taken(), "");
}

TEST(FatalLine, IsFoundOnceTheServerIsReady) {
  ServerOptions options = Child("say_on_signal", {"panic: on fire", "end"});
  options.fatal = {"panic"};
  Server server(options);
  EXPECT_THAT(support::TakeFindings(server), IsEmpty());
  ::kill(server.pid(), SIGUSR1);
  ASSERT_TRUE(server.WaitForLine("panic"));
  const auto findings = server.TakeFindings();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings.front().kind, Kind::kFatalLine);
  EXPECT_THAT(
      findings.front().text,
      ContainsRegex("^server \"say_on_signal\" printed a fatal line: line 2 has \"panic\":\n"
                    "    +[0-9.]+ out\\| panic: on fire\nIt is one by [.]fatal in "));
  server.Stop();
  EXPECT_THAT(support::TakeFindings(server), IsEmpty());
}

TEST(FatalLine, CanBeAllowed) {
  ServerOptions options = Child("ready_and_wait", {"ready", "panic"});
  options.fatal = {"panic"};
  options.may_print_fatal = true;
  EXPECT_EQ(FoundAfter(options), "");
}

TEST(FindingsSuite, FailsForBareServers) {
  const auto run = RunSuite("findings_suite", {"--gtest_filter=Bare.*"});
  EXPECT_EQ(run.status, ExitStatus::Exited{1});
  EXPECT_THAT(run.output,
              AllOf(ContainsRegex("killed by SIGABRT [(]6[)] after [0-9.]+ m?s, in "
                                  "Bare.EndsUnasked\n"),
                    HasSubstr("[  FAILED  ] Bare.EndsUnasked"),
                    HasSubstr("\"exit_at_term\" exited with code 3 when it was stopped, where"),
                    HasSubstr("server \"exit_at_term\" in Bare.ExitsOtherwise:\n"),
                    HasSubstr("[  FAILED  ] Bare.ExitsOtherwise")));
}

TEST(FindingsSuite, TellsAllOfATestInOneFailure) {
  const auto run = RunSuite("findings_suite", {"--gtest_filter=Fixture.*"});
  EXPECT_EQ(run.status, ExitStatus::Exited{1});
  EXPECT_THAT(run.output,
              ContainsRegex("findings_suite.cc:[0-9]+: Failure\n"
                            "server \"die_on_request\" ended though nobody asked it to: [^\n]*\n"
                            "[^\n]*\n\n"
                            "server \"die_on_request\" printed a fatal line: [^\n]*\n[^\n]*\n"
                            "[^\n]*\n\n"
                            "server \"exit_at_term\" exited with code 3 "));
  EXPECT_EQ(Count(run.output, ": Failure\n"), 1U) << run.output;
}

TEST(FindingsSuite, FailsForAServerThatHadToBeKilled) {
  const auto run = RunSuite("findings_suite", {"--gtest_filter=Outliving.*"});
  EXPECT_EQ(run.status, ExitStatus::Exited{1});
  EXPECT_THAT(run.output, HasSubstr("\"ignore_term\" did not end on SIGTERM within 50 ms: it took "
                                    "SIGKILL\n"));
}

TEST(FindingsSuite, FailsLaterTestsOfASharedServerAtOnce) {
  const auto run = RunSuite("findings_suite", {"--gtest_filter=Shared.*"});
  EXPECT_EQ(run.status, ExitStatus::Exited{1});
  EXPECT_THAT(run.output,
              AllOf(HasSubstr("[       OK ] Shared.First"), HasSubstr("[  FAILED  ] Shared.Second"),
                    HasSubstr("[  FAILED  ] Shared.Third"), HasSubstr("[  FAILED  ] Shared.Fourth"),
                    Not(HasSubstr("body was run")), Not(HasSubstr("FAILED TEST SUITE"))));
  EXPECT_THAT(run.output,
              ContainsRegex("this test is not run: server \"die_on_request\" ended though nobody "
                            "asked it to: [^\n]*, in Shared.Second\n"
                            "To have the server started again for the next test, set "
                            "[.]restart_when_ended = true in its options[.]\n"));
  EXPECT_EQ(Count(run.output, ": Failure\n"), 3U) << run.output;
}

TEST(FindingsSuite, StartsASharedServerAgainByOption) {
  const auto run = RunSuite("findings_suite", {"--gtest_filter=Restarting.*"});
  EXPECT_EQ(run.status, ExitStatus::Exited{1});
  EXPECT_THAT(run.output, AllOf(HasSubstr("[  FAILED  ] Restarting.First"),
                                HasSubstr("[       OK ] Restarting.Second"),
                                HasSubstr("[       OK ] Restarting.Third")));
  EXPECT_EQ(Count(run.output, ": Failure\n"), 1U) << run.output;
}

TEST(FindingsSuite, FailsTheNextTestForAnEndBetweenTwo) {
  const auto run = RunSuite("findings_suite", {"--gtest_filter=Between.*"});
  EXPECT_THAT(
      run.output,
      AllOf(HasSubstr("[       OK ] Between.First"), HasSubstr("this test is not run: server "),
            HasSubstr("[  FAILED  ] Between.Second"), Not(HasSubstr("body was run"))));
  EXPECT_EQ(Count(run.output, ": Failure\n"), 1U) << run.output;
}

TEST(FindingsSuite, FailsEachTestWhereTheDerivedSetUpDoesNotLook) {
  const auto run = RunSuite("findings_suite", {"--gtest_filter=Careless.*"});
  EXPECT_THAT(run.output, AllOf(HasSubstr("[  FAILED  ] Careless.First"),
                                HasSubstr("[  FAILED  ] Careless.Second")));
  EXPECT_EQ(Count(run.output, ": Failure\n"), 2U) << run.output;
}

TEST(FindingsSuite, FailsTheTestInWhichAServerOfSeveralTestsEnds) {
  const auto run = RunSuite("findings_suite", {"--gtest_filter=Global.*"});
  EXPECT_THAT(run.output, AllOf(HasSubstr("[  FAILED  ] Global.LosesItsServer"),
                                HasSubstr("[       OK ] Global.IsNotToldOfItAgain"),
                                Not(HasSubstr("FAILED TEST SUITE"))));
}

}  // namespace
}  // namespace tether
