// Waiting for lines of a running server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "output/printed.h"
#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::Child;
using support::Printed;
using support::PrintedToBoth;
using testing::AllOf;
using testing::HasSubstr;
using namespace std::chrono_literals;

TEST(WaitForLine, GivesTheLineAndItsGroups) {
  Server server(Child("ready_and_wait", {"ready", "user=ann id=42"}));
  const LineMatch match = server.WaitForLine(Regex(R"(user=(?<user>\w+) id=(?<id>\d+))"));
  ASSERT_TRUE(match);
  EXPECT_EQ(match.text(), "user=ann id=42");
  EXPECT_EQ(match.line().number, 2U);
  EXPECT_EQ(match.line().stream, Stream::kOut);
  EXPECT_GT(match.line().time, 0ns);
  EXPECT_EQ(match["user"], "ann");
  EXPECT_EQ(match["id"], "42");
}

TEST(WaitForLine, MovesTheCursorPastTheMatch) {
  Server server(Child("ready_and_wait", {"ready", "a 1", "b", "a 2"}));
  EXPECT_EQ(server.WaitForLine("a ").text(), "a 1");
  EXPECT_EQ(server.WaitForLine("a ").text(), "a 2");
  EXPECT_FALSE(server.WaitForLine("b", 10ms));
}

TEST(WaitForLine, ThatFailsLeavesTheCursor) {
  Server server(Child("ready_and_wait", {"ready", "a"}));
  EXPECT_FALSE(server.WaitForLine("b", 10ms));
  EXPECT_TRUE(server.WaitForLine("ready", 0ms));
}

TEST(WaitForLine, SeesALineOnlyWhenItIsWhole) {
  Server server({.command = {Program("print_parts")}, .ready = ready::Line("first line")});
  EXPECT_FALSE(server.WaitForLine("first half", 20ms));
  ::kill(server.pid(), SIGUSR1);
  EXPECT_EQ(server.WaitForLine("half").text(), "first half, second half");
}

TEST(WaitForLine, ExplainsWhatCameInstead) {
  Server server(Child("ready_and_wait", {"ready", "something else"}));
  const LineMatch match = server.WaitForLine("GET /", 50ms);
  ASSERT_FALSE(match);
  EXPECT_THAT(match.explanation(),
              AllOf(HasSubstr("no line with \"GET /\" from server \"ready_and_wait\": after "),
                    HasSubstr("  state: running"), HasSubstr("  2 lines came since the cursor:\n"),
                    HasSubstr("out| ready\n"), HasSubstr("out| something else\n")));
}

TEST(WaitForLine, TellsThatTheLineHadComeBeforeTheCursor) {
  Server server(Child("ready_and_wait", {"ready", "GET /", "later"}));
  EXPECT_TRUE(server.WaitForLine("later"));
  EXPECT_THAT(server.WaitForLine("GET /", 10ms).explanation(),
              AllOf(HasSubstr("no line came since the cursor"),
                    HasSubstr("it had come before the cursor, as line 2:\n")));
}

TEST(WaitForLine, EndsAtOnceWhenTheServerEnds) {
  Server server(support::Ending(Child("die_on_request")));
  ::kill(server.pid(), SIGUSR1);
  const LineMatch match = server.WaitForLine("never", 60s);
  ASSERT_FALSE(match);
  EXPECT_THAT(match.explanation(),
              AllOf(HasSubstr("the server ended (after"), HasSubstr("killed by SIGABRT (6)"),
                    HasSubstr("err| fatal: the disk is on fire")));
}

TEST(WaitForLine, EndsAtOnceWhenTheOutputEnds) {
  Server server({.command = {Program("close_output")}, .ready = ready::Line("closing")});
  EXPECT_THAT(server.WaitForLine("never", 60s).explanation(),
              HasSubstr("the server closed its output"));
  EXPECT_TRUE(server.running());
}

TEST(Report, NamesAProcessThatHoldsTheOutputOfAnEndedServer) {
  Server server({.command = {Program("leave_daemon"), "exit"},
                 .ready = ready::Line("ready"),
                 .may_leave_processes = true});
  const LineMatch daemon = server.WaitForLine(Regex(R"(daemon (?<pid>\d+))"));
  ASSERT_TRUE(daemon);
  ASSERT_TRUE(server.WaitForExit());
  EXPECT_THAT(server.Report(),
              HasSubstr("its output is still held open by pid " + daemon["pid"] + " ("));
}

TEST(WaitForLine, EndsWhenTheServerEndsThoughAWorkerHoldsItsOutput) {
  Server server({.command = {Program("leave_daemon"), "exit"},
                 .ready = ready::Line("ready"),
                 .may_end = true});
  EXPECT_THAT(server.WaitForLine("never", 60s).explanation(), HasSubstr("the server ended"));
  EXPECT_EQ(server.exit_status(), ExitStatus::Exited{0});
  server.Stop();
  EXPECT_THAT(support::TakeFindings(server), testing::ElementsAre(Finding::Kind::kLeftProcesses));
}

TEST(WaitForLine, FindsTheLastLineWithoutNewline) {
  Server server({.command = {Program("print_much"), "10"}, .may_end = true});
  EXPECT_TRUE(server.WaitForLine("the end"));
}

TEST(WaitForLine, LosesNoLineOfAServerThatEnds) {
  for (int round = 0; round < 20; ++round) {
    Server server({.command = {Program("print_much"), "3000"}});
    EXPECT_EQ(server.WaitForExit(), ExitStatus::Exited{0});
    EXPECT_EQ(server.Lines().size(), 6001U);
  }
}

