// Sockets that are bound by tether and handed to a server.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "support/processes.h"
#include "support/servers.h"
#include "support/sockets.h"
#include "tether/base/file_descriptor.h"
#include "tether/base/socket_address.h"

namespace tether {
namespace {

using support::Child;
using support::IsFree;
using support::Socket;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

ServerOptions Answering(std::vector<ListenSocket> sockets) {
  ServerOptions options = Child("answer_on_sockets");
  options.listen = std::move(sockets);
  return options;
}

std::string Line(int descriptor, const std::string& name, int port) {
  return "socket " + std::to_string(descriptor) + " " + name + " " + std::to_string(port);
}

std::string PathFor(const std::string& name) {
  return testing::TempDir() + name + "_" + std::to_string(::getpid());
}

TEST(ListenSockets, AreHandedOverInOrderWithTheirNames) {
  const std::string path = PathFor("handed");
  const Server server(Answering({Tcp(), Tcp("admin"), Unix(path), Unix("{dir}/named", "control")}));
  EXPECT_THAT(support::Texts(server),
              ElementsAre(Line(3, "unknown", server.port()), Line(4, "admin", server.port("admin")),
                          Line(5, "unknown", 0), Line(6, "control", 0), "ready"));
  EXPECT_EQ(Socket::ConnectedTo(server.port()).ReadAll(), "unknown");
  EXPECT_EQ(Socket::ConnectedTo(server.port("admin")).ReadAll(), "admin");
  EXPECT_EQ(Socket::ConnectedTo(path).ReadAll(), "unknown");
}

TEST(ListenSockets, AreNamedByPlaceholders) {
  ServerOptions options = Child("ready_and_wait", {"ready on {port} and {port:admin}"});
  options.listen = {Tcp(), Tcp("admin")};
  const Server server(options);
  EXPECT_THAT(server.Report(), HasSubstr("ready on " + std::to_string(server.port()) + " and " +
                                         std::to_string(server.port("admin"))));
  EXPECT_EQ(server.url("admin"), "http://127.0.0.1:" + std::to_string(server.port("admin")));
}

TEST(ListenSockets, TakeAClientBeforeTheServerIsExecuting) {
  // The server is not started before its FIFO has been opened.
  const std::string fifo = PathFor("gate");
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const ListenSocket socket = Tcp().Bind();
  const Socket client = Socket::ConnectedTo(socket.port());
  EXPECT_TRUE(client.holds());
  ServerOptions options = Answering({socket});
  options.command = {"sh", "-c", "read x < " + fifo + "; exec " + options.command[0]};
  options.ready = ready::Immediately();
  Server server(options);
  const Socket second = Socket::ConnectedTo(server.port());
  EXPECT_TRUE(second.holds());
  const internal::FileDescriptor gate(::open(fifo.c_str(), O_WRONLY | O_CLOEXEC));
  EXPECT_EQ(::write(gate.number(), "\n", 1), 1);
  EXPECT_EQ(client.ReadAll(), "unknown");
  EXPECT_EQ(second.ReadAll(), "unknown");
  ::unlink(fifo.c_str());
}

TEST(ListenSockets, AreEachServersOwnUnlessTheyAreBound) {
  const ServerOptions options = Answering({Tcp()});
  const Server first(options);
  const Server second(options);
  EXPECT_NE(first.port(), second.port());

  const ListenSocket bound = Tcp("admin").Bind();
  const Server third(Answering({bound}));
  EXPECT_EQ(third.port("admin"), bound.port());
}

TEST(ListenSockets, TakeClientsWhileNoServerRuns) {
  Server server(Answering({Tcp()}));
  server.Stop();
  const Socket client = Socket::ConnectedTo(server.port());
  EXPECT_TRUE(client.holds());
  server.Restart();
  EXPECT_EQ(client.ReadAll(), "unknown");
}

TEST(ListenSockets, AreClosedWithTheServer) {
  std::uint16_t port = 0;
  const std::string path = PathFor("closed");
  {
    const Server server(Answering({Tcp(), Unix(path)}));
    port = server.port();
    EXPECT_TRUE(std::filesystem::is_socket(path));
  }
  EXPECT_TRUE(IsFree(port));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(ListenSockets, WaitForMoreClientsThanMostServersAskFor) {
  const ListenSocket socket = Tcp().Bind();
  std::vector<Socket> clients;
  for (int i = 0; i < 300; ++i) clients.push_back(Socket::ConnectedTo(socket.port()));
  for (const Socket& client : clients) EXPECT_TRUE(client.holds());
}

TEST(ListenSockets, CanBeOnAnotherAddressAndPort) {
  const std::uint16_t port = Tcp().Bind().port();
  const ListenSocket fixed = Tcp("", {.port = port}).Bind();
  EXPECT_EQ(fixed.port(), port);
  EXPECT_EQ(fixed.Describe(), "TCP socket on 127.0.0.1:" + std::to_string(port));
  if (!support::HasIpv6()) GTEST_SKIP() << "this system has no IPv6 on its loopback interface";
  const Server server(Answering({Tcp("six", {.address = "::1"})}));
  EXPECT_EQ(server.url("six"), "http://[::1]:" + std::to_string(server.port("six")));
}

std::string ErrorOfBinding(ListenSocket socket) {
  try {
    socket.Bind();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(ListenSockets, ThatCannotBeBoundNameWhoIsInTheWay) {
  const Socket other = Socket::BoundTo(0);
  EXPECT_THAT(ErrorOfBinding(Tcp("", {.port = other.port()})),
              AllOf(HasSubstr("cannot bind a socket to 127.0.0.1:" + std::to_string(other.port()) +
                              ": Address already in use (errno 98): pid " +
                              std::to_string(::getpid()) + " ("),
                    HasSubstr("port 0 is any that is free")));
}

TEST(ListenSockets, NeedAnAddressInDigits) {
  EXPECT_THAT(ErrorOfBinding(Tcp("", {.address = "localhost"})),
              HasSubstr("\"localhost\" is no address to bind to"));
}

TEST(ListenSockets, HaveNoPortBeforeTheyAreBound) {
  EXPECT_THROW(Tcp().port(), Error);
  EXPECT_THROW(Unix("/tmp/x").port(), Error);
  EXPECT_EQ(Tcp("", {.port = 80}).port(), 80);
}

TEST(ListenSockets, ThatWereLeftBehindAreReplaced) {
  const std::string path = PathFor("left");
  {
    const auto where = internal::SocketAddress::Unix(path);
    const internal::FileDescriptor left(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::bind(left.number(), where->get(), where->size()), 0);
  }
  ASSERT_TRUE(std::filesystem::is_socket(path));
  {
    const Server server(Answering({Unix(path)}));
    EXPECT_EQ(Socket::ConnectedTo(path).ReadAll(), "unknown");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(ListenSockets, ReplaceNeitherAFileNorASocketOnWhichSomebodyListens) {
  const std::string path = PathFor("file");
  std::ofstream(path) << "precious";
  EXPECT_THAT(ErrorOfBinding(Unix(path)), HasSubstr("there is a file that is no socket"));
  EXPECT_TRUE(std::filesystem::exists(path));
  std::filesystem::remove(path);

  const ListenSocket listens = Unix(path).Bind();
  EXPECT_THAT(ErrorOfBinding(Unix(path)),
              HasSubstr("there is a socket, and pid " + std::to_string(::getpid()) + " ("));
}

TEST(ListenSockets, LeaveAFileThatIsNotTheirsAnyMore) {
  const std::string path = PathFor("replaced");
  {
    const ListenSocket socket = Unix(path).Bind();
    std::filesystem::remove(path);
    std::ofstream(path) << "of somebody else";
  }
  EXPECT_TRUE(std::filesystem::exists(path));
  std::filesystem::remove(path);
}

TEST(ListenSockets, AtPathsThatAreTooLongAreAnError) {
  EXPECT_THAT(ErrorOfBinding(Unix("/tmp/" + std::string(200, 'x'))),
              HasSubstr("the path is too long"));
}

TEST(ListenSockets, AreLeftAloneByAForkedCopy) {
  const std::string path = PathFor("forked");
  const Server server(Answering({Unix(path)}));
  const ListenSocket bound = Unix(path + "2").Bind();
  EXPECT_EXIT(
      {
        auto copy = std::make_unique<ListenSocket>(bound);
        copy.reset();
        std::exit(0);
      },
      testing::ExitedWithCode(0), "");
  EXPECT_TRUE(std::filesystem::exists(path));
  EXPECT_TRUE(std::filesystem::exists(path + "2"));
}

TEST(ListenSockets, AreInTheErrorOfAStart) {
  const Socket other = Socket::BoundTo(0);
  try {
    Server(Answering({Tcp("", {.port = other.port()})}));
    FAIL() << "no error";
  } catch (const StartError& error) {
    EXPECT_THAT(error.what(), HasSubstr("problem:  listen: cannot bind a socket to 127.0.0.1:"));
  }
}

}  // namespace
}  // namespace tether
