// Signals to a server together with what it forked, and real-time signals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::Child;
using testing::AllOf;
using testing::HasSubstr;

std::string Got(const char* who, int signal) {
  return std::string(who) + " got " + std::to_string(signal);
}

LinesMatch ServerAndWorkerGet(Server& server, int signal) {
  return server.WaitForLines({Got("server", signal), Got("worker", signal)}, {.any_order = true});
}

TEST(SignalGroup, ReachesTheServerAndItsWorkersByNumberAndByName) {
  Server server(Child("tell_signals"));
  server.SignalGroup(SIGUSR1);
  EXPECT_TRUE(ServerAndWorkerGet(server, SIGUSR1));
  server.SignalGroup("HUP");
  EXPECT_TRUE(ServerAndWorkerGet(server, SIGHUP));
}

TEST(SignalGroup, IsNotForAProcessThatHasAGroupOfItsOwn) {
  Server server(Child("tell_signals"));
  const LineMatch loner =
      server.WaitForLine(Regex(R"(loner (?<pid>\d+))"), {.since = server.MarkAtStart()});
  ASSERT_TRUE(loner);
  server.SignalGroup(SIGUSR1);
  EXPECT_TRUE(ServerAndWorkerGet(server, SIGUSR1));
  // Of two signals that wait it would be given the one with the lower number first.
  static_assert(SIGUSR1 < SIGUSR2);
  ::kill(loner.As<pid_t>("pid"), SIGUSR2);
  EXPECT_TRUE(server.ExpectNoLine(Got("loner", SIGUSR1),
                                  {.since = server.MarkAtStart(), .until = Got("loner", SIGUSR2)}));
}

TEST(SignalGroup, OfRealTimeSignalsIsByNameToo) {
  Server server(Child("tell_signals"));
  server.SignalGroup("RTMIN+3");
  EXPECT_TRUE(ServerAndWorkerGet(server, SIGRTMIN + 3));
  server.SignalGroup("SIGRTMAX");
  EXPECT_TRUE(ServerAndWorkerGet(server, SIGRTMAX));
}

// Real-time signals queue up, each is delivered, the lowest number first.
TEST(Signal, OfRealTimeIsDeliveredAsOftenAsItWasSentAndByNumber) {
  Server server(Child("tell_signals"));
  server.Pause();
  for (int i = 0; i < 3; ++i) server.Signal("RTMIN+2");
  server.Signal("SIGRTMIN+1");
  server.Resume();
  const auto lines = server.WaitForCount("server got", 4);
  ASSERT_TRUE(lines);
  EXPECT_EQ(lines[0].text(), Got("server", SIGRTMIN + 1));
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(lines[i].text(), Got("server", SIGRTMIN + 2));
}

TEST(SignalGroup, ReachesTheGroupOfADaemon) {
  ServerOptions options = Child("become_daemon", {"patient"});
  options.daemonizes = true;
  Server server(options);
  const auto daemon = server.WaitForLine(Regex(R"(daemon (?<pid>\d+))")).As<pid_t>("pid");
  ASSERT_TRUE(support::Eventually([&] { return server.pid() == daemon; }));
  server.SignalGroup("KILL");
  EXPECT_TRUE(server.ExpectExit(ExitStatus::Signaled{SIGKILL}));
  EXPECT_THAT([&] { server.SignalGroup("HUP"); },
              testing::ThrowsMessage<Error>(HasSubstr("killed by SIGKILL (9)")));
}

// run_below would end at SIGINT, and leave the server alone.
TEST(SignalGroup, SparesTheToolThatRunsTheServer) {
  ServerOptions options = Child("tell_signals");
  ::setenv("TETHER_WRAP", Program("run_below").c_str(), 1);
  Server server(options);
  ::unsetenv("TETHER_WRAP");
  server.SignalGroup("INT");
  EXPECT_TRUE(ServerAndWorkerGet(server, SIGINT));
  EXPECT_TRUE(server.running());
}

TEST(SignalGroup, OfAnUnknownSignalIsAnErrorThatListsTheKnownOnes) {
  Server server(Child("tell_signals"));
  EXPECT_THAT([&] { server.SignalGroup("HUPP"); },
              testing::ThrowsMessage<Error>(
                  AllOf(HasSubstr("cannot send \"HUPP\" to the group of server \"tell_signals\": "
                                  "there is no signal of that name; known, with or without SIG, "
                                  "are SIGABRT, "),
                        HasSubstr("SIGHUP, "), HasSubstr("SIGRTMIN to SIGRTMIN+"))));
  for (const int number : {-1, 0, SIGRTMAX + 1}) {
    EXPECT_THAT([&] { server.SignalGroup(number); },
                testing::ThrowsMessage<Error>(HasSubstr("signals have the numbers 1 to ")));
  }
  EXPECT_THROW(server.SignalGroup("RTMIN+99"), Error);
}

TEST(SignalGroup, OfAServerThatHasEndedIsAnErrorThatSaysHow) {
  Server server(Child("die_on_request"));
  server.Signal(SIGUSR1);
  EXPECT_TRUE(server.ExpectExit(ExitStatus::Signaled{SIGABRT}));
  EXPECT_THAT(
      [&] { server.SignalGroup("HUP"); },
      testing::ThrowsMessage<Error>(HasSubstr(
          "cannot send SIGHUP to the group of server \"die_on_request\": killed by SIGABRT")));
}

}  // namespace
}  // namespace tether
