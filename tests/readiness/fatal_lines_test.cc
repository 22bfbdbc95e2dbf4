// Lines that end all waiting for a server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <future>
#include <stdexcept>

#include "output/printed.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::Child;
using support::ErrorOf;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

ServerOptions Fatal(std::vector<Pattern> patterns, ServerOptions options) {
  options.fatal = std::move(patterns);
  options.may_print_fatal = true;
  options.may_end = true;
  return options;
}

// Prints these lines at once, and is to say "ready".
ServerOptions Printing(std::vector<std::string> lines) {
  lines.insert(lines.begin(), Program("ready_and_wait"));
  return {.command = std::move(lines), .ready = ready::Line("ready"), .start_timeout = 600s};
}

// A server that has printed "ready" and a line that is fatal.
Server Doomed(ServerOptions options = Child("say_on_signal", {"panic: on fire", "more", "end"})) {
  Server server(Fatal({"panic"}, std::move(options)));
  ::kill(server.pid(), SIGUSR1);
  EXPECT_TRUE(server.NewCursor().WaitForLine("panic"));
  return server;
}

TEST(FatalLine, EndsTheWaitForReadinessAtOnce) {
  EXPECT_THAT(ErrorOf([] {
                Server(Fatal({"panic", Regex("^FATAL")}, Printing({"up", "FATAL: disk"})));
              }),
              ContainsRegex("^server \"ready_and_wait\" printed a fatal line before it was ready\n"
                            "  awaited:  a line with \"ready\", for .*\n"
                            "  command:  .*\n"
                            "  state:    running, pid [0-9]+, [a-z ]+\n"
                            "  fatal:    line 2 has /\\^FATAL/:\n"
                            "    +[0-9.]+ out\\| FATAL: disk\n"
                            "  output:   2 lines\n"));
}

TEST(FatalLine, EndsTheWaitForAnotherProbe) {
  ServerOptions options = Printing({"panic"});
  options.ready = ready::Listening();
  EXPECT_THAT(ErrorOf([&] { Server(Fatal({"panic"}, options)); }),
              HasSubstr("printed a fatal line before it was ready"));
}

TEST(FatalLine, IsNamedThoughTheServerHasEnded) {
  for (int round = 0; round < 50; ++round) {
    ServerOptions options = Child("exit_with", {"3", "panic: no disk"});
    EXPECT_THAT(ErrorOf([&] { Server(Fatal({"panic"}, options)); }),
                HasSubstr("server \"exit_with\" printed a fatal line before it was ready"));
  }
}

TEST(FatalLine, DoesNotCountWhereTheReadyLineIsThereToo) {
  EXPECT_NO_THROW(Server(Fatal({"panic"}, Printing({"ready", "panic"}))));
  EXPECT_NO_THROW(Server(Fatal({"panic"}, Printing({"panic", "ready"}))));
  EXPECT_NO_THROW(Server(Fatal({"ready"}, Printing({"ready"}))));
}

TEST(FatalLine, IsTheFirstOfAllPatterns) {
  EXPECT_THAT(ErrorOf([] {
                Server(Fatal({"three", "two", "one"}, Printing({"zero", "one", "two", "three"})));
              }),
              HasSubstr("  fatal:    line 2 has \"one\":\n"));
}

TEST(FatalLine, EndsAWaitAtOnce) {
  Server server(Fatal({Regex("PANIC", Regex::kIgnoreCase)},
                      Child("say_on_signal", {"one", "2>panic: on fire", "end"})));
  auto wait = std::async(std::launch::async, [&] { return server.WaitForLine("never", 600s); });
  ::kill(server.pid(), SIGUSR1);
  ASSERT_TRUE(server.NewCursor().WaitForLine("one"));
  ::kill(server.pid(), SIGUSR1);
  EXPECT_THAT(wait.get().explanation(),
              ContainsRegex("^no line with \"never\" from server \"say_on_signal\": "
                            "a fatal line has come \\(after .* of waiting\\)\n"
                            "  line 3 has /PANIC/i:\n"
                            "    +[0-9.]+ err\\| panic: on fire\n"
                            "  state: running, "));
}

TEST(FatalLine, EndsTheWaitsOfAllThreads) {
  Server server(Fatal({"panic"}, Child("say_on_signal", {"panic", "end"})));
  std::vector<std::future<LineMatch>> waits;
  for (int i = 0; i < 4; ++i) {
    waits.push_back(std::async(std::launch::async,
                               [&] { return server.NewCursor().WaitForLine("never", 600s); }));
  }
  ::kill(server.pid(), SIGUSR1);
  for (auto& wait : waits)
    EXPECT_THAT(wait.get().explanation(), HasSubstr("a fatal line has come"));
}