TEST(WaitForLine, WithoutAnyTimeSeesWhatIsThere) {
  for (int round = 0; round < 100; ++round) {
    Server server({.command = {Program("print_much"), "1"}, .may_end = true});
    ASSERT_TRUE(support::Gone(server.pid()));
    // Not its last words without a newline: they are a line at the end of the output only, and that
    // comes when the keeper has closed its own ends of the pipes, too.
    EXPECT_TRUE(server.WaitForLine("out 1", 0ms));
  }
}

TEST(WaitForLine, ByThreadsSideBySideWakesEachOfThem) {
  Server server(support::Ending(Child("die_on_request")));
  const pid_t pid = server.pid();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { EXPECT_FALSE(server.WaitForLine("never", 60s)); });
    threads.emplace_back([&] { EXPECT_EQ(server.WaitForExit(60s)->signal(), SIGABRT); });
  }
  ::kill(pid, SIGUSR1);
  for (std::thread& thread : threads) thread.join();
}

TEST(WaitForLine, OnOneStreamTellsThatTheLineCameOnTheOther) {
  Server server(PrintedToBoth({"a 1", "2>a 2", "b", "end"}));
  const Mark start = server.MarkAtStart();
  EXPECT_EQ(server.WaitForLine("a", {.stream = Stream::kErr, .since = start}).text(), "a 2");
  EXPECT_THAT(server.WaitForLine("b", {.stream = Stream::kErr, .timeout = 0s}).explanation(),
              AllOf(HasSubstr("no line with \"b\" on stderr from server \"say_on_signal\": "),
                    HasSubstr("  it came on stdout, as line 4:\n")));
}

TEST(WaitForLine, SeesAPromptOnlyWhenAskedFor) {
  Server server({.command = {Program("prompt")}});
  const LineMatch prompt = server.WaitForLine("password:", {.partial = true});
  ASSERT_TRUE(prompt);
  EXPECT_EQ(prompt.text(), "password: ");
  EXPECT_EQ(prompt.line().number, 1U);
  EXPECT_THAT(
      server.WaitForLine("password:", 0s).explanation(),
      AllOf(HasSubstr("  no line came since the cursor\n"),
            HasSubstr("  it is in a line whose newline has not come (WaitForLine with .partial = "
                      "true sees it):\n")));
}

TEST(WaitForLine, SeesAPromptOfTheStreamItIsToldOnly) {
  Server server({.command = {"sh", "-c", "printf 'password: ' >&2; exec sleep 90"}});
  EXPECT_TRUE(server.WaitForLine("password:", {.stream = Stream::kErr, .partial = true}));
  EXPECT_FALSE(
      server.WaitForLine("password:", {.stream = Stream::kOut, .partial = true, .timeout = 0s}));
}

TEST(WaitForLine, DoesNotMoveTheCursorPastAPartialLine) {
  Server server({.command = {Program("print_parts")}, .ready = ready::Line("first line")});
  EXPECT_EQ(server.WaitForLine("half", {.partial = true}).text(), "first half, ");
  EXPECT_FALSE(server.WaitForLine("first line", 0s));
  EXPECT_EQ(server.WaitForLine("half", {.partial = true}).line().number, 2U);
  ::kill(server.pid(), SIGUSR1);
  EXPECT_EQ(server.WaitForLine("second half").text(), "first half, second half");
}

TEST(WaitForLine, TellsThatTheLineCameInOtherCase) {
  constexpr auto kCanIgnoreCase = []<typename AnyPattern>(const AnyPattern*) {
    return requires(const AnyPattern& pattern) { pattern.IgnoringCase(); };
  };
  if (!kCanIgnoreCase(static_cast<const Pattern*>(nullptr))) GTEST_SKIP() << "no pattern can";
  Server server(Printed({"Saved"}));
  EXPECT_THAT(server.WaitForLine("saved", 0s).explanation(),
              HasSubstr("  it came in other case, as line 2:\n"));
}

TEST(WaitForLine, IsNotDefeatedByAnExpressionThatGivesUpOnALineBeforeItsStart) {
  Server server(Printed({std::string(5000, 'a') + "b"}));
  ASSERT_TRUE(server.WaitForLine("ab"));
  const Regex exploding("(a+)+(a+)+(a+)+(a+)+$");
  EXPECT_THAT(server.WaitForLine(exploding, 0s).explanation(),
              HasSubstr("  no line came since the cursor\n"));
}

TEST(WaitForLine, SearchesAServerThatHasEnded) {
  Server server(Printed({"a"}));
  server.Stop();
  EXPECT_TRUE(server.WaitForLine("a", 60s));
  EXPECT_THAT(server.WaitForLine("a", 60s).explanation(), HasSubstr("the server ended (after "));
}

TEST(WaitForLine, ExplainsItselfInALengthThatHasABound) {
  const std::string much(5000, 'x');
  Server server(Printed(std::vector<std::string>(10, much)));
  ASSERT_TRUE(server.NewCursor().WaitForCount(much, 10));
  const LineMatch match = server.WaitForLine(much + "y", 0s);
  EXPECT_THAT(match.explanation(), HasSubstr("11 lines came since the cursor, the last of them:"));
  EXPECT_LT(match.explanation().size(), 20'000U);
}

TEST(Server, ReadsOnWhileNobodyWaits) {
  // Much more than fits into a pipe, to both streams: a server that nobody reads would block.
  Server server({.command = {Program("print_much"), "200000"}});
  ASSERT_TRUE(support::Gone(server.pid(), 60s));
  EXPECT_EQ(server.WaitForExit(), ExitStatus::Exited{0});
  EXPECT_EQ(server.Lines().size(), 400'001U);
}

}  // namespace
}  // namespace tether
