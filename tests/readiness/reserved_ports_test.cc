// Ports that are kept for a server.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "readiness/not_ready.h"
#include "support/processes.h"
#include "support/servers.h"
#include "support/sockets.h"
#include "tether/inspect/listening_sockets.h"
#include "tether/inspect/port_holders.h"
#include "tether/server/port_reservation.h"
#include "tether/server/reservable_ports.h"

namespace tether {
namespace {

using internal::PortReservation;
using internal::ReservablePorts;
using support::Child;
using support::ErrorOfStart;
using support::IsFree;
using support::Socket;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

TEST(ReservablePorts, AreThoseThatTheSystemDoesNotHandOut) {
  const auto ports = ReservablePorts("32768\t60999\n", "\n");
  EXPECT_EQ(ports.front(), 10081);
  EXPECT_EQ(ports.back(), 65535);
  EXPECT_THAT(ports, IsSupersetOf({32767, 61000}));
  EXPECT_THAT(ports, Not(Contains(testing::AllOf(testing::Ge(32768), testing::Le(60999)))));
}

TEST(ReservablePorts, AreNotThoseThatTheAdministratorHasSetAside) {
  const auto ports = ReservablePorts("32768\t60999\n", "8080,20000,20010-20012\n");
  EXPECT_THAT(ports, IsSupersetOf({19999, 20001, 20009, 20013}));
  for (const int taken : {20000, 20010, 20011, 20012}) EXPECT_THAT(ports, Not(Contains(taken)));
}

TEST(ReservablePorts, AreHandedOutOnesWhereThereAreNoOthers) {
  EXPECT_EQ(ReservablePorts("1024\t65535\n", "").size(), 65535U - 10081U + 1U);
  EXPECT_EQ(ReservablePorts("", "").size(), 65535U - 10081U + 1U);
}

TEST(PortReservation, KeepsEverybodyElseOut) {
  const auto reserved = PortReservation::OfAny();
  EXPECT_THAT(ReservablePorts(), Contains(reserved.port()));
  EXPECT_FALSE(Socket::BoundTo(reserved.port()).holds());
  EXPECT_FALSE(Socket::BoundTo(reserved.port(), false, "0.0.0.0").holds());
  if (support::HasIpv6()) {
    EXPECT_FALSE(Socket::BoundTo(reserved.port(), false, "::1").holds());
  }
  EXPECT_THROW(PortReservation::Of(reserved.port()), Error);
}

TEST(PortReservation, EndsWithTheObject) {
  std::uint16_t port = 0;
  { port = PortReservation::OfAny().port(); }
  EXPECT_TRUE(IsFree(port));
  EXPECT_EQ(PortReservation::Of(port).port(), port);
}

TEST(PortReservation, ThatIsReleasedKeepsOtherTestProgramsOut) {
  auto reserved = PortReservation::OfAny();
  reserved.Release();
  EXPECT_TRUE(IsFree(reserved.port()));
  EXPECT_EQ(reserved.TakenBy(), std::nullopt);
  EXPECT_THROW(PortReservation::Of(reserved.port()), Error);
}

TEST(PortReservation, IsNotHadWhereSomebodyIsBound) {
  for (const bool listens : {true, false}) {
    const auto port = PortReservation::OfAny().port();
    const Socket other = Socket::BoundTo(port, listens);
    ASSERT_TRUE(other.holds());
    try {
      PortReservation::Of(port);
      FAIL() << "no error";
    } catch (const Error& error) {
      if (internal::HoldersOfPort(port).empty()) continue;  // Linux tells it since 6.8
      EXPECT_THAT(error.what(), AllOf(HasSubstr("pid " + std::to_string(::getpid())),
                                      HasSubstr("127.0.0.1:" + std::to_string(port))));
    }
  }
}

TEST(PortReservation, IsNotHinderedByConnectionsThatLinger) {
  std::uint16_t port = 0;
  {
    const Socket listener = Socket::BoundWith(SO_REUSEADDR, 0);
    port = listener.port();
    const Socket client = Socket::ConnectedTo(port);
    ASSERT_TRUE(client.holds());
    // The side that closes first has the connection linger (TIME_WAIT).
    const internal::FileDescriptor accepted(::accept(listener.number(), nullptr, nullptr));
  }
  ASSERT_FALSE(IsFree(port));
  EXPECT_EQ(PortReservation::Of(port).port(), port);
}

// Each way in which a server can bind its port.
struct Binding {
  const char* name;
  std::vector<std::string> words;
};

void PrintTo(const Binding& binding, std::ostream* out) { *out << binding.name; }

class ReservedPort : public testing::TestWithParam<Binding> {};

TEST_P(ReservedPort, LetsTheServerInAndNobodyElse) {
  auto words = GetParam().words;
  const bool ipv6 = words.back().find(':') != std::string::npos;
  if (ipv6 && !support::HasIpv6()) GTEST_SKIP() << "this system has no IPv6";
  words.insert(words.end(), {"terse", "{port}"});
  Server server(support::ServePorts(words));
  const std::uint16_t port = server.port();
  const auto sockets = internal::ListeningSocketsOf({server.pid()});
  ASSERT_EQ(sockets.size(), 1U);
  EXPECT_EQ(sockets.front().port, port);
  EXPECT_TRUE(Socket::ConnectedTo(port, HostToAsk(sockets.front())).holds());
  EXPECT_FALSE(IsFree(port));
  server.Stop();
  EXPECT_FALSE(IsFree(port)) << "it is kept as long as the Server lives";
}

INSTANTIATE_TEST_SUITE_P(To, ReservedPort,
                         testing::Values(Binding{"LoopbackWithReuseAddr", {"addr", "on=127.0.0.1"}},
                                         Binding{"LoopbackWithReusePort", {"port", "on=127.0.0.1"}},
                                         Binding{"LoopbackWithBoth",
                                                 {"addr", "port", "on=127.0.0.1"}},
                                         Binding{"AllWithReuseAddr", {"addr", "on=0.0.0.0"}},
                                         Binding{"AllWithReusePort", {"port", "on=0.0.0.0"}},
                                         Binding{"LoopbackOfIpv6", {"addr", "on=::1"}},
                                         Binding{"AllOfIpv6WithReuseAddr", {"addr", "on=::"}},
                                         Binding{"AllOfIpv6WithReusePort", {"port", "on=::"}}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(ReservedPorts, AreGivenBackWithTheServer) {
  std::uint16_t port = 0;
  {
    const Server server(support::ServePorts({"addr", "{port}"}));
    port = server.port();
  }
  EXPECT_TRUE(IsFree(port));
}

TEST(ReservedPorts, CanBeSeveral) {
  const Server server(support::ServePorts({"addr", "{port}", "{port:a}", "{port:b}"}));
  const auto port = std::to_string(server.port());
  EXPECT_EQ(support::Texts(server).back(), "ready " + port + " " +
                                               std::to_string(server.port("a")) + " " +
                                               std::to_string(server.port("b")));
  EXPECT_EQ(server.url("a"), "http://127.0.0.1:" + std::to_string(server.port("a")));
}

TEST(ReservedPorts, CanBeAskedForByNumber) {
  const auto port = PortReservation::OfAny().port();
  ServerOptions options = support::ServePorts({"addr", "{port:admin}"});
  options.ports = {{"admin", port}};
  const Server server(options);
  EXPECT_EQ(server.port("admin"), port);
}

TEST(ReservedPorts, ThatAForeignProcessHasAreFoundOutBeforeTheStart) {
  support::PlainProcess other({Program("serve_ports"), "addr", "0"});
  const std::string port = other.ReadLine().substr(6);
  ServerOptions options = support::ServePorts({"addr", "{port}"});
  options.ports = {{"", static_cast<std::uint16_t>(std::stoi(port))}};
  EXPECT_THAT(ErrorOfStart(options),
              AllOf(HasSubstr("problem:  cannot reserve port " + port + ": pid " +
                              std::to_string(other.pid()) + " (" + Program("serve_ports") +
                              " addr 0) listens on 127.0.0.1:" + port),
                    HasSubstr("state:    never started")));
}

TEST(ReservedPorts, OfAnotherServerAreNamed) {
  const Server server(support::ServePorts({"addr", "{port}"}));
  ServerOptions options = Child("ready_and_wait");
  options.ports = {{"", server.port()}};
  EXPECT_THAT(ErrorOfStart(options), HasSubstr("pid " + std::to_string(server.pid())));
}

// The port in a line such as "ready 1234".
std::uint16_t PortIn(const std::string& line) {
  return static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(' '))));
}

TEST(ReservedPorts, OutliveAKilledTestProgramAsLongAsItsServer) {
  // The shell takes no notice of SIGTERM until its FIFO has been opened, and binds nothing itself.
  const std::string fifo = testing::TempDir() + "gate_" + std::to_string(::getpid());
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  support::PlainProcess host({Program("host"), "wait", "grace=60000", "sh", "-c",
                              "trap '' TERM; echo ready {port}; read x < " + fifo});
  const std::uint16_t port = PortIn(host.ReadLine());
  const pid_t server = std::stoi(host.ReadLine().substr(7));
  ::kill(host.pid(), SIGKILL);
  host.Wait();
  EXPECT_FALSE(IsFree(port));
  EXPECT_THROW(PortReservation::Of(port), Error);
  const internal::FileDescriptor opened(::open(fifo.c_str(), O_WRONLY | O_CLOEXEC));
  EXPECT_EQ(::write(opened.number(), "\n", 1), 1);
  EXPECT_TRUE(support::Gone(server));
  EXPECT_TRUE(support::Eventually([&] { return IsFree(port); }));
  EXPECT_EQ(PortReservation::Of(port).port(), port);
  ::unlink(fifo.c_str());
}

TEST(ReservedPorts, LeaveNothingOpen) {
  if (support::kNeedsDescriptors) GTEST_SKIP() << support::kNeedsDescriptors;
  EXPECT_TRUE(support::LeavesNoDescriptor([] {
    const Server server(support::ServePorts({"addr", "{port}", "{port:a}"}));
  }));
}

}  // namespace
}  // namespace tether
