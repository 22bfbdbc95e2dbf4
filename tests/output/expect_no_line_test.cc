// Watching for lines that must not come.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <future>

#include "output/printed.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::Child;
using support::Printed;
using support::PrintedToBoth;
using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using namespace std::chrono_literals;

TEST(ExpectNoLine, IsTrueWhenNoneComesForSomeTime) {
  Server server(Printed({"ERROR before"}));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(server.ExpectNoLine("ERROR", {.since = server.Mark(), .lasting = 20ms}));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 20ms);
}

TEST(ExpectNoLine, IsFalseAtOnceWhenOneCame) {
  Server server(Printed({"ERROR 1", "ERROR 2"}));
  const Absence absence =
      server.ExpectNoLine("ERROR", {.since = server.MarkAtStart(), .lasting = 60s});
  ASSERT_TRUE(absence.line());
  EXPECT_EQ(absence.line()->text, "ERROR 1");
  EXPECT_THAT(
      absence.explanation(),
      AllOf(MatchesRegex("a line with \"ERROR\" from server \"ready_and_wait\" came, as line "
                         "2; none was to come since the mark, nor for [0-9.]+ s more:\n"
                         "    +[0-9.]+ out\\| ERROR 1\n"
                         "  state: .*"),
            HasSubstr("  3 lines came since the mark:\n")));
}

TEST(ExpectNoLine, IsFalseAtOnceWhenOneComes) {
  Server server(Child("say_on_signal", {"ERROR", "end"}));
  const Mark mark = server.Mark();
  auto watch = std::async(std::launch::async, [&] {
    return server.ExpectNoLine("ERROR", {.since = mark, .lasting = 60s});
  });
  ::kill(server.pid(), SIGUSR1);
  EXPECT_FALSE(watch.get());
}

TEST(ExpectNoLine, LooksAtOneStreamOnly) {
  Server server(PrintedToBoth({"ERROR", "end"}));
  const Mark start = server.MarkAtStart();
  EXPECT_TRUE(
      server.ExpectNoLine("ERROR", {.stream = Stream::kErr, .since = start, .lasting = 0s}));
  EXPECT_FALSE(
      server.ExpectNoLine("ERROR", {.stream = Stream::kOut, .since = start, .lasting = 0s}));
}

TEST(ExpectNoLine, IsTrueWhenTheServerEndsAsNothingCanComeThen) {
  Server server(support::Ending(Child("die_on_request")));
  const Mark mark = server.Mark();
  ::kill(server.pid(), SIGUSR1);
  EXPECT_TRUE(server.ExpectNoLine("ERROR", {.since = mark, .lasting = 60s}));
  EXPECT_FALSE(server.ExpectNoLine("fatal", {.since = mark, .lasting = 60s}));
}

TEST(ExpectNoLine, DoesNotLookBehindTheLineThatEndsIt) {
  Server server(Printed({"saved", "ERROR"}));
  const Mark start = server.MarkAtStart();
  EXPECT_TRUE(server.ExpectNoLine("ERROR", {.since = start, .until = "saved"}));
  const Absence absence = server.ExpectNoLine("saved", {.since = start, .until = "ERROR"});
  EXPECT_THAT(absence.explanation(),
              HasSubstr("as line 2; none was to come since the mark, until one with \"ERROR\":\n"));
  EXPECT_FALSE(server.ExpectNoLine("ERROR", {.since = start, .until = "ERROR"}));
}

TEST(ExpectNoLine, IsFalseWhenTheLineThatEndsItNeverComes) {
  Server server(support::Ending(Child("die_on_request")));
  const Mark mark = server.Mark();
  EXPECT_THAT(
      server.ExpectNoLine("ERROR", {.since = mark, .until = "saved", .timeout = 0s}).explanation(),
      AllOf(HasSubstr("no line with \"saved\" from server \"die_on_request\": after "),
            HasSubstr("\n  (until then none with \"ERROR\" was to come, and none came)\n")));
  ::kill(server.pid(), SIGUSR1);
  const Absence absence =
      server.ExpectNoLine("ERROR", {.since = mark, .until = "saved", .timeout = 60s});
  EXPECT_FALSE(absence.line());
  EXPECT_THAT(absence.explanation(),
              HasSubstr("server \"die_on_request\": the server ended (after "));
}

}  // namespace
}  // namespace tether
