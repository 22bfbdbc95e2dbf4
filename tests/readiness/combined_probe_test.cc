// Probes made of others, counted lines, and predicates.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

#include "readiness/not_ready.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::ErrorOfStart;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

ServerOptions Shell(const std::string& script, Probe ready) {
  return {.command = {"sh", "-c", script}, .ready = std::move(ready), .may_end = true};
}

TEST(ReadyLines, CountsTheLines) {
  const Server server(Shell("for i in 1 2 3 4; do echo worker $i is up; done; exec sleep 60",
                            ready::Lines(Regex("worker (?<port>\\d) is up"), 3)));
  EXPECT_EQ(server.port(), 3);  // of the last of them
}

TEST(ReadyLines, TellsHowManyHaveCome) {
  const auto options = Shell("echo up; echo up; exit 3", ready::Lines("up", 3));
  EXPECT_THAT(ErrorOfStart(options), AllOf(HasSubstr("awaited:  3 lines with \"up\", for "),
                                           HasSubstr("met:      2 such lines have come")));
}

TEST(ReadyLines, OfWhichNoneIsWantedAreThereAtOnce) {
  const Server server(Shell("exec sleep 60", ready::Lines("never", 0)));
  EXPECT_TRUE(server.running());
}

TEST(ReadyAllOf, IsMetByItsPartsInWhicheverOrder) {
  const Server server(Shell("echo two; echo one; exec sleep 60",
                            ready::AllOf(ready::Line("one"), ready::Line("two"))));
  EXPECT_EQ(server.Lines().size(), 2U);
}

TEST(ReadyAllOf, TellsWhichOfItsPartsIsNotMet) {
  const auto options =
      Shell("echo one; exit 3",
            ready::AllOf(ready::Line("one"), ready::AllOf(ready::Line("two"), ready::Listening())));
  EXPECT_THAT(
      ErrorOfStart(options),
      AllOf(HasSubstr("awaited:  all of (a line with \"one\", all of (a line with \"two\", "
                      "a listening TCP port)), for "),
            ContainsRegex("  met:      a line with \"one\": met after [0-9.]+ m?s\n"
                          "            a line with \"two\": not met\n"
                          "            a listening TCP port: not met; it listens on no TCP port\n"
                          "  command:")));
}

TEST(ReadyAllOf, KeepsTheValuesOfAllParts) {
  const Server server({.command = {Program("warm_up"), "0", "/"},
                       .ready = ready::AllOf(ready::Line(Regex("port (?<admin>\\d+)")),
                                             ready::Listening("admin"))});
  EXPECT_EQ("port " + std::to_string(server.port()), server.Lines().front().text);
}

TEST(ReadyAnyOf, IsMetByOneOfItsParts) {
  const Server server(
      Shell("echo two; exec sleep 60", ready::AnyOf(ready::Line("one"), ready::Line("two"))));
  EXPECT_TRUE(server.running());
}

TEST(ReadyAnyOf, FailsOnlyWhenAllPartsHaveFailed) {
  const Server server(
      Shell("sleep 0.2; echo ready; exec sleep 60",
            ready::AnyOf(ready::Line("never").Within(1ms), ready::Line("ready").Within(20s))));
  EXPECT_TRUE(server.running());
  EXPECT_THAT(ErrorOfStart(Shell("exec sleep 60", ready::AnyOf(ready::Line("never").Within(1ms),
                                                               ready::Line("too").Within(2ms)))),
              HasSubstr("a line with \"too\" within 2 ms: not met; its 2 ms are over"));
}

TEST(ReadyWithin, FailsTheStartWhenItsTimeIsOver) {
  EXPECT_THAT(
      ErrorOfStart(Shell("echo one; exec sleep 60",
                         ready::AllOf(ready::Line("one"), ready::Listening().Within(50ms)))),
      AllOf(HasSubstr("server \"sh\" did not get ready\n"),
            HasSubstr("a listening TCP port within 50 ms: not met; its 50 ms are over; it "
                      "listens on no TCP port\n")));
}

TEST(ReadyWithin, SaysThatTheTimeOfSeveralPartsIsOver) {
  EXPECT_THAT(
      ErrorOfStart(Shell("exec sleep 60",
                         ready::AllOf(ready::Line("one"), ready::Line("two")).Within(50ms))),
      AllOf(HasSubstr("a line with \"one\": not met"), HasSubstr("a line with \"two\": not met"),
            HasSubstr("all of this: its 50 ms are over\n")));
}

