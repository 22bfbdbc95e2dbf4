// Servers that share a port without an error, as both set SO_REUSEPORT.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "readiness/not_ready.h"
#include "support/servers.h"
#include "support/sockets.h"

namespace tether {
namespace {

using support::ErrorOfStart;
using support::ServePorts;
using support::Socket;
using testing::AllOf;
using testing::HasSubstr;

// An HTTP server made with cpp-httplib.
ServerOptions Httplib(const std::string& port, Probe ready) {
  return {.command = {Program("warm_up"), "0", "/", port}, .ready = std::move(ready)};
}

Probe PortLine() { return ready::Line(Regex(R"(port (?<port>\d+))")); }

TEST(SharedPort, OfTwoHttplibServersIsFoundOut) {
  const Server first(Httplib("0", PortLine()));
  const std::string port = std::to_string(first.port());
  for (const Probe& probe : {PortLine(), ready::Listening(), ready::Http("/")}) {
    EXPECT_THAT(
        ErrorOfStart(Httplib(port, probe)),
        AllOf(
            HasSubstr("problem:  it shares port " + port + " with a process that is not its own"),
            HasSubstr("pid " + std::to_string(first.pid()) + " (" + Program("warm_up") + " 0 / 0)"),
            HasSubstr("listens on 127.0.0.1:" + port)));
  }
  EXPECT_TRUE(first.running());
}

TEST(SharedPort, OfAnyNameInTheReadyLineIsFoundOut) {
  const Server first(Httplib("0", PortLine()));
  const std::string port = std::to_string(first.port());
  EXPECT_THAT(
      ErrorOfStart(Httplib(port, ready::Line(Regex(R"(port (?<admin>\d+))")))),
      HasSubstr("problem:  it shares port " + port + " with a process that is not its own"));
}

TEST(SharedPort, IsFoundOutAtTheLatestWhenThePortIsAskedFor) {
  const Server first(Httplib("0", PortLine()));
  const Server second(Httplib(std::to_string(first.port()), ready::Line("port")));
  EXPECT_THAT([&] { second.port(); },
              testing::ThrowsMessage<Error>(
                  HasSubstr("server \"warm_up\": it shares port " + std::to_string(first.port()))));
}

TEST(SharedPort, WithTheTestProgramItselfIsFoundOut) {
  const Socket socket = Socket::BoundWith(SO_REUSEPORT, 0);
  const std::string pid = "pid " + std::to_string(::getpid()) + " (";
  for (const char* address : {"on=127.0.0.1", "on=0.0.0.0"}) {
    ServerOptions options = ServePorts({"port", address, std::to_string(socket.port())});
    options.ready = ready::Listening();
    EXPECT_THAT(ErrorOfStart(options), HasSubstr(pid));
  }
}

TEST(SharedPort, ThatIsReservedIsFoundOut) {
  Server server(ServePorts({"port", "{port}"}));
  const Socket socket = Socket::BoundWith(SO_REUSEPORT, server.port());
  ASSERT_TRUE(socket.holds());
  try {
    server.Restart();
    FAIL() << "no error";
  } catch (const StartError& error) {
    EXPECT_THAT(error.what(), HasSubstr("pid " + std::to_string(::getpid()) + " ("));
  }
}

TEST(SharedPort, IsFoundOutThoughTheServersAreOfAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can start servers as another user";
  ServerOptions options = ServePorts({"port", "0"});
  options.command = {"sh", "-c", "exec 3<&0; exec " + options.command[0] + " port 0"};
  options.user = "nobody";
  options.ready = ready::Listening();
  const Server first(options);
  options.command = {Program("serve_ports"), "port", std::to_string(first.port())};
  EXPECT_THAT(ErrorOfStart(options), HasSubstr("pid " + std::to_string(first.pid()) + " ("));
}

TEST(SharedPort, AmongTheProcessesOfOneServerIsNone) {
  const std::string serve = "; " + Program("serve_ports") + " port {port} & ";
  const Server server({.command = {"sh", "-c", "true" + serve + "true" + serve + "wait"},
                       .ready = ready::Lines(Regex("^ready"), 2)});
  EXPECT_EQ(server.open_ports().size(), 1U);
}

TEST(SharedPort, OfTwoAddressesIsNone) {
  const Socket socket = Socket::BoundWith(SO_REUSEPORT, 0);
  ServerOptions options = ServePorts({"port", "on=127.0.0.2", std::to_string(socket.port())});
  options.ready = ready::Listening();
  const Server server(options);
  EXPECT_EQ(server.port(), socket.port());
}

TEST(SharedPort, WithAClientIsNone) {
  const Server first(ServePorts({"port", "{port}"}));
  const Socket client = Socket::ConnectedTo(first.port());
  const Server second(ServePorts({"port", "{port}"}));
  EXPECT_NE(first.port(), second.port());
}

}  // namespace
}  // namespace tether
