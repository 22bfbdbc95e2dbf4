// Places in what a server prints: marks, cursors, and the lines from there on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <future>
#include <set>
#include <thread>

#include "output/printed.h"
#include "support/processes.h"
#include "support/servers.h"
#include "tether/waits/line_claims.h"

namespace tether {
namespace {

using support::Child;
using support::ErrorOf;
using support::Printed;
using support::PrintedToBoth;
using testing::AllOf;
using testing::HasSubstr;
using namespace std::chrono_literals;

TEST(Waits, FromAMarkNeitherUseNorMoveTheCursor) {
  Server server(Child("say_on_signal", {"a 1", "a 2", "end"}));
  ::kill(server.pid(), SIGUSR1);
  ASSERT_TRUE(server.NewCursor().WaitForLine("a 1"));
  const Mark mark = server.Mark();
  ::kill(server.pid(), SIGUSR1);
  EXPECT_EQ(server.WaitForLine("a ", {.since = mark}).text(), "a 2");
  EXPECT_EQ(server.WaitForLine("a ", {.since = mark, .timeout = 0s}).text(), "a 2");
  EXPECT_EQ(server.WaitForLine("a ", 0s).text(), "a 1");
}

TEST(Mark, IsBehindWhatWasPrintedThoughNobodyHasReadIt) {
  Server server(support::Ending(Child("die_on_request")));
  ::kill(server.pid(), SIGUSR1);
  ASSERT_TRUE(support::Gone(server.pid()));
  const Mark mark = server.Mark();
  EXPECT_THAT(server.WaitForLine("fatal", {.since = mark, .timeout = 0s}).explanation(),
              AllOf(HasSubstr("  no line came since the mark\n"),
                    HasSubstr("  it had come before the mark, as line 2:\n"),
                    HasSubstr(" err| fatal: the disk is on fire\n")));
}

TEST(Mark, OfAnotherServerIsAnErrorThatNamesBoth) {
  Server one(Child("ready_and_wait"));
  Server other(Child("say_on_signal", {"end"}));
  Server same(Child("ready_and_wait"));
  const Mark mark = one.Mark();
  const std::string error = ErrorOf([&] { other.WaitForLine("x", {.since = mark}); });
  EXPECT_EQ(error,
            "a mark of server \"ready_and_wait\" was given to server \"say_on_signal\": take it by "
            "Mark() of the server whose lines are looked at");
  EXPECT_EQ(ErrorOf([&] { (void)other.Lines({.since = mark}); }), error);
  EXPECT_EQ(ErrorOf([&] { other.ExpectNoLine("x", {.since = mark, .lasting = 1ms}); }), error);
  EXPECT_EQ(ErrorOf([&] { (void)other.NewCursor(mark); }), error);
  EXPECT_THAT(ErrorOf([&] { (void)same.Text({.since = mark}); }),
              HasSubstr("a mark of another server of that name, \"ready_and_wait\" was given"));
}

TEST(Mark, CanBeComparedWithThoseOfTheSameServer) {
  Server server(Printed({"a"}));
  Server other(Printed({"a"}));
  EXPECT_LT(server.MarkAtStart(), server.Mark());
  EXPECT_EQ(server.Mark(), server.Mark());
  EXPECT_NE(server.Mark(), other.Mark());
  EXPECT_FALSE(server.MarkAtStart() < other.Mark());
  EXPECT_EQ(server.NewCursor().Mark(), server.MarkAtStart());
}

TEST(Lines, CanBeThoseOfOneStreamOrSinceAMark) {
  Server server(PrintedToBoth({"one", "2>two", "three", "end"}));
  EXPECT_EQ(server.Text(), "ready\none\ntwo\nthree\nend");
  EXPECT_EQ(server.Text({.stream = Stream::kErr}), "two");
  EXPECT_EQ(server.Text({.since = server.Mark()}), "");
  const std::vector<Line> lines = server.Lines({.stream = Stream::kOut});
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[2].text, "three");
  EXPECT_EQ(lines[2].number, 4U);
}

TEST(Cursor, IsIndependentOfOthers) {
  Server server(Printed({"a 1", "a 2"}));
  ASSERT_TRUE(server.WaitForLine("a 2"));
  Cursor cursor = server.NewCursor();
  EXPECT_EQ(cursor.WaitForLine("a").text(), "a 1");
  Cursor later = server.NewCursor(cursor.Mark());
  EXPECT_EQ(later.WaitForLine("a", 0s).text(), "a 2");
  EXPECT_EQ(cursor.WaitForLine("a", 0s).text(), "a 2");
}

TEST(Cursor, StaysValidWhenTheServerIsMoved) {
  Server first(Printed({"a"}));
  Cursor cursor = first.NewCursor();
  const Server second(std::move(first));
  EXPECT_TRUE(cursor.WaitForLine("a", 0s));
  EXPECT_EQ(cursor.Mark(), second.Mark());
}

TEST(Cursor, ThatThreadsShareGivesNoLineTwice) {
  Server server({.command = {Program("print_much"), "200"}, .may_end = true});
  std::vector<std::future<std::vector<std::size_t>>> threads;
  for (int i = 0; i < 4; ++i) {
    threads.push_back(std::async(std::launch::async, [&server] {
      std::vector<std::size_t> numbers;
      while (const LineMatch match = server.WaitForLine("out ")) {
        numbers.push_back(match.line().number);
      }
      return numbers;
    }));
  }
  std::multiset<std::size_t> given;
  for (auto& thread : threads) {
    for (const std::size_t number : thread.get()) given.insert(number);
  }
  EXPECT_EQ(given.size(), 200U);
  EXPECT_EQ(std::set<std::size_t>(given.begin(), given.end()).size(), 200U);
}

TEST(Cursor, ThatThreadsShareServesEachWaitFromWhereItBegan) {
  internal::LineClaims claims(0);
  const internal::ClaimingWait first(claims);
  const internal::ClaimingWait second(claims);
  EXPECT_TRUE(claims.Take(std::vector<std::size_t>{7}, 7));
  EXPECT_FALSE(claims.Take(std::vector<std::size_t>{3, 7}, 7));
  EXPECT_TRUE(claims.Take(std::vector<std::size_t>{3}, 3));
  EXPECT_TRUE(claims.Taken(3));
  EXPECT_FALSE(claims.Taken(5));
  EXPECT_EQ(internal::ClaimingWait(claims).from(), 7U);
}

TEST(Cursor, OfEachThreadSeesAllLines) {
  Server server({.command = {Program("print_much"), "500"}, .may_end = true});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back(
        [cursor = server.NewCursor()]() mutable { EXPECT_TRUE(cursor.WaitForCount("out ", 500)); });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Cursor, IsOfNoUseInAForkedCopy) {
  Server server(Printed({}));
  Cursor cursor = server.NewCursor();
  const auto look = [&] {
    try {
      cursor.WaitForLine("up", 0s);
    } catch (const std::logic_error& error) {
      std::fputs(error.what(), stderr);
      std::_Exit(7);
    }
  };
  EXPECT_EXIT(look(), testing::ExitedWithCode(7), "here is a forked copy of it");
}

}  // namespace
}  // namespace tether
