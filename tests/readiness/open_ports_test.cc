// Which ports a server has open.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "support/servers.h"
#include "support/sockets.h"
#include "tether/inspect/bound_sockets.h"

namespace tether {
namespace {

using support::Child;
using testing::AnyOf;
using testing::ElementsAre;
using testing::IsEmpty;

// The ports that serve_ports said it serves.
std::vector<std::uint16_t> Said(const Server& server) {
  std::istringstream line(server.Lines().back().text.substr(5));
  std::vector<std::uint16_t> ports;
  for (int port = 0; line >> port;) ports.push_back(static_cast<std::uint16_t>(port));
  return ports;
}

TEST(OpenPorts, AreNoneWhereThereAreNone) {
  const Server server(Child("ready_and_wait"));
  EXPECT_THAT(server.open_ports(), IsEmpty());
}

TEST(OpenPorts, AreListedForTcpAndUdp) {
  const Server server(support::ServePorts({"0", "udp", "on=0.0.0.0", "0"}));
  const auto said = Said(server);
  EXPECT_THAT(server.open_ports(), ElementsAre(OpenPort{Transport::kTcp, "127.0.0.1", said.at(0)},
                                               OpenPort{Transport::kUdp, "0.0.0.0", said.at(1)}));
}

TEST(OpenPorts, AreListedForIpv6) {
  if (!support::HasIpv6()) GTEST_SKIP() << "this system has no IPv6 on its loopback interface";
  const Server server(support::ServePorts({"on=::1", "0", "on=::", "udp", "0"}));
  const auto said = Said(server);
  EXPECT_THAT(server.open_ports(), ElementsAre(OpenPort{Transport::kTcp, "::1", said.at(0)},
                                               OpenPort{Transport::kUdp, "::", said.at(1)}));
}

TEST(OpenPorts, AreSortedAndThoseOfAllProcessesOfTheServer) {
  const std::string serve = Program("serve_ports") + " 0 & ";
  const Server server({.command = {"sh", "-c", serve + serve + serve + "wait"},
                       .ready = ready::Lines(Regex("^ready"), 3)});
  const auto ports = server.open_ports();
  EXPECT_EQ(ports.size(), 3U);
  EXPECT_TRUE(std::is_sorted(ports.begin(), ports.end()));
}

TEST(OpenPorts, NameEachPortOnceThoughWorkersHaveASocketOfTheirOwn) {
  const std::string serve = Program("serve_ports") + " port {port} & ";
  const Server server(
      {.command = {"sh", "-c", serve + serve + "wait"}, .ready = ready::Lines(Regex("^ready"), 2)});
  EXPECT_EQ(server.open_ports().size(), 1U);
}

TEST(OpenPorts, AreThoseOfTheServerAlone) {
  const Server other(support::ServePorts({"0", "udp", "0"}));
  const Server server(support::ServePorts({"0"}));
  EXPECT_EQ(server.open_ports().size(), 1U);
}

TEST(OpenPorts, AreWrittenForAPerson) {
  EXPECT_EQ((OpenPort{Transport::kTcp, "127.0.0.1", 80}.ToString()), "tcp 127.0.0.1:80");
  EXPECT_EQ(testing::PrintToString(OpenPort{Transport::kUdp, "::1", 53}), "udp [::1]:53");
}

}  // namespace

namespace internal {
namespace {

BoundSocket Listener(std::string address, bool ipv6_only = false) {
  const bool ipv6 = address.find(':') != std::string::npos;
  return {.address = std::move(address), .port = 80, .ipv6 = ipv6, .ipv6_only = ipv6 && ipv6_only};
}

TEST(BoundSockets, OverlapWhereTheyCouldTakeTheSameConnection) {
  EXPECT_TRUE(Overlap(Listener("127.0.0.1"), Listener("127.0.0.1")));
  EXPECT_TRUE(Overlap(Listener("127.0.0.1"), Listener("0.0.0.0")));
  EXPECT_TRUE(Overlap(Listener("::"), Listener("127.0.0.1")));
  EXPECT_TRUE(Overlap(Listener("::ffff:127.0.0.1"), Listener("127.0.0.1")));
  EXPECT_TRUE(Overlap(Listener("::", true), Listener("::1")));
  EXPECT_FALSE(Overlap(Listener("127.0.0.1"), Listener("127.0.0.2")));
  EXPECT_FALSE(Overlap(Listener("127.0.0.1"), Listener("::1")));
  EXPECT_FALSE(Overlap(Listener("0.0.0.0"), Listener("::", true)));
  EXPECT_FALSE(Overlap(Listener("::ffff:127.0.0.1"), Listener("::1")));
}

TEST(BoundSockets, OfAnotherPortOrTransportDoNotOverlap) {
  BoundSocket other = Listener("127.0.0.1");
  other.port = 81;
  EXPECT_FALSE(Overlap(Listener("127.0.0.1"), other));
  other = Listener("127.0.0.1");
  other.kind = SocketKind::kUdp;
  EXPECT_FALSE(Overlap(Listener("127.0.0.1"), other));
}

}  // namespace
}  // namespace internal
}  // namespace tether