TEST(FatalLine, EndsEveryLaterWaitThatIsNotMetByWhatIsThere) {
  Server server = Doomed();
  const char* const reason = "a fatal line has come";
  EXPECT_THAT(server.WaitForLine("never", 600s).explanation(), HasSubstr(reason));
  EXPECT_THAT(server.WaitForLine("never", {.since = server.Mark(), .timeout = 600s}).explanation(),
              HasSubstr(reason));
  EXPECT_THAT(server.WaitForLines({"ready", "never"}, 600s).explanation(),
              AllOf(HasSubstr(reason), HasSubstr("  1. \"ready\": line 1\n")));
  EXPECT_THAT(server.WaitForCount("ready", 2, 600s).explanation(), HasSubstr(reason));
  EXPECT_THAT(
      server.ExpectNoLine("x", {.since = server.MarkAtStart(), .until = "never", .timeout = 600s})
          .explanation(),
      HasSubstr(std::string(reason) + " (after "));
}

TEST(FatalLine, DoesNotHideWhatIsThere) {
  Server server = Doomed(Child("say_on_signal", {"panic", "more"}));
  EXPECT_TRUE(server.WaitForLines({"ready", "panic"}, 0s));
  ::kill(server.pid(), SIGUSR1);
  ASSERT_EQ(server.WaitForExit(), ExitStatus::Exited{0});
  EXPECT_TRUE(server.WaitForLine("more", 0s));
}

TEST(FatalLine, DoesNotEndTheWatchForATime) {
  const Server server = Doomed();
  EXPECT_TRUE(server.ExpectNoLine("never", {.since = server.MarkAtStart(), .lasting = 1ms}));
}

TEST(FatalLine, DoesNotEndTheWaitForTheEnd) {
  Server server(Fatal({"fatal"}, Child("die_on_request")));
  ::kill(server.pid(), SIGUSR1);
  ASSERT_TRUE(server.WaitForLine("fatal"));
  EXPECT_EQ(server.WaitForExit(), ExitStatus::Signaled{SIGABRT});
  EXPECT_THAT(server.WaitForLine("never").explanation(),
              AllOf(HasSubstr("a fatal line has come"), HasSubstr("state: killed by SIGABRT")));
}

TEST(FatalLine, IsInTheReport) {
  EXPECT_THAT(Doomed().Report(), ContainsRegex("\n  fatal:    line 2 has \"panic\":\n"
                                               "    +[0-9.]+ out\\| panic: on fire\n"));
  EXPECT_THAT(Server(Fatal({"panic"}, Child("ready_and_wait"))).Report(), Not(HasSubstr("fatal:")));
}

TEST(FatalLine, NeedsItsNewline) {
  Server server(Fatal({"password"}, {.command = {Program("prompt")}}));
  ASSERT_TRUE(server.WaitForLine("password", {.partial = true}));
  EXPECT_THAT(server.WaitForLine("never", 0s).explanation(), Not(HasSubstr("fatal")));
}

TEST(FatalLine, MayBeWhatAPredicateOrAMatcherSays) {
  const Pattern predicate = [](std::string_view line) { return line.ends_with("fire"); };
  for (const Pattern& pattern : {predicate, Pattern(testing::StartsWith("panic: "))}) {
    EXPECT_THAT(ErrorOf([&] { Server(Fatal({pattern}, Printing({"panic: on fire"}))); }),
                HasSubstr("printed a fatal line before it was ready"));
  }
}

TEST(FatalLine, IsLookedForOnceInEachLine) {
  std::atomic<int> calls{0};
  const Pattern counted = [&](const LineView&) { return ++calls < 0; };
  Server server(Fatal({counted}, Child("say_on_signal", {"one", "two"})));
  ::kill(server.pid(), SIGUSR1);
  ASSERT_TRUE(server.WaitForLine("one"));
  EXPECT_FALSE(server.WaitForLine("never", 1ms));
  EXPECT_FALSE(server.NewCursor().WaitForLine("never", 1ms));
  EXPECT_EQ(calls, 2);
}

TEST(FatalLine, OfAPredicateThatThrowsIsToldByTheWaits) {
  const Pattern thrower = [](std::string_view line) -> bool {
    return line == "boom" ? throw std::runtime_error("it broke") : false;
  };
  EXPECT_THAT(
      ErrorOf([&] { Server(Fatal({thrower}, Printing({"boom"}))); }),
      AllOf(HasSubstr("could not be waited for\n  problem:  it broke"), Not(HasSubstr("fatal:"))));
  Server server(Fatal({thrower}, Child("say_on_signal", {"boom", "end"})));
  ::kill(server.pid(), SIGUSR1);
  EXPECT_THROW((void)server.WaitForLine("never", 600s), std::runtime_error);
  EXPECT_THAT(server.Report(), HasSubstr("boom"));
}

TEST(FatalLine, OfAWrongPatternIsRefused) {
  EXPECT_THAT(ErrorOf([] {
                Server(Fatal({"right", Regex("(")}, Printing({"ready"})));
              }),
              HasSubstr("problem:  fatal: "));
}

}  // namespace
}  // namespace tether
