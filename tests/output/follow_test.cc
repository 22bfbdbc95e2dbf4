// Lines that are told as they come, and lines on the terminal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::Child;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Follow, TellsEachLineInOrderAndAllOfThemBeforeStopReturns) {
  std::vector<std::size_t> numbers;  // only touched by one thread at a time: see below
  Server server({.command = {Program("print_much"), "20000"}});
  const Following following = server.Follow(
      [&](const Line& line) { numbers.push_back(line.number); }, server.MarkAtStart());
  server.WaitForExit();
  server.Stop();
  ASSERT_EQ(numbers.size(), server.Lines().size());
  for (std::size_t i = 0; i < numbers.size(); ++i) ASSERT_EQ(numbers[i], i + 1);
}

TEST(Follow, BeginsWithWhatIsNew) {
  std::vector<std::string> texts;
  Server server(Child("save_on_term"));
  const Following following = server.Follow([&](const Line& line) { texts.push_back(line.text); });
  server.Stop();
  ASSERT_THAT(texts, SizeIs(1001));
  EXPECT_EQ(texts.back(), "saved");
}

TEST(Follow, CallsOnOneThreadThatIsNoneOfTheTest) {
  std::mutex mutex;
  std::map<std::thread::id, int> calls;
  auto count = [&](const Line&) {
    const std::lock_guard lock(mutex);
    ++calls[std::this_thread::get_id()];
  };
  Server one(Child("save_on_term"));
  Server another(Child("save_on_term"));
  const Following first = one.Follow(count, one.MarkAtStart());
  const Following second = another.Follow(count, another.MarkAtStart());
  one.Stop();
  another.Stop();
  ASSERT_THAT(calls, SizeIs(1));
  EXPECT_NE(calls.begin()->first, std::this_thread::get_id());
  EXPECT_EQ(calls.begin()->second, 2 * 1002);
}

TEST(Follow, EndsWithWhatItReturned) {
  std::atomic<int> calls{0};
  Server server(Child("save_on_term"));
  {
    const Following following = server.Follow([&](const Line&) { ++calls; });
  }
  server.Stop();
  EXPECT_EQ(calls, 0);
}

TEST(Follow, CanEndItselfAndAskTheServer) {
  Server server(Child("save_on_term"));
  std::atomic<std::size_t> seen{0};
  std::optional<Following> following;
  following.emplace(server.Follow([&](const Line& line) {
    seen = server.Lines().size();
    if (line.text.find("part 10 ") != std::string::npos) following->End();
  }));
  server.Stop();
  EXPECT_GE(seen, 11U);
}

TEST(Follow, CanStopTheServer) {
  Server server(Child("ready_and_wait", {"ready", "stop"}));
  std::atomic<bool> stopped{false};
  const Following following = server.Follow(
      [&](const Line& line) {
        if (line.text != "stop") return;
        server.Stop();
        stopped = true;
      },
      server.MarkAtStart());
  EXPECT_TRUE(server.WaitForExit());
  EXPECT_TRUE(support::Eventually([&] { return stopped.load(); }));
}

TEST(Follow, ThatThrowsIsAFindingAndToldNothingMore) {
  Server server(Child("save_on_term"));
  std::atomic<int> calls{0};
  const Following following = server.Follow([&](const Line&) {
    ++calls;
    throw std::runtime_error("no more of that");
  });
  server.Stop();
  EXPECT_EQ(calls, 1);
  const auto findings = server.TakeFindings();
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings.front().kind, Finding::Kind::kFollowerThrew);
  EXPECT_THAT(findings.front().text,
              HasSubstr("\"save_on_term\" is told nothing more, as it threw: "
                        "no more of that"));
}

TEST(Follow, ThatThrowsAnythingElseIsAFindingToo) {
  Server server(Child("save_on_term"));
  const Following following = server.Follow([](const Line&) { throw 7; });
  server.Stop();
  const auto findings = server.TakeFindings();
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_THAT(findings.front().text, HasSubstr("as it threw: something that is no std::exception"));
}

TEST(Follow, TellsAllToOneThatBeganWhileAnotherWasTold) {
  Server server(Child("save_on_term"));
  std::vector<std::size_t> numbers;
  std::atomic<bool> first_called{false};
  std::atomic<bool> second_added{false};
  const Following first = server.Follow(
      [&](const Line&) {
        first_called = true;
        support::Eventually([&] { return second_added.load(); });
      },
      server.MarkAtStart());
  ASSERT_TRUE(support::Eventually([&] { return first_called.load(); }));
  const Following second = server.Follow([&](const Line& line) { numbers.push_back(line.number); },
                                         server.MarkAtStart());
  second_added = true;
  server.Stop();
  EXPECT_EQ(numbers.size(), server.Lines().size());
}

TEST(Follow, CanBeEndedInAForkedCopyWhileTheCallbackRuns) {
  Server server(Child("ready_and_wait"));
  std::atomic<bool> called{false};
  std::atomic<bool> go_on{false};
  Following following = server.Follow(
      [&](const Line&) {
        called = true;
        support::Eventually([&] { return go_on.load(); });
      },
      server.MarkAtStart());
  ASSERT_TRUE(support::Eventually([&] { return called.load(); }));
  const pid_t copy = ::fork();
  if (copy == 0) {
    ::alarm(5);
    following.End();
    ::_exit(0);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(copy, &status, 0), copy);
  EXPECT_EQ(status, 0);
  go_on = true;
}

TEST(Follow, RefusesAnEmptyCallback) {
  Server server(Child("ready_and_wait"));
  EXPECT_THROW(static_cast<void>(server.Follow(nullptr)), Error);
}

// What a suite prints to its standard error when it runs with TETHER_ECHO.
std::vector<std::string> Echoed(const std::string& filter, const std::string& echo,
                                Output output = Output::kPipes) {
  Server suite({.command = {Program("logging_suite"), "--gtest_filter=" + filter},
                .environment = {{"TETHER_ECHO", echo}, {"GTEST_COLOR", "no"}},
                .output = output,
                .may_leave_processes = true});
  EXPECT_EQ(suite.WaitForExit(std::chrono::seconds(60)), ExitStatus::Exited{0});
  suite.Stop();
  std::vector<std::string> texts;
  for (const Line& line : suite.Lines()) {
    if (line.text.find("| ") != std::string::npos) texts.push_back(line.text);
  }
  return texts;
}

TEST(Echo, ShowsEachLineWithServerAndStream) {
  EXPECT_THAT(Echoed("Bare.Prints", "1"),
              ElementsAre("ready_and_wait out| ready", "ready_and_wait out| second"));
}

TEST(Echo, IsNotThereUnlessAskedFor) {
  EXPECT_THAT(Echoed("Bare.Prints", ""), IsEmpty());
  EXPECT_THAT(Echoed("Bare.Prints", "0"), IsEmpty());
}

TEST(Echo, HasColoursOnATerminal) {
  EXPECT_THAT(Echoed("Bare.Prints", "1", Output::kTerminal),
              testing::Each(testing::MatchesRegex("\x1b\\[3[1-6]mready_and_wait out\\| \x1b\\[0m"
                                                  "(ready|second)")));
}

TEST(Echo, OfSeveralServersNeverMixesWithinALine) {
  const auto lines = Echoed("Bare.SeveralPrintMuch", "1");
  ASSERT_THAT(lines, SizeIs(4 * 2001));
  for (const std::string& line : lines) {
    ASSERT_THAT(line, testing::MatchesRegex("print_much (out|err)\\| ((out|err) [0-9]+|the end)"));
  }
}

}  // namespace
}  // namespace tether
