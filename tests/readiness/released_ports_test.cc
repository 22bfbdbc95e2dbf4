// Reserved ports of servers that set neither SO_REUSEADDR nor SO_REUSEPORT.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <list>
#include <thread>

#include "readiness/not_ready.h"
#include "support/processes.h"
#include "support/servers.h"
#include "support/sockets.h"
#include "tether/inspect/listening_sockets.h"
#include "tether/server/port_reservation.h"

namespace tether {
namespace {

using internal::PortReservation;
using support::ErrorOfStart;
using support::Socket;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

ServerOptions Releasing(std::vector<std::string> arguments) {
  ServerOptions options = support::ServePorts(std::move(arguments));
  options.reuses_ports = false;
  return options;
}

void ExpectBoundByItself(const Server& server) {
  const auto sockets = internal::ListeningSocketsOf({server.pid()});
  ASSERT_EQ(sockets.size(), 1U);
  EXPECT_EQ(sockets.front().port, server.port());
}

TEST(ReleasedPorts, AreBoundByTheServerAtTheFirstAttempt) {
  const Server server(Releasing({"terse", "{port}"}));
  ExpectBoundByItself(server);
  EXPECT_THROW(PortReservation::Of(server.port()), Error);
  EXPECT_THAT(server.Report(), Not(HasSubstr("before:")));
}

TEST(ReleasedPorts, AreFoundOutToBeNeeded) {
  const Server server(support::ServePorts({"{port}"}));
  ExpectBoundByItself(server);
  const std::string port = std::to_string(server.port());
  EXPECT_THAT(server.Report(),
              HasSubstr("before:   it exited with code 1 over an address in use: port " + port +
                        " was in use for it while tether held it: it seems to set neither "
                        "SO_REUSEADDR nor SO_REUSEPORT, and the port was released; "
                        "to save this attempt, set .reuses_ports = false in its options"));
  EXPECT_EQ(support::Texts(server), std::vector<std::string>{"ready " + port});
}

TEST(ReleasedPorts, AreFoundOutToBeNeededByServersStartedTogether) {
  std::vector<ServerOptions> options(5, support::ServePorts({"{port}"}));
  const auto servers = StartAll(options);
  for (const Server& server : servers) ExpectBoundByItself(server);
}

TEST(ReleasedPorts, StayReleasedAtARestart) {
  Server server(support::ServePorts({"{port}"}));
  const std::uint16_t port = server.port();
  server.Restart();
  EXPECT_EQ(server.port(), port);
  ExpectBoundByItself(server);
  EXPECT_THAT(server.Report(), Not(HasSubstr("before:")));
}

TEST(ReleasedPorts, ThatAreTakenBeforeARestartAreAnErrorThatNamesTheProcess) {
  Server server(Releasing({"{port}"}));
  const std::uint16_t port = server.port();
  server.Stop();
  {
    const Socket other = Socket::BoundTo(port);
    ASSERT_TRUE(other.holds());
    try {
      server.Restart();
      FAIL() << "no error";
    } catch (const StartError& error) {
      EXPECT_THAT(error.what(), HasSubstr("problem:  ports: port " + std::to_string(port) +
                                          " is taken: pid " + std::to_string(::getpid()) + " ("));
    }
  }
  server.Restart();
  EXPECT_EQ(server.port(), port);
}

// Takes the ports of a server at the last moment: when it has been started, and has not bound them.
class Thief {
 public:
  // Takes the first `count` ports that it is told.
  explicit Thief(int count) {
    ::mkfifo(tell_.c_str(), 0600);
    ::mkfifo(await_.c_str(), 0600);
    thread_ = std::thread([this, count] { Run(count); });
  }
  ~Thief() {
    End();
    ::unlink(tell_.c_str());
    ::unlink(await_.c_str());
  }
  Thief(const Thief&) = delete;
  Thief& operator=(const Thief&) = delete;

  // The words that make serve_ports wait until it was robbed, or not.
  std::vector<std::string> Victim(std::vector<std::string> words) const {
    words.insert(words.begin(), {"tell=" + tell_, "await=" + await_});
    return words;
  }

  void End() {
    if (!thread_.joinable()) return;
    const internal::FileDescriptor last(::open(tell_.c_str(), O_WRONLY | O_CLOEXEC));
    EXPECT_EQ(::write(last.number(), "0\n", 2), 2);
    thread_.join();
  }

  const std::vector<std::uint16_t>& told() const { return told_; }

 private:
  void Run(int count) {
    while (const std::uint16_t port = Hear()) {
      told_.push_back(port);
      if (count-- > 0) {
        stolen_.push_back(Socket::BoundTo(port));
        EXPECT_TRUE(stolen_.back().holds());
      }
      const internal::FileDescriptor open(::open(await_.c_str(), O_WRONLY | O_CLOEXEC));
    }
  }

