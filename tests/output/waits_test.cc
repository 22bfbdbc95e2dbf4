// Waiting for what a server prints: several lines, and a number of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <future>

#include "output/printed.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::Child;
using support::ErrorOf;
using support::Printed;
using support::PrintedToBoth;
using support::Texts;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using namespace std::chrono_literals;

TEST(Waits, BeginWithTheFirstLine) {
  Server server(Child("ready_and_wait"));
  EXPECT_TRUE(server.WaitForLine("ready"));
}

TEST(WaitForLines, GivesOneBehindTheOtherAndMovesTheCursorPastTheLast) {
  Server server(Printed({"b 0", "a 1", "b 2", "a 3", "b 4"}));
  const LinesMatch lines = server.WaitForLines({"a", Regex(R"(b (?<n>\d))"), "a"});
  ASSERT_TRUE(lines);
  EXPECT_THAT(Texts(lines), ElementsAre("a 1", "b 2", "a 3"));
  EXPECT_EQ(lines[1]["n"], "2");
  EXPECT_EQ(server.WaitForLine("b", 0s).text(), "b 4");
}

TEST(WaitForLines, WaitsForThoseThatHaveNotComeYet) {
  Server server(Child("say_on_signal", {"one", "two", "end"}));
  auto wait = std::async(std::launch::async, [&] {
    return server.WaitForLines({"one", "two"}, 60s);
  });
  ::kill(server.pid(), SIGUSR1);
  ASSERT_TRUE(server.NewCursor().WaitForLine("one"));
  ::kill(server.pid(), SIGUSR1);
  EXPECT_THAT(Texts(wait.get()), ElementsAre("one", "two"));
}

TEST(WaitForLines, ThatFailsLeavesTheCursorAndSaysWhichCame) {
  Server server(Printed({"a", "c"}));
  const LinesMatch lines = server.WaitForLines({"a", "b", "c"}, 1ms);
  ASSERT_FALSE(lines);
  EXPECT_THAT(lines.matches(), IsEmpty());
  EXPECT_THAT(lines.explanation(), MatchesRegex("only 1 of 3 lines in this order "
                                                "from server \"ready_and_wait\": after .*\n"
                                                "  1\\. \"a\": line 2\n"
                                                "  2\\. \"b\": did not come after line 2\n"
                                                "  3\\. \"c\": to come after that\n"
                                                "  state: running, pid [0-9]+, [a-z ]+\n"
                                                "  3 lines came since the cursor:\n"
                                                "    +[0-9.]+ out\\| up\n"
                                                "    +[0-9.]+ out\\| a\n"
                                                "    +[0-9.]+ out\\| c\n"));
  EXPECT_THAT(ErrorOf([&] { (void)lines[0]; }),
              HasSubstr("no match with index 0: only 1 of 3 lines"));
  EXPECT_TRUE(server.WaitForLine("up", 0s));
}

TEST(WaitForLines, TellsThatALineCameTooEarly) {
  Server server(Printed({"b", "a"}));
  EXPECT_THAT(server.WaitForLines({"a", "b"}, 0s).explanation(),
              AllOf(HasSubstr("  2. \"b\": did not come after line 3\n"),
                    HasSubstr("  \"b\" came too early, as line 2:\n")));
  // Not the line that is another one's.
  EXPECT_THAT(server.WaitForLines({"a", "a"}, 0s).explanation(), Not(HasSubstr("too early")));
}

TEST(WaitForLines, InAnyOrderGivesThemInTheOrderOfThePatterns) {
  Server server(Printed({"b", "x", "a", "y"}));
  EXPECT_THAT(Texts(server.WaitForLines({"a", "b"}, {.any_order = true})), ElementsAre("a", "b"));
  EXPECT_FALSE(server.WaitForLine("x", 0s));
  EXPECT_TRUE(server.WaitForLine("y", 0s));
}

TEST(WaitForLines, InAnyOrderFindsALineForEachWhereThatIsPossible) {
  Server server(Printed({"a b c", "a b", "a"}));
  const WaitForLinesOptions any_order{.any_order = true, .timeout = 0s};
  const auto lines = server.NewCursor().WaitForLines({"a", "b", "c"}, any_order);
  EXPECT_THAT(Texts(lines), ElementsAre("a", "a b", "a b c"));
  EXPECT_THAT(server.WaitForLines({"c", "x", "c"}, any_order).explanation(),
              AllOf(HasSubstr("only 1 of 3 lines in any order from server"),
                    HasSubstr("  1. \"c\": line 2\n"), HasSubstr("  2. \"x\": did not come\n"),
                    HasSubstr("  3. \"c\": no line of its own: line 2 has it, but is counted for "
                              "another pattern\n")));
}

TEST(WaitForLines, InAnyOrderWaitsForThoseThatHaveNotComeYet) {
  Server server(Child("say_on_signal", {"one 1", "one 2", "end"}));
  auto wait = std::async(std::launch::async, [&] {
    return server.WaitForLines({"one", "one 1"}, {.any_order = true, .timeout = 60s});
  });
  ::kill(server.pid(), SIGUSR1);
  ASSERT_TRUE(server.NewCursor().WaitForLine("one 1"));
  ::kill(server.pid(), SIGUSR1);
  EXPECT_THAT(Texts(wait.get()), ElementsAre("one 2", "one 1"));
}

TEST(WaitForLines, LooksAtOneStreamOnly) {
  Server server(PrintedToBoth({"a 1", "2>a 2", "b 1", "2>b 2"}));
  EXPECT_THAT(Texts(server.WaitForLines({"a ", "b "}, {.stream = Stream::kErr})),
              ElementsAre("a 2", "b 2"));
}

