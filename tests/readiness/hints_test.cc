// What a report says of a server that does not get ready, where the cause is a known one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "readiness/not_ready.h"
#include "support/servers.h"
#include "support/sockets.h"
#include "tether/server/port_reservation.h"

namespace tether {
namespace {

using support::ErrorOfStart;
using support::Socket;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// "pid 12 (", of this process.
std::string ThisProcess() { return "pid " + std::to_string(::getpid()) + " ("; }

TEST(ReadyHint, TellsThatTheProcessIsStopped) {
  EXPECT_THAT(
      ErrorOfStart({.command = {"sh", "-c", "kill -STOP $$; echo ready"},
                    .ready = ready::Line("ready"),
                    .start_timeout = support::kTimeToTry}),
      AllOf(HasSubstr("hint:     its process is stopped, by SIGSTOP or a terminal: it cannot "
                      "get ready before it gets SIGCONT"),
            HasSubstr("output:   nothing was printed")));
}

TEST(ReadyHint, TellsThatItListensForTheOtherFamily) {
  if (!support::HasIpv6()) GTEST_SKIP() << "this system has no IPv6 on its loopback interface";
  const Socket nobody = Socket::BoundTo(0, false);  // so that nobody listens there on IPv4
  const std::string port = std::to_string(nobody.port());
  const ServerOptions options{.command = {Program("serve_ports"), "addr", "on=::1", port},
                              .ready = ready::Tcp(nobody.port()),
                              .start_timeout = support::kTimeToTry};
  EXPECT_THAT(ErrorOfStart(options),
              HasSubstr(": that is the other address family, IPv4 or IPv6\n"));
}

TEST(ReadyHint, NamesWhoHasThePort) {
  const Socket taken = Socket::BoundTo(0);
  const std::string port = std::to_string(taken.port());
  EXPECT_THAT(ErrorOfStart({.command = {"sh", "-c", "echo web on " + port + "; exec sleep 60"},
                            .ready = ready::AllOf(ready::Line(Regex("on (?<web>\\d+)")),
                                                  ready::Listening("web")),
                            .start_timeout = support::kTimeToTry}),
              AllOf(HasSubstr("it listens on no TCP port; the port is taken: " + ThisProcess()),
                    HasSubstr(" listens on 127.0.0.1:" + port)));
}

TEST(ReadyListening, OnATakenPortIsAnErrorBeforeTheStart) {
  const Socket taken = Socket::BoundTo(0);
  const std::string port = std::to_string(taken.port());
  for (const Probe& probe : {ready::Listening(taken.port()), ready::Tcp(taken.port()),
                             ready::Http("/", {.port = taken.port()})}) {
    EXPECT_THAT(
        ErrorOfStart({.command = {"sh", "-c", "echo started; exec sleep 60"}, .ready = probe}),
        AllOf(HasSubstr("problem:  port " + port +
                        " is in use before the server is started: " + ThisProcess()),
              HasSubstr("; end that, or let the server choose a port"),
              Not(HasSubstr("started\n     "))));
  }
}

TEST(ReadyListening, OnAReservedPortByNumberIsInOrder) {
  const std::uint16_t port = internal::PortReservation::OfAny().port();
  const Server server({.command = {Program("serve_ports"), "addr", "{port}"},
                       .ready = ready::Listening(port),
                       .ports = {{"", port}}});
  EXPECT_EQ(server.port(), port);
}

}  // namespace
}  // namespace tether
