// Descriptors that go to a server, or are only kept as long as it lives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cstdlib>

#include "support/processes.h"
#include "support/servers.h"
#include "tether/base/poll_until.h"
#include "tether/guardian/start_request.h"

namespace tether::internal {
namespace {

using testing::Contains;
using testing::Not;
using namespace std::chrono_literals;

int PortOf(const FileDescriptor& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

FileDescriptor ListenOnLoopback() {
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = Loopback(0);
  const auto* any = reinterpret_cast<const sockaddr*>(&address);
  if (::bind(socket.number(), any, sizeof address) != 0 || ::listen(socket.number(), 8) != 0) {
    ADD_FAILURE() << "cannot listen: " << errno;
  }
  return socket;
}

// What a server says to whoever connects.
std::string Ask(int port) {
  const FileDescriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = Loopback(port);
  ::connect(client.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  std::string said(64, '\0');
  const ssize_t size = ::recv(client.number(), said.data(), said.size(), MSG_WAITALL);
  said.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  return said;
}

// A program on a keeper, without all that Server does.
class BareServer {
 public:
  BareServer(StartRequest request, const std::vector<int>& more) {
    Pipe pipe = MakePipe();
    const int read = pipe.read.number();
    const int write = pipe.write.number();
    std::vector<int> descriptors = {read, write, read, write};
    descriptors.insert(descriptors.end(), more.begin(), more.end());
    auto guardian = GuardianClient::Current();
    Inherited inherited;
    number_ = request.server;
    keeper_ = StartOnKeeper(guardian, request, descriptors, inherited);
    output_ = std::move(pipe.read);
  }

  // What it prints up to its "ready", or its end.
  std::vector<std::string> LinesUntilReady() {
    std::vector<std::string> lines;
    std::string line;
    char byte = 0;
    while (lines.empty() || lines.back() != "ready") {
      pollfd readable{output_.number(), POLLIN, 0};
      if (PollUntil({&readable, 1}, Clock::now() + 20s) <= 0) break;
      if (::read(output_.number(), &byte, 1) != 1) break;
      if (byte != '\n') {
        line += byte;
      } else {
        lines.push_back(std::exchange(line, {}));
      }
    }
    return lines;
  }

  // The next event of this kind.
  Event Await(Event::Kind kind) {
    bool closed = false;
    for (const auto deadline = Clock::now() + 20s; !closed;) {
      pollfd readable{keeper_->number(), POLLIN, 0};
      if (PollUntil({&readable, 1}, deadline) <= 0) break;
      const auto report = keeper_->Next(closed);
      if (report && report->event.kind == kind) return report->event;
    }
    ADD_FAILURE() << "no such event";
    return {};
  }

  void Kill() { keeper_->Stop({.server = number_, .signalled_at = {}, .stop = {{SIGKILL}}}); }

 private:
  std::uint32_t number_ = 0;
  std::unique_ptr<KeeperLink> keeper_;
  FileDescriptor output_;
};

StartRequest RequestFor(const char* program, std::vector<std::string> arguments = {}) {
  arguments.insert(arguments.begin(), program);
  StartRequest request = NewRequest(std::move(arguments));
  request.program = Program(program);
  request.stop = {{SIGKILL}};
  return request;
}

class HandedSockets : public testing::TestWithParam<int> {
 protected:
  HandedSockets() {
    for (int i = 0; i < GetParam(); ++i) {
      sockets_.push_back(ListenOnLoopback());
      numbers_.push_back(sockets_.back().number());
      request_.listen_names.push_back("name" + std::to_string(i));
    }
  }

  // Whether each is where it should be, and answers.
  void ExpectAll(const std::vector<std::string>& lines) {
    ASSERT_EQ(lines.size(), sockets_.size() + 1);
    for (std::size_t i = 0; i < sockets_.size(); ++i) {
      const int port = PortOf(sockets_[i]);
      EXPECT_EQ(lines[i], "socket " + std::to_string(3 + i) + " name" + std::to_string(i) + " " +
                              std::to_string(port));
      EXPECT_EQ(Ask(port), "name" + std::to_string(i));
    }
  }

  StartRequest request_ = RequestFor("answer_on_sockets");
  std::vector<FileDescriptor> sockets_;
  std::vector<int> numbers_;
};

TEST_P(HandedSockets, AreInTheirPlaces) {
  BareServer server(request_, numbers_);
  ExpectAll(server.LinesUntilReady());
  server.Kill();
  EXPECT_TRUE(server.Await(Event::Kind::kExited).tree_empty);
}

TEST_P(HandedSockets, LeaveTheProgramThatIsToBeExecutedAlone) {
  const FileDescriptor program(::open(request_.program.c_str(), O_RDONLY | O_CLOEXEC));
  request_.has_program = true;
  numbers_.insert(numbers_.begin(), program.number());
  BareServer server(request_, numbers_);
  ExpectAll(server.LinesUntilReady());
}

TEST_P(HandedSockets, AreAllThatTheServerHas) {
  request_ = RequestFor("show_state", {"LISTEN_FDS"});
  std::string expected = "descriptors 0 1 2";
  for (int i = 0; i < GetParam(); ++i) {
    request_.listen_names.emplace_back();
    expected += " " + std::to_string(3 + i);
  }
  request_.environment = std::string("LISTEN_FDS=77\0", 14);  // of the server, not of the keeper
  BareServer server(request_, numbers_);
  const auto lines = server.LinesUntilReady();
  EXPECT_THAT(lines, Contains(expected));
  EXPECT_THAT(lines, Contains("LISTEN_FDS " + std::to_string(GetParam())));
}

TEST_P(HandedSockets, AreOpenNowhereElseWhenTestAndServerHaveClosedThem) {
  BareServer server(request_, numbers_);
  server.LinesUntilReady();
  server.Kill();
  server.Await(Event::Kind::kExited);
  for (FileDescriptor& socket : sockets_) {
    const int port = PortOf(socket);
    socket.Reset();
    EXPECT_EQ(Ask(port), "");  // refused
  }
}

INSTANTIATE_TEST_SUITE_P(Numbers, HandedSockets, testing::Values(1, 2, 5, 20, 200),
                         [](const auto& test) { return std::to_string(test.param); });

TEST(HandedSocketsThatWereNotAskedFor, AreNotTold) {
  ::setenv("LISTEN_FDS", "1", 1);
  ::setenv("LISTEN_PID", "1", 1);
  ::setenv("LISTEN_FDNAMES", "of the test", 1);
  const Server server(support::Child("show_state", {"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"}));
  for (const char* name : {"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"}) {
    ::unsetenv(name);
    EXPECT_THAT(support::Texts(server), Contains(std::string(name) + " (unset)"));
  }
  EXPECT_THAT(support::Texts(server), Contains("descriptors 0 1 2"));
}

TEST(HandedSocketsThatDoNotFit, FailTheStart) {
  StartRequest request = RequestFor("answer_on_sockets");
  std::vector<FileDescriptor> sockets;
  std::vector<int> numbers;
  for (int i = 0; i < 30; ++i) {
    sockets.push_back(ListenOnLoopback());
    numbers.push_back(sockets.back().number());
    request.listen_names.emplace_back("name");
  }
  const rlimit before = CurrentResourceLimits()[RLIMIT_NOFILE];
  const rlimit few{16, before.rlim_max};
  GuardianClient::Current();  // it does not have the limit of its servers
  Pipe pipe = MakePipe();
  std::vector<int> descriptors(4, pipe.write.number());
  descriptors.insert(descriptors.end(), numbers.begin(), numbers.end());
  auto keeper = GuardianClient::Current()->TakeKeeper();
  InheritRequest inherited{022, CurrentResourceLimits()};
  inherited.limits[RLIMIT_NOFILE] = few;
  ASSERT_TRUE(keeper->Start(request, descriptors) && keeper->Inherit(inherited));
  bool closed = false;
  pollfd readable{keeper->number(), POLLIN, 0};
  ASSERT_GT(PollUntil({&readable, 1}, Clock::now() + 20s), 0);
  const auto report = keeper->Next(closed);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->event.kind, Event::Kind::kNotStarted);
  EXPECT_EQ(report->event.step, StartStep::kListen);
}

// A pipe shows by the end of what can be read from it that nobody holds its other end.
bool HeldBySomebody(const FileDescriptor& read_end) {
  pollfd ended{read_end.number(), 0, 0};
  return PollUntil({&ended, 1}, Clock::now()) == 0;
}

class HeldDescriptor : public testing::Test {
 protected:
  HeldDescriptor() { request_.held = 1; }

  BareServer Start() {
    BareServer server(request_, {pipe_.write.number()});
    pipe_.write.Reset();
    return server;
  }

  StartRequest request_ = RequestFor("ready_and_wait");
  Pipe pipe_ = MakePipe();
};

TEST_F(HeldDescriptor, IsOpenUntilTheServerHasEndedAndNotLonger) {
  BareServer server = Start();
  server.LinesUntilReady();
  EXPECT_TRUE(HeldBySomebody(pipe_.read));
  server.Kill();
  server.Await(Event::Kind::kExited);
  EXPECT_FALSE(HeldBySomebody(pipe_.read));
}

TEST_F(HeldDescriptor, IsNotTheServers) {
  request_ = RequestFor("show_state");
  request_.held = 1;
  EXPECT_THAT(Start().LinesUntilReady(), Contains("descriptors 0 1 2"));
}

TEST_F(HeldDescriptor, IsClosedWhenTheServerCannotBeStarted) {
  request_.program = "/nonexistent";
  BareServer server = Start();
  EXPECT_EQ(server.Await(Event::Kind::kNotStarted).step, StartStep::kExecute);
  EXPECT_FALSE(HeldBySomebody(pipe_.read));
}

TEST_F(HeldDescriptor, OfATestThatDiesIsOpenUntilTheServerHasEnded) {
  if (support::kThreadSanitizer) GTEST_SKIP() << "it ends a forked copy that starts a thread";
  int pids[2];
  ASSERT_EQ(::pipe(pids), 0);
  const pid_t test = ::fork();
  if (test == 0) {
    BareServer server = Start();
    const pid_t pid = server.Await(Event::Kind::kRunning).pid;
    (void)!::write(pids[1], &pid, sizeof pid);
    for (;;) ::pause();
  }
  pipe_.write.Reset();
  pid_t server = 0;
  ASSERT_EQ(::read(pids[0], &server, sizeof server), static_cast<ssize_t>(sizeof server));
  ::kill(test, SIGKILL);
  ::waitpid(test, nullptr, 0);
  pollfd ended{pipe_.read.number(), 0, 0};
  EXPECT_GT(PollUntil({&ended, 1}, Clock::now() + 20s), 0);
  EXPECT_TRUE(support::Gone(server, 0ms));
  ::close(pids[0]);
  ::close(pids[1]);
}

}  // namespace
}  // namespace tether::internal