  std::uint16_t Hear() const {
    const internal::FileDescriptor file(::open(tell_.c_str(), O_RDONLY | O_CLOEXEC));
    std::string line(16, '\0');
    const ssize_t size = ::read(file.number(), line.data(), line.size());
    return size > 0 ? static_cast<std::uint16_t>(std::stoi(line)) : std::uint16_t{0};
  }

  const std::string tell_ = testing::TempDir() + "tell_" + std::to_string(::getpid());
  const std::string await_ = testing::TempDir() + "await_" + std::to_string(::getpid());
  std::vector<std::uint16_t> told_;
  std::list<Socket> stolen_;
  std::thread thread_;
};

TEST(ReleasedPorts, ThatAreTakenAtTheLastMomentAreReplaced) {
  Thief thief(2);
  const Server server(Releasing(thief.Victim({"{port}"})));
  ExpectBoundByItself(server);
  thief.End();
  ASSERT_EQ(thief.told().size(), 3U);
  EXPECT_EQ(thief.told().back(), server.port());
  for (int i : {0, 1}) {
    const std::string port = std::to_string(thief.told()[static_cast<std::size_t>(i)]);
    EXPECT_THAT(server.Report(),
                HasSubstr("port " + port + " is taken: pid " + std::to_string(::getpid()) + " ("));
  }
  EXPECT_THAT(server.Report(), HasSubstr("; another one was chosen"));
}

TEST(ReleasedPorts, ThatAreTakenAtTheLastMomentAreReplacedInFiles) {
  Thief thief(1);
  ServerOptions options = support::ServePorts({});
  const auto words = thief.Victim({});
  options.command = {
      "sh", "-c",
      "exec " + options.command[0] + " " + words[0] + " " + words[1] + " $(cat {dir}/port)"};
  options.files = {{"port", "{port}"}};
  options.reuses_ports = false;
  const Server server(options);
  ExpectBoundByItself(server);
}

TEST(ReleasedPorts, ThatAreAlwaysTakenAreAnErrorAfterAFewAttempts) {
  Thief thief(100);
  const std::string report = ErrorOfStart(Releasing(thief.Victim({"{port}"})));
  thief.End();
  ASSERT_EQ(thief.told().size(), 5U);
  for (const std::uint16_t port : thief.told()) {
    EXPECT_THAT(report, HasSubstr("port " + std::to_string(port) + " is taken: pid "));
  }
  EXPECT_THAT(report, AllOf(HasSubstr("server \"serve_ports\" ended before it was ready\n"),
                            HasSubstr("Address already in use"), HasSubstr("hint:     port ")));
}

TEST(ReleasedPorts, ThatWereAskedForByNumberAreNotReplaced) {
  Thief thief(100);
  const auto port = PortReservation::OfAny().port();
  ServerOptions options = Releasing(thief.Victim({"{port}"}));
  options.ports = {{"", port}};
  EXPECT_THAT(ErrorOfStart(options),
              HasSubstr("hint:     port " + std::to_string(port) + " is taken: pid " +
                        std::to_string(::getpid()) + " ("));
  thief.End();
  EXPECT_EQ(thief.told().size(), 1U);
}

TEST(ReleasedPorts, AreNotBlamedForAnotherPortThatIsInUse) {
  const Socket other = Socket::BoundTo(0);
  const std::string report =
      ErrorOfStart(support::ServePorts({"addr", "{port}", std::to_string(other.port())}));
  EXPECT_THAT(report, AllOf(HasSubstr("before:   it exited with code 1 over an address in use"),
                            HasSubstr("hint:     its output says that an address is in use, but "
                                      "nobody has its reserved port ")));
}

TEST(ReleasedPorts, AreHintedAtWhenTheServerNeitherGetsReadyNorEnds) {
  ServerOptions options = {
      .command = {"sh", "-c", Program("serve_ports") + " {port}; exec sleep 60"},
      .ready = ready::Listening(),
      .start_timeout = 2s};
  EXPECT_THAT(ErrorOfStart(options), AllOf(HasSubstr("did not get ready within"),
                                           HasSubstr("set .reuses_ports = false in its options")));
}

TEST(ReleasedPorts, AreHintedAtWhenAServerKeepsToItselfThatItCannotBind) {
  ServerOptions options = {
      .command = {"sh", "-c",
                  "while ! " + Program("serve_ports") + " terse {port}; do sleep 0.02; done"},
      .ready = ready::Listening(),
      .start_timeout = 1s};
  EXPECT_THAT(ErrorOfStart(options),
              AllOf(HasSubstr("hint:     it has not opened its reserved port "),
                    HasSubstr("SO_REUSEPORT, set .reuses_ports = false in its options\n")));
}

}  // namespace
}  // namespace tether
