// ready::UnixSocket: the server's own listening socket, and no other one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "readiness/not_ready.h"
#include "support/servers.h"
#include "support/temporary_directory.h"
#include "tether/base/file_descriptor.h"

namespace tether {
namespace {

using support::ErrorOfStart;
using testing::AllOf;
using testing::HasSubstr;
using namespace std::chrono_literals;

class ReadyUnixSocket : public testing::Test {
 protected:
  ServerOptions Listen(std::vector<std::string> arguments, Probe probe) const {
    arguments.insert(arguments.begin(), Program("listen_unix"));
    return {.command = std::move(arguments),
            .ready = std::move(probe),
            .working_directory = directory_.path()};
  }
  // A server that does something else.
  ServerOptions Instead(const std::string& script, Probe probe) const {
    return {.command = {"sh", "-c", script + "\nexec sleep 60"},
            .ready = std::move(probe),
            .working_directory = directory_.path(),
            .start_timeout = 1s};
  }
  // Fails as soon as the server has done what it does.
  static Probe DoneAnd(Probe probe) {
    const auto fail_when_done = [](const StartingServer& server) -> bool {
      if (!server.Lines().empty()) throw std::runtime_error("it is done");
      return false;
    };
    return ready::AllOf(std::move(probe), ready::When(fail_when_done, "nothing"));
  }
  std::string Quoted(const std::string& name) const {
    return '"' + (directory_ / name).string() + '"';
  }
  bool Connects(const std::string& name, int type = SOCK_STREAM) const {
    const internal::FileDescriptor client(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    (directory_ / name).native().copy(address.sun_path, sizeof address.sun_path - 1);
    return ::connect(client.number(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }

  const support::TemporaryDirectory directory_;
};

TEST_F(ReadyUnixSocket, IsMetWhenAClientCanConnect) {
  for (int round = 0; round < 20; ++round) {
    const Server server(Listen({"socket"}, ready::UnixSocket(directory_ / "socket")));
    EXPECT_TRUE(Connects("socket"));
  }
}

TEST_F(ReadyUnixSocket, WaitsUntilTheBoundSocketListens) {
  const Server server(Listen({"socket", "slowly"}, ready::UnixSocket("socket")));
  EXPECT_TRUE(Connects("socket"));
}

TEST_F(ReadyUnixSocket, SeesTheSocketOfAChildInADirectoryThatIsMadeLater) {
  ServerOptions options =
      Instead("mkdir -p run/app; " + Program("listen_unix") + " run/app/socket & wait",
              ready::UnixSocket("run/app/socket"));
  options.start_timeout = 30s;
  const Server server(options);
  EXPECT_TRUE(Connects("run/app/socket"));
}

TEST_F(ReadyUnixSocket, TakesOneForDatagrams) {
  const Server server(Listen({"socket", "datagram"}, ready::UnixSocket("socket")));
  EXPECT_TRUE(Connects("socket", SOCK_DGRAM));
}

TEST_F(ReadyUnixSocket, TakesAnAbstractOne) {
  const std::string name = "@tether-test-" + std::to_string(::getpid());
  const Server server(Listen({name}, ready::UnixSocket(name)));
  const std::string other = name + "-other";
  EXPECT_THAT(ErrorOfStart(Listen({other, "listen"}, DoneAnd(ready::UnixSocket(name)))),
              HasSubstr("it listens on \"" + other + "\", not on \"" + name + "\""));
}

TEST_F(ReadyUnixSocket, IsTheSameThroughASymbolicLink) {
  std::filesystem::create_directory(directory_ / "run");
  std::filesystem::create_directory_symlink("run", directory_ / "link");
  const Server server(Listen({"run/socket"}, ready::UnixSocket("link/socket")));
  EXPECT_TRUE(Connects("run/socket"));
}

TEST_F(ReadyUnixSocket, IsNotMetByTheSocketThatAFormerRunLeft) {
  { const Server former(Listen({"socket"}, ready::UnixSocket("socket"))); }
  ASSERT_TRUE(std::filesystem::is_socket(directory_ / "socket"));
  EXPECT_THAT(ErrorOfStart(Instead("", ready::UnixSocket("socket"))),
              HasSubstr(Quoted("socket") +
                        " is a socket that nobody has: it was left by a process that has "
                        "ended; it listens on no unix socket"));
  const Server server(Listen({"socket", "slowly"}, ready::UnixSocket("socket")));
  EXPECT_TRUE(Connects("socket"));
}

TEST_F(ReadyUnixSocket, IsNotMetByTheSocketOfSomebodyElse) {
  const Server other(Listen({"socket"}, ready::UnixSocket("socket")));
  EXPECT_THAT(
      ErrorOfStart(Instead("", ready::UnixSocket("socket"))),
      AllOf(HasSubstr("awaited:  the listening unix socket \"socket\", for"),
            HasSubstr(Quoted("socket") +
                      " is the socket of a process that is none of the server's: "
                      "pid " +
                      std::to_string(other.pid()) + " (" + Program("listen_unix") + " socket)")));
}

TEST_F(ReadyUnixSocket, SaysThatTheServerDoesNotListen) {
  EXPECT_THAT(ErrorOfStart(Listen({"socket", "bind"}, DoneAnd(ready::UnixSocket("socket")))),
              HasSubstr(Quoted("socket") +
                        " is a socket to which the server is bound, but it does not listen"));
}

TEST_F(ReadyUnixSocket, SaysOnWhichOneTheServerListensInstead) {
  EXPECT_THAT(ErrorOfStart(Listen({"other"}, DoneAnd(ready::UnixSocket("socket")))),
              HasSubstr(Quoted("socket") + " does not exist; it listens on \"other\""));
}

TEST_F(ReadyUnixSocket, SaysThatTheFileIsNoSocket) {
  std::ofstream(directory_ / "socket") << "text";
  EXPECT_THAT(ErrorOfStart(Instead("", ready::UnixSocket("socket"))),
              HasSubstr(Quoted("socket") + " is no socket; it listens on no unix socket"));
}

TEST_F(ReadyUnixSocket, SaysThatThePathIsTooLong) {
  EXPECT_THAT(ErrorOfStart(Instead("", ready::UnixSocket(std::string(120, 'x')))),
              AllOf(HasSubstr(" bytes, of which the address of a unix socket takes 107"),
                    HasSubstr("use a shorter path")));
}

TEST_F(ReadyUnixSocket, EndsAtOnceWhenTheServerEnds) {
  EXPECT_THAT(ErrorOfStart({.command = {Program("exit_with"), "1"},
                            .ready = ready::UnixSocket("/nowhere/socket"),
                            .start_timeout = 600s}),
              HasSubstr("\"/nowhere/socket\" does not exist"));
}

TEST_F(ReadyUnixSocket, RefusesWhatIsNoPathOfASocket) {
  EXPECT_THAT(ErrorOfStart(Instead("", ready::UnixSocket(""))),
              HasSubstr("ready: ready::UnixSocket was given an empty path"));
  EXPECT_THAT(ErrorOfStart(Instead("", ready::UnixSocket("@"))),
              HasSubstr("was given an abstract socket without a name: \"@\""));
}

}  // namespace
}  // namespace tether
