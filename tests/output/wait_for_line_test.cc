// Waiting for lines of a running server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::Child;
using support::Texts;
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
  Server server(Child("die_on_request"));
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

TEST(WaitForLine, EndsWhenTheServerEndsThoughAWorkerHoldsItsOutput) {
  Server server({.command = {Program("leave_daemon"), "exit"}, .ready = ready::Line("ready")});
  EXPECT_THAT(server.WaitForLine("never", 60s).explanation(), HasSubstr("the server ended"));
  EXPECT_EQ(server.exit_status(), ExitStatus::Exited{0});
  server.Stop();
  EXPECT_THAT(support::TakeFindings(server), testing::ElementsAre(Finding::Kind::kLeftProcesses));
}

TEST(WaitForLine, FindsTheLastLineWithoutNewline) {
  Server server({.command = {Program("print_much"), "10"}});
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
    Server server({.command = {Program("print_much"), "1"}});
    ASSERT_TRUE(support::Gone(server.pid()));
    // Not its last words without a newline: they are a line at the end of the output only, and that
    // comes when the keeper has closed its own ends of the pipes, too.
    EXPECT_TRUE(server.WaitForLine("out 1", 0ms));
  }
}

TEST(WaitForLine, ByThreadsSideBySideWakesEachOfThem) {
  Server server(Child("die_on_request"));
  const pid_t pid = server.pid();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { EXPECT_FALSE(server.WaitForLine("never", 60s)); });
    threads.emplace_back([&] { EXPECT_EQ(server.WaitForExit(60s)->signal(), SIGABRT); });
  }
  ::kill(pid, SIGUSR1);
  for (std::thread& thread : threads) thread.join();
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
