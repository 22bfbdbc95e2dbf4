// Probes for a port that is known, and for one that accepts connections.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>

#include "support/servers.h"
#include "tether/base/file_descriptor.h"

namespace tether {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using namespace std::chrono_literals;

// A TCP socket of this process, on a port that the system chose.
class BoundSocket {
 public:
  BoundSocket() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_.number(), generic, size), 0);
    EXPECT_EQ(::getsockname(socket_.number(), generic, &size), 0);
    port_ = ntohs(address.sin_port);
  }
  int port() const { return port_; }

 private:
  internal::FileDescriptor socket_;
  int port_ = 0;
};

std::string ErrorFor(ServerOptions options) {
  options.start_timeout = 100ms;
  try {
    const Server server(std::move(options));
  } catch (const StartError& error) {
    return error.what();
  }
  ADD_FAILURE() << "the server got ready";
  return {};
}

TEST(ReadyListening, OnAPortIsNotMetByAnotherOne) {
  const BoundSocket nobody;
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
  const BoundSocket nobody;
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