TEST(ReadyWithin, IsMetInTime) {
  const Server server(Shell("echo one; exec sleep 60", ready::Line("one").Within(20s)));
  EXPECT_TRUE(server.running());
}

TEST(Probes, ThatMakeNoSenseAreRefused) {
  EXPECT_THAT(ErrorOfStart(Shell("true", ready::AllOf(std::vector<Probe>()))),
              HasSubstr("ready: \"all of\" was given no probe"));
  EXPECT_THAT(
      ErrorOfStart(Shell("true", ready::AnyOf(ready::Line("one"), ready::Listening(65536)))),
      HasSubstr("ready: 65536 is no port: a port is a number from 1 to 65535"));
  EXPECT_THAT(ErrorOfStart(Shell("true", ready::Line("one").Within(-1ms))),
              HasSubstr("the time of Within() is negative"));
  EXPECT_THAT(
      ErrorOfStart(Shell("true", ready::When(std::function<bool(const StartingServer&)>(), "x"))),
      HasSubstr("ready::When was given an empty function for \"x\""));
}

TEST(ReadyWhen, AsksUntilThePredicateSaysYes) {
  int calls = 0;
  const Server server(Shell("exec sleep 60", ready::When([&] { return ++calls == 5; }, "five")));
  EXPECT_EQ(calls, 5);
}

// More than a pipe holds comes while the predicate is being asked.
TEST(ReadyWhen, DoesNotKeepTheServerFromPrinting) {
  const std::filesystem::path file =
      testing::TempDir() + "tether_ready_when_" + std::to_string(::getpid());
  const auto printed_all = [&] {
    while (!std::filesystem::exists(file)) std::this_thread::yield();
    return true;
  };
  Server server(
      Shell("i=0; while [ $i -lt 3000 ]; do echo \"$i is more than a pipe holds, in all\"; "
            "i=$((i + 1)); done; : > " +
                file.string() + "; exec sleep 60",
            ready::When(printed_all, "all printed")));
  std::filesystem::remove(file);
  EXPECT_TRUE(server.WaitForLine("2999 is"));
}

TEST(ReadyWhen, SeesTheServer) {
  const auto connects = [](const StartingServer& server) {
    return !server.processes().empty() && !server.Lines().empty() && server.port().has_value();
  };
  const Server server({.command = {Program("warm_up"), "0", "/"},
                       .ready = ready::When(connects, "a line and a port")});
  EXPECT_EQ("port " + std::to_string(server.port()), server.Lines().front().text);
}

TEST(ReadyWhen, TellsHowOftenItAsked) {
  ServerOptions options = Shell("exec sleep 60", ready::When([] { return false; }, "a miracle"));
  options.start_timeout = 1s;
  EXPECT_THAT(ErrorOfStart(options), AllOf(HasSubstr("awaited:  a miracle, for "),
                                           ContainsRegex("the predicate said no [0-9]+ times?")));
}

TEST(ReadyWhen, FailsTheStartByWhatItThrows) {
  const auto throws = []() -> bool { throw std::runtime_error("the database is not migrated"); };
  EXPECT_THAT(ErrorOfStart(Shell("exec sleep 60", ready::When(throws, "migrated"))),
              AllOf(HasSubstr("server \"sh\" could not be waited for"),
                    HasSubstr("problem:  the database is not migrated")));
}

TEST(ReadyWhen, EndsAtOnceWhenTheServerEnds) {
  ServerOptions options = Shell("exit 3", ready::When([] { return false; }, "never"));
  options.start_timeout = 600s;
  EXPECT_THAT(ErrorOfStart(options), HasSubstr("state:    exited with code 3"));
}

TEST(ReadyWhen, IsAskedOnceWhenThereIsNoTime) {
  int calls = 0;
  ServerOptions options =
      Shell("exec sleep 60", ready::When([&] { return ++calls > 1; }, "the second call"));
  options.start_timeout = 0ms;
  EXPECT_THAT(ErrorOfStart(options), Not(HasSubstr("problem:")));
  EXPECT_LE(calls, 1);
}

}  // namespace
}  // namespace tether