TEST(WaitForLines, OfNoneIsASuccess) {
  Server server(Printed({}));
  EXPECT_TRUE(server.WaitForLines({}, 60s));
  EXPECT_TRUE(server.WaitForLines({}, {.any_order = true}));
  EXPECT_TRUE(server.WaitForCount("x", 0, 60s));
  EXPECT_TRUE(server.WaitForLine("up", 0s));
}

TEST(WaitForLines, OfManyShowsThoseAroundTheFirstThatIsMissing) {
  std::vector<std::string> printed;
  std::vector<Pattern> patterns;
  for (int i = 100; i < 200; ++i) {
    patterns.emplace_back(std::to_string(i));
    if (i < 150) printed.push_back(std::to_string(i));
  }
  Server server(Printed(printed));
  EXPECT_THAT(server.WaitForLines(patterns, 0s).explanation(),
              AllOf(HasSubstr("only 50 of 100 lines"), HasSubstr("  ... 42 more ...\n  43. "),
                    HasSubstr("  51. \"150\": did not come after line 51\n"),
                    HasSubstr("  59. \"158\": to come after that\n  ... 41 more ...\n")));
}

TEST(WaitForLines, EndsWhenTheServerEnds) {
  Server server(support::Ending(Child("die_on_request")));
  ::kill(server.pid(), SIGUSR1);
  EXPECT_THAT(server.WaitForLines({"fatal", "never"}, 60s).explanation(),
              AllOf(HasSubstr("only 1 of 2 lines"), HasSubstr("the server ended (after "),
                    HasSubstr("  state: killed by SIGABRT (6)")));
}

TEST(WaitForCount, GivesAllOfTheLines) {
  Server server(Printed({"n=1", "x", "n=2", "n=3"}));
  const LinesMatch lines = server.WaitForCount(Regex(R"(n=(?<n>\d))"), 2);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[1]["n"], "2");
  EXPECT_EQ(server.WaitForLine("n=", 0s).text(), "n=3");
}

TEST(WaitForCount, WaitsForThoseThatHaveNotComeYet) {
  Server server(Child("say_on_signal", {"n 1", "n 2\nn 3\nn 4", "end"}));
  auto wait = std::async(std::launch::async, [&] { return server.WaitForCount("n ", 3, 60s); });
  ::kill(server.pid(), SIGUSR1);
  ASSERT_TRUE(server.NewCursor().WaitForLine("n 1"));
  ::kill(server.pid(), SIGUSR1);
  EXPECT_THAT(Texts(wait.get()), ElementsAre("n 1", "n 2", "n 3"));
}

TEST(WaitForCount, EndsWhenTheOutputEnds) {
  Server server({.command = {Program("close_output")}, .ready = ready::Line("closing")});
  EXPECT_THAT(server.WaitForCount("clos", 2, 60s).explanation(),
              AllOf(HasSubstr("only 1 of 2 lines"), HasSubstr("the server closed its output")));
}

TEST(WaitForCount, SaysHowManyCame) {
  Server server(Printed({"n", "n", "x"}));
  EXPECT_THAT(server.WaitForCount("n", 5, 0s).explanation(),
              AllOf(HasSubstr("only 2 of 5 lines with \"n\" from server \"ready_and_wait\": after"),
                    HasSubstr("  the last one is line 3:\n"), Not(HasSubstr("another one"))));
  EXPECT_THAT(server.WaitForCount("m", 5, 0s).explanation(), HasSubstr("none of 5 lines with"));
  EXPECT_TRUE(server.WaitForLine("up", 0s));
}

TEST(WaitForCount, CountsFromAMarkOn) {
  Server server(PrintedToBoth({"n 1", "2>n 2", "n 3", "end"}));
  const Mark start = server.MarkAtStart();
  EXPECT_THAT(Texts(server.WaitForCount("n ", 2, {.stream = Stream::kOut, .since = start})),
              ElementsAre("n 1", "n 3"));
  EXPECT_FALSE(server.WaitForCount("n ", 1, {.since = server.Mark(), .timeout = 0s}));
  EXPECT_EQ(server.WaitForLine("n ", 0s).text(), "n 1");
}

TEST(Waits, RefuseWhatMakesNoSense) {
  Server server(Printed({}));
  const Mark mark = server.Mark();
  const Regex wrong("(");
  const auto is_refused = [](const auto& call) { return ErrorOf(call) != "no error"; };
  EXPECT_TRUE(is_refused([&] { server.WaitForLine("x", {.timeout = -1ms}); }));
  EXPECT_TRUE(is_refused([&] { server.WaitForLines({"x", wrong}, 0s); }));
  EXPECT_TRUE(is_refused([&] { server.WaitForCount(wrong, 0, 0s); }));
  EXPECT_TRUE(is_refused([&] { server.ExpectNoLine(wrong, {.since = mark, .lasting = 0s}); }));
  EXPECT_TRUE(is_refused([&] { server.ExpectNoLine("x", {.since = mark, .until = wrong}); }));
  EXPECT_EQ(ErrorOf([&] { server.WaitForLines({}, -1ms); }),
            "the timeout of WaitForLines is negative: -1 ms; give zero or a positive duration");
  EXPECT_EQ(ErrorOf([&] { server.WaitForCount("x", 1, {.timeout = -1ms}); }),
            "the timeout of WaitForCount is negative: -1 ms; give zero or a positive duration");
  EXPECT_EQ(ErrorOf([&] { server.ExpectNoLine("x", {.since = mark, .lasting = -1ms}); }),
            "the time that ExpectNoLine is to last is negative: -1 ms; give zero or a positive "
            "duration");
}

}  // namespace
}  // namespace tether
