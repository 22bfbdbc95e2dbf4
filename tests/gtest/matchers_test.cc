// The matchers for servers, as they hold and as they do not.
#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <tether/tether.h>

#include <chrono>
#include <csignal>
#include <utility>

#include "support/servers.h"

namespace tether {
namespace {

using support::Child;
using support::ServePorts;
using testing::_;
using testing::AllOf;
using testing::AnyOf;
using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::Pointee;
using testing::StartsWith;
using namespace std::chrono_literals;

using ForServer = testing::Matcher<const Server&>;

// What EXPECT_THAT prints behind the value; empty if the matcher holds.
std::string Explanation(const Server& server, const ForServer& matcher) {
  testing::StringMatchResultListener listener;
  if (testing::ExplainMatchResult(matcher, server, &listener)) return "";
  return listener.str();
}

std::string Described(const ForServer& matcher) {
  std::ostringstream text;
  matcher.DescribeTo(&text);
  return text.str();
}

TEST(Logs, WaitsForTheLine) {
  Server server(Child("say_on_signal", {"saved", "end"}));
  EXPECT_THAT(server, Logs("ready"));
  EXPECT_THAT(server, Not(Logs("saved")));
  server.Signal(SIGUSR1);
  EXPECT_THAT(server, Logs("saved"));
}

TEST(Logs, TakesEveryKindOfPattern) {
  const Server server(Child("ready_and_wait", {"ready", "port 80"}));
  EXPECT_THAT(server, Logs(Regex(R"(port \d+)")));
  EXPECT_THAT(server, Logs(StartsWith("port")));
  EXPECT_THAT(server, Logs([](std::string_view line) { return line.size() == 7; }));
  EXPECT_THAT(server, Logs(pattern::AnyOf("never", "port")));
}

TEST(Logs, LeavesTheCursorWhereItIs) {
  Server server(Child("ready_and_wait", {"ready", "a"}));
  EXPECT_THAT(server, Logs("a"));
  EXPECT_THAT(server, Logs("a"));
  EXPECT_TRUE(server.WaitForLine("ready"));
}

TEST(Logs, CanBeginAtAMark) {
  Server server(Child("say_on_signal", {"2>again", "end"}));
  EXPECT_THAT(server, Logs("ready"));
  const Mark mark = server.Mark();
  EXPECT_THAT(server, Not(Logs("ready", {.since = mark})));
  server.Signal(SIGUSR1);
  EXPECT_THAT(server, Logs("again", {.stream = Stream::kErr, .since = mark}));
  EXPECT_THAT(server, Not(Logs("again", {.stream = Stream::kOut, .since = mark})));
}

TEST(Logs, ExplainsWhatCameInstead) {
  Server server(Child("ready_and_wait", {"ready", "Saved"}));
  ASSERT_TRUE(server.WaitForLine("Saved"));
  EXPECT_THAT(Explanation(server, Logs("saved", 20ms)),
              AllOf(StartsWith("no line with \"saved\" from server \"ready_and_wait\": after "),
                    HasSubstr("  2 lines came since its start:\n"), HasSubstr("out| Saved\n")));
  EXPECT_EQ(Described(Logs("saved")), "logs a line with \"saved\" since this test began");
}

TEST(Logs, IsNotWaitedForTwiceByOneAssertion) {
  Server server(Child("ready_and_wait"));
  int asked = 0;
  const Pattern never = [&asked](const Line&) { return ++asked < 0; };
  EXPECT_FALSE(server.WaitForLine(never, 10ms));
  const int by_one_wait = std::exchange(asked, 0);
  ASSERT_GT(by_one_wait, 0);
  EXPECT_NONFATAL_FAILURE(EXPECT_THAT(server, Logs(never, 10ms)), "no line");
  EXPECT_LT(asked, 2 * by_one_wait);
}

TEST(Logs, IsAskedAnewByEachAssertion) {
  Server server(Child("say_on_signal", {"saved", "end"}));
  const auto saved = Logs("saved", 10ms);
  EXPECT_NONFATAL_FAILURE(EXPECT_THAT(server, saved), "no line");
  server.Signal(SIGUSR1);
  ASSERT_TRUE(server.WaitForLine("saved"));
  EXPECT_THAT(server, saved);
  EXPECT_NONFATAL_FAILURE(EXPECT_THAT(server, Not(saved)), "which printed it as line 2:\n");
}

TEST(Logs, NegatedDoesNotWait) {
  const Server server(Child("ready_and_wait"));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THAT(server, Not(Logs("never", 1h)));
  EXPECT_THAT(server, testing::Not(Logs("never", 1h)));
  EXPECT_THAT(server, AllOf(Logs("ready"), Not(LogsInOrder({"never", "ready"}, 1h))));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1min);
  EXPECT_THAT(Explanation(server, Not(Logs("ready"))),
              AllOf(StartsWith("which printed it as line 1:\n"), EndsWith("out| ready")));
  EXPECT_EQ(Described(Not(Logs("x"))), "has not logged a line with \"x\" since this test began");
}

TEST(Logs, EndsWithTheServer) {
  Server server({.command = {Program("exit_with"), "3"}});
  EXPECT_THAT(Explanation(server, Logs("never", 1h)), HasSubstr("the server ended"));
  EXPECT_TRUE(server.ExpectExit(Exited(3)));
}

TEST(Logs, ThrowsForWhatIsWrong) {
  const Server server(Child("ready_and_wait"));
  const Server other(Child("ready_and_wait"));
  EXPECT_THROW(Explanation(server, Logs(Regex("("))), Error);
  EXPECT_THROW(Explanation(server, Logs("x", -1ms)), Error);
  EXPECT_THROW(Explanation(server, Not(Logs("x", {.since = other.Mark()}))), Error);
}

TEST(LogsInOrder, NeedsEachLineBehindTheOther) {
  const Server server(Child("ready_and_wait", {"one", "two", "ready"}));
  EXPECT_THAT(server, LogsInOrder({"one", "two", "ready"}));
  EXPECT_THAT(server, Not(LogsInOrder({"two", "one"})));
  EXPECT_THAT(Explanation(server, LogsInOrder({"two", "one"}, 10ms)),
              AllOf(HasSubstr("only 1 of 2 lines"), HasSubstr("too early")));
  EXPECT_EQ(Described(LogsInOrder({"a", "b"})),
            "logs a line with \"a\", then one with \"b\" since this test began");
}

TEST(DoesNotLog, WatchesForATimeOrUpToALine) {
  Server server(Child("say_on_signal", {"GET /a", "done", "GET /b"}));
  const Mark mark = server.Mark();
  EXPECT_THAT(server, DoesNotLog("GET", {.since = mark, .lasting = 20ms}));
  server.Signal(SIGUSR1);
  ASSERT_THAT(server, Logs("GET /a"));
  server.Signal(SIGUSR1);
  EXPECT_THAT(server, DoesNotLog("POST", {.since = mark, .until = "done"}));
  EXPECT_THAT(server, Not(DoesNotLog("GET", {.since = mark, .until = "done"})));
  EXPECT_THAT(Explanation(server, DoesNotLog("GET", {.since = mark, .until = "done"})),
              StartsWith("a line with \"GET\" from server \"say_on_signal\" came, as line 2; "));
  EXPECT_EQ(Described(DoesNotLog("x", {.since = mark, .until = "y"})),
            "logs no line with \"x\" since the mark, until one with \"y\"");
}

TEST(IsRunning, TellsHowItEndedIfItDid) {
  Server server(Child("ready_and_wait"));
  EXPECT_THAT(server, IsRunning());
  server.Stop();
  EXPECT_THAT(server, Not(IsRunning()));
  EXPECT_THAT(testing::PrintToString(server),
              StartsWith("server \"ready_and_wait\" (stopped: killed by SIGTERM (15) after "));
}

TEST(IsRunning, IsForManyServersAndForPointers) {
  const auto servers =
      StartAll(std::vector<ServerOptions>{Child("ready_and_wait"), Child("ready_and_wait")});
  EXPECT_THAT(servers, Each(IsRunning()));
  EXPECT_THAT(&servers[0], Pointee(AllOf(IsRunning(), Logs("ready"))));
}

TEST(ListensOn, KnowsPortsByNumberAndByName) {
  const Server server(ServePorts({"{port}", "udp", "{port:dns}"}));
  EXPECT_THAT(server, ListensOn(server.port()));
  EXPECT_THAT(server, ListensOn("dns"));
  EXPECT_THAT(server, AllOf(ListensOn(server.port("dns")), Not(ListensOn(1))));
  EXPECT_THAT(Explanation(server, ListensOn(1)),
              StartsWith("whose open ports are tcp 127.0.0.1:" + std::to_string(server.port())));
  EXPECT_THROW(Explanation(server, ListensOn("admin")), Error);
  EXPECT_EQ(Described(ListensOn(80)), "listens on port 80");
}

TEST(ListensOn, SaysThatThereIsNoPortAtAll) {
  const Server server(Child("ready_and_wait"));
  EXPECT_EQ(Explanation(server, ListensOn(80)), "which has no open port");
}

TEST(ServerMatchers, CombineWithOthers) {
  const Server server(Child("ready_and_wait"));
  EXPECT_THAT(server, AllOf(IsRunning(), Logs("ready"), Not(ListensOn(80))));
  EXPECT_THAT(server, AnyOf(ListensOn(80), Logs("ready")));
  EXPECT_THAT(server, Not(AllOf(IsRunning(), Not(Logs("ready")))));
  EXPECT_THAT(server, _);
}

TEST(TestLog, IsWhatWasPrintedInThisTest) {
  const Server server(Child("ready_and_wait", {"a", "ready"}));
  EXPECT_THAT(server.test_log().Texts(), ElementsAre("a", "ready"));
  EXPECT_EQ(server.test_log().Text(), "a\nready");
  EXPECT_THAT(server.test_log(), testing::SizeIs(2));
  EXPECT_THAT(testing::PrintToString(server.test_log()),
              testing::MatchesRegex("2 lines:\n +[0-9.]+ out\\| a\n +[0-9.]+ out\\| ready"));
}

TEST(Printing, IsForPeople) {
  const Server server(Child("ready_and_wait"));
  EXPECT_EQ(testing::PrintToString(server.MarkAtStart()),
            "behind 0 lines of server \"ready_and_wait\"");
  EXPECT_EQ(testing::PrintToString(server.Lines().front()), "line 1 (stdout): ready");
  EXPECT_EQ(testing::PrintToString(LogSlice()), "no line");
  EXPECT_THAT(testing::PrintToString(server),
              testing::MatchesRegex("server \"ready_and_wait\" \\(running, pid [0-9]+, "
                                    "(sleeping|running|in uninterruptible sleep)\\)"));
}

}  // namespace
}  // namespace tether
