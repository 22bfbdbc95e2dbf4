// Probes, and what is known of a server's port.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/servers.h"
#include "tether/inspect/listening_sockets.h"

namespace tether {
namespace {

using support::Child;
using testing::HasSubstr;
using namespace std::chrono_literals;

bool HasIpv6() {
  const int probe = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in6 loopback{};
  loopback.sin6_family = AF_INET6;
  loopback.sin6_addr = in6addr_loopback;
  const bool bound = ::bind(probe, reinterpret_cast<sockaddr*>(&loopback), sizeof loopback) == 0;
  ::close(probe);
  return bound;
}

TEST(ReadyLine, IsFoundOnStandardErrorToo) {
  const Server server(
      {.command = {"sh", "-c", "echo ready >&2; exec sleep 60"}, .ready = ready::Line("ready")});
  EXPECT_EQ(server.Lines().front().stream, Stream::kErr);
}

TEST(ReadyLine, GivesThePortByItsGroup) {
  const Server server({.command = {Program("ready_and_wait"), "on port 4711"},
                       .ready = ready::Line(Regex(R"(port (?<port>\d+))"))});
  EXPECT_EQ(server.port(), 4711);
  EXPECT_EQ(server.url(), "http://127.0.0.1:4711");
}

TEST(ReadyLine, WithAPortThatIsNoneIsAnErrorWhenThePortIsAskedFor) {
  const Server server({.command = {Program("ready_and_wait"), "on port 99999"},
                       .ready = ready::Line(Regex(R"(port (?<port>\d+))"))});
  try {
    server.port();
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("is \"99999\", which is no port number"));
  }
}

TEST(ReadyLine, CountsThoughTheServerEndsAtOnce) {
  for (int round = 0; round < 100; ++round) {
    Server server(Child("die_by", {"9"}));
    EXPECT_EQ(server.WaitForExit(), ExitStatus::Signaled{9});
  }
}

TEST(ReadyListening, FindsThePortThatTheServerChose) {
  const Server server({.command = {Program("listen_quietly")}, .ready = ready::Listening()});
  const auto sockets = internal::ListeningSocketsOf({server.pid()});
  ASSERT_EQ(sockets.size(), 1U);
  EXPECT_EQ(sockets.front().address, "127.0.0.1");
  EXPECT_EQ(server.port(), sockets.front().port);
}

TEST(ReadyListening, IsNotTakenInByTheListenerOfSomebodyElse) {
  const Server other({.command = {Program("listen_quietly")}, .ready = ready::Listening()});
  const Server server(
      {.command = {Program("listen_quietly"), "127.0.0.1", "100"}, .ready = ready::Listening()});
  EXPECT_NE(server.port(), other.port());
}

TEST(ReadyListening, SeesTheSocketOfAChildProcess) {
  const Server server({.command = {"sh", "-c", Program("listen_quietly") + " & wait"},
                       .ready = ready::Listening()});
  EXPECT_GT(server.port(), 0);
}

TEST(ReadyListening, WorksOnIpv6) {
  if (!HasIpv6()) GTEST_SKIP() << "this system has no IPv6 on its loopback interface";
  const Server server({.command = {Program("listen_quietly"), "::1"}, .ready = ready::Listening()});
  EXPECT_THAT(server.url(), testing::StartsWith("http://[::1]:"));
}

TEST(ReadyListening, ReachesAServerOfBothFamiliesByIpv4) {
  if (!HasIpv6()) GTEST_SKIP() << "this system has no IPv6 on its loopback interface";
  const Server server({.command = {Program("listen_quietly"), "::"}, .ready = ready::Listening()});
  EXPECT_THAT(server.url(), testing::StartsWith("http://127.0.0.1:"));
}

TEST(Port, IsFoundWithoutAnyProbe) {
  Server server({.command = {Program("warm_up"), "0", "/"}, .ready = ready::Line("port")});
  EXPECT_EQ("port " + std::to_string(server.port()), server.Lines().front().text);
}

TEST(Port, OfAServerThatHasNoneIsAnError) {
  const Server server(Child("ready_and_wait"));
  try {
    server.port();
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("server \"ready_and_wait\" listens on no TCP port"));
  }
}

TEST(ReadyHttp, WaitsForASuccess) {
  Server server({.command = {Program("warm_up"), "3", "/health"}, .ready = ready::Http("/health")});
  for (const char* answer : {"503", "503", "503", "200"}) {
    EXPECT_TRUE(server.WaitForLine(std::string("answered ") + answer));
  }
  EXPECT_EQ(server.Lines().size(), 5U);
}

TEST(ReadyHttp, EndsAtOnceWhenTheServerEnds) {
  EXPECT_THROW(Server({.command = {Program("exit_with"), "1"},
                       .ready = ready::Http("/"),
                       .start_timeout = 600s}),
               StartError);
}

TEST(ReadyListening, EndsAtOnceWhenTheServerEnds) {
  EXPECT_THROW(Server({.command = {Program("exit_with"), "1"},
                       .ready = ready::Listening(),
                       .start_timeout = 600s}),
               StartError);
}

TEST(ReadyLine, EndsAtOnceWhenTheServerEndsThoughADaemonHoldsItsOutput) {
  EXPECT_THROW(Server({.command = {Program("leave_daemon"), "exit"},
                       .ready = ready::Line("never"),
                       .start_timeout = 600s}),
               StartError);
}

TEST(ListeningSockets, AreWrittenAsUrlsWantThem) {
  EXPECT_EQ(internal::EndpointText({"127.0.0.1", 80, false}), "127.0.0.1:80");
  EXPECT_EQ(internal::EndpointText({"::1", 80, true}), "[::1]:80");
  EXPECT_EQ(internal::HostToAsk({"0.0.0.0", 80, false}), "127.0.0.1");
  EXPECT_EQ(internal::HostToAsk({"::", 80, true}), "127.0.0.1");
  EXPECT_EQ(internal::HostToAsk({"::", 80, true, true}), "::1");
}

}  // namespace
}  // namespace tether
