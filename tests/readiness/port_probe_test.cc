// Probes for a port that is known, and for one that accepts connections.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "readiness/not_ready.h"
#include "support/servers.h"
#include "support/sockets.h"
#include "tether/server/port_reservation.h"

namespace tether {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;

std::string ErrorFor(ServerOptions options) {
  options.start_timeout = support::kTimeToTry;
  return support::ErrorOfStart(options);
}

TEST(ReadyListening, OnAPortIsNotMetByAnotherOne) {
  const auto nobody = support::Socket::BoundTo(0, false);
  const std::string error =
      ErrorFor({.command = {Program("listen_quietly")}, .ready = ready::Listening(nobody.port())});
  EXPECT_THAT(error, AllOf(HasSubstr("awaited:  the listening TCP port " +
                                     std::to_string(nobody.port()) + ", for "),
                           ContainsRegex("met:      it listens on 127.0.0.1:[0-9]+, not on "
                                         "127.0.0.1:" +
                                         std::to_string(nobody.port()))));
}

TEST(ReadyListening, OnANamedPortWaitsForItsName) {
  EXPECT_THAT(
      ErrorFor({.command = {Program("listen_quietly")}, .ready = ready::Listening("admin")}),
      AllOf(HasSubstr("awaited:  the listening TCP port \"admin\", for "),
            HasSubstr("met:      nobody has told which port \"admin\" is")));
}

TEST(ReadyListening, OnANameThatNobodyHasIsToldWithThoseThereAre) {
  EXPECT_THAT(ErrorFor({.command = {Program("listen_quietly")},
                        .ready = ready::Listening("amdin"),
                        .ports = {{"admin", 0}}}),
              HasSubstr("nor the options, which name \"admin\"\n"));
}

TEST(ReadyListening, OnANamedPortLeavesTheOneThatTheServerServes) {
  auto reservation = internal::PortReservation::OfAny();
  reservation.Release();  // nobody else takes it for a test
  const std::uint16_t port = reservation.port();
  const Server server(
      {.command = {Program("serve_ports"), "addr", std::to_string(port), "{port:admin}"},
       .ready = ready::AllOf(ready::Listening(port), ready::Listening("admin"))});
  EXPECT_EQ(server.port(), port);
  EXPECT_NE(server.port("admin"), port);
}

TEST(ReadyListening, FindsTheAddressOfAReservedPort) {
  const Server server({.command = {Program("serve_ports"), "port", "on=127.0.0.2", "{port}"},
                       .ready = ready::Listening()});
  EXPECT_EQ(server.url(), "http://127.0.0.2:" + std::to_string(server.port()));
}

TEST(ReadyLine, WithAPortOnIpv6LeadsToItsAddress) {
  if (!support::HasIpv6()) GTEST_SKIP() << "there is no IPv6 here";
  const Server server({.command = {Program("serve_ports"), "on=::1", "0"},
                       .ready = ready::Line(Regex("ready (?<port>\\d+)"))});
  EXPECT_EQ(server.url(), "http://[::1]:" + std::to_string(server.port()));
}

TEST(ReadyLine, WithAPortThatAnotherHasOnIpv4LeadsToItsOwnAddress) {
  if (!support::HasIpv6()) GTEST_SKIP() << "there is no IPv6 here";
  const auto other = support::Socket::BoundTo(0);
  const std::string port = std::to_string(other.port());
  const Probe line = ready::Line(Regex("ready (?<port>\\d+)"));
  for (const Probe& probe : {line, ready::AllOf(line, ready::Tcp())}) {
    const Server server({.command = {Program("serve_ports"), "on=::1", port}, .ready = probe});
    EXPECT_EQ(server.url(), "http://[::1]:" + port);
  }
}

TEST(ReadyLine, WithAPortThatOnlyAnotherHasDoesNotLeadToIt) {
  const auto other = support::Socket::BoundTo(0, true, "127.0.0.2");
  const std::string port = std::to_string(other.port());
  const Server server({.command = {"sh", "-c", "echo on " + port + "; exec sleep 60"},
                       .ready = ready::Line(Regex("on (?<port>\\d+)"))});
  EXPECT_EQ(server.url(), "http://127.0.0.1:" + port);
}

TEST(ReadyTcp, FindsTheAddressOfAPortOfTheReadyLine) {
  if (!support::HasIpv6()) GTEST_SKIP() << "there is no IPv6 here";
  const Server server(
      {.command = {Program("serve_ports"), "on=::1", "0"},
       .ready = ready::AllOf(ready::Line(Regex("ready (?<port>\\d+)")), ready::Tcp())});
  EXPECT_EQ(server.url(), "http://[::1]:" + std::to_string(server.port()));
}

TEST(ReadyTcp, ConnectsToThePortThatTheServerChose) {
  const Server server({.command = {Program("listen_quietly")}, .ready = ready::Tcp()});
  EXPECT_GT(server.port(), 0);
}

TEST(ReadyTcp, ConnectsToTheNamedPort) {
  const Server server(
      {.command = {Program("warm_up"), "0", "/"},
       .ready = ready::AllOf(ready::Line(Regex("port (?<web>\\d+)")), ready::Tcp("web"))});
  EXPECT_EQ("port " + std::to_string(server.port()), server.Lines().front().text);
}

TEST(ReadyTcp, TellsThatItIsRefusedAndWhatTheServerListensOn) {
  const auto nobody = support::Socket::BoundTo(0, false);
  const std::string port = std::to_string(nobody.port());
  EXPECT_THAT(
      ErrorFor({.command = {Program("listen_quietly")}, .ready = ready::Tcp(nobody.port())}),
      AllOf(HasSubstr("awaited:  a connection to TCP port " + port + ", for "),
            ContainsRegex("met:      connect to 127.0.0.1:" + port +
                          ": Connection refused \\(errno 111\\); it "
                          "listens on 127.0.0.1:[0-9]+, not on 127.0.0.1:" +
                          port)));
}

}  // namespace
}  // namespace tether
