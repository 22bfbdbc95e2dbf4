// Servers that become daemons: they are the server, whatever way they went.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "support/guardian.h"
#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::PlainProcess;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

ServerOptions Daemon(std::vector<std::string> arguments) {
  ServerOptions options = support::Child("become_daemon", std::move(arguments));
  options.daemonizes = true;
  return options;
}

// The pid behind a word in what a server printed.
pid_t PrintedPid(const Server& server, const std::string& word) {
  for (const std::string& line : support::Texts(server)) {
    if (line.starts_with(word + " ")) return std::stoi(line.substr(word.size()));
  }
  return -1;
}

bool BecomesTheDaemon(const Server& server) {
  const pid_t daemon = PrintedPid(server, "daemon");
  return support::Eventually([&] { return server.pid() == daemon; });
}

class AnyDaemon : public testing::TestWithParam<const char*> {};

TEST_P(AnyDaemon, IsTheServer) {
  Server server(Daemon({GetParam(), "3"}));
  EXPECT_TRUE(BecomesTheDaemon(server));
  EXPECT_TRUE(server.running());
  EXPECT_EQ(server.Stop(), ExitStatus::Exited{3});
  EXPECT_EQ(server.Lines().back().text, "daemon ends");
  EXPECT_THAT(support::TakeFindings(server), IsEmpty());
}

TEST_P(AnyDaemon, IsGoneAfterSigkill) {
  Server server(Daemon({GetParam()}));
  ASSERT_TRUE(BecomesTheDaemon(server));
  EXPECT_EQ(server.Stop({{SIGKILL}}), ExitStatus::Signaled{SIGKILL});
  EXPECT_TRUE(support::Gone(server.pid(), 0ms));
}

TEST_P(AnyDaemon, ThatEndsByItselfEndsTheServer) {
  Server server(Daemon({GetParam(), "5"}));
  ASSERT_TRUE(BecomesTheDaemon(server));
  ::kill(server.pid(), SIGTERM);
  EXPECT_EQ(server.WaitForExit(), ExitStatus::Exited{5});
}

TEST_P(AnyDaemon, GetsTheStepsOfAStopAlone) {
  Server server(Daemon({GetParam()}));
  ASSERT_TRUE(BecomesTheDaemon(server));
  const StopStep gentle{.signal = SIGTERM, .grace = 10s, .leader_only = true};
  EXPECT_EQ(server.Stop({gentle, {SIGKILL}}), ExitStatus::Exited{0});
  EXPECT_THAT(support::TakeFindings(server), IsEmpty());
}

TEST_P(AnyDaemon, DoesNotOutliveAKilledTest) {
  PlainProcess host({Program("host"), "wait", "daemon", Program("become_daemon"), GetParam(), "0"});
  const std::string lines = host.ReadUntil("ready");
  const auto at = lines.find("daemon ");
  ASSERT_NE(at, std::string::npos) << lines;
  const pid_t daemon = std::stoi(lines.substr(at + 7));
  ::kill(host.pid(), SIGKILL);
  EXPECT_TRUE(support::Gone(daemon));
}

TEST_P(AnyDaemon, DoesNotOutliveItsKeeper) {
  Server server(Daemon({GetParam()}));
  ASSERT_TRUE(BecomesTheDaemon(server));
  const pid_t daemon = server.pid();
  ::kill(support::KeeperOf(server), SIGKILL);
  EXPECT_FALSE(server.Stop().code().has_value());
  EXPECT_TRUE(support::Gone(daemon, 0ms));
  EXPECT_THAT(support::TakeFindings(server), ElementsAre(Finding::Kind::kLost));
}

INSTANTIATE_TEST_SUITE_P(Ways, AnyDaemon,
                         testing::Values("foreground", "fork", "session", "hasty", "patient",
                                         "threefold"),
                         [](const auto& test) { return std::string(test.param); });

TEST(Daemon, ThatIsStoppedOnItsWayIsNotLeftBehind) {
  ServerOptions options = Daemon({"listen"});
  options.ready = ready::Listening();
  Server server(options);
  server.Stop();
  EXPECT_THAT(support::TakeFindings(server), IsEmpty());
}

TEST(Daemon, ThatLeavesAProcessOutsideOfItsSessionIsToldApart) {
  Server server(Daemon({"hasty", "0", "leave"}));
  ASSERT_TRUE(BecomesTheDaemon(server));
  const pid_t left = PrintedPid(server, "left");
  EXPECT_EQ(server.Stop(), ExitStatus::Exited{0});
  const auto findings = server.TakeFindings();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings.front().kind, Finding::Kind::kLeftProcesses);
  EXPECT_THAT(findings.front().text, HasSubstr("pid " + std::to_string(left)));
  EXPECT_TRUE(support::Gone(left, 0ms));
}

TEST(Daemon, ThatEndsAtOnceEndsTheStartWithItsStatus) {
  try {
    const Server server(Daemon({"stillborn", "9"}));
    FAIL() << "it got ready";
  } catch (const StartError& error) {
    EXPECT_THAT(error.what(), HasSubstr("ended before it was ready"));
    EXPECT_THAT(error.what(), HasSubstr("exited with code 9"));
  }
}

TEST(Daemon, WhoseFirstProcessFailsHasFailed) {
  ServerOptions options = Daemon({"fail", "7"});
  options.ready = ready::Line("never");
  try {
    const Server server(options);
    FAIL() << "it got ready";
  } catch (const StartError& error) {
    EXPECT_THAT(error.what(), HasSubstr("exited with code 7"));
  }
}

TEST(Daemon, IsLeftBehindWhereNoneWasExpected) {
  ServerOptions options = Daemon({"hasty"});
  options.daemonizes = false;
  options.ready = ready::Line("never");
  EXPECT_THROW(Server{options}, StartError);
}

}  // namespace
}  // namespace tether
