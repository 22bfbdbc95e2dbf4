// Servers that fork, and what becomes of their children.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <tether/tether.h>
#include <unistd.h>

#include <csignal>
#include <list>

namespace {

using testing::Each;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;
using tether::ProcessState;
using tether::ProcessTree;

constexpr std::size_t kClients = 8;

// A connection to the server, over which one line has come back.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::send(socket_, "hello", 5, MSG_NOSIGNAL), 5);
    char answer[5] = {};
    EXPECT_EQ(::recv(socket_, answer, sizeof answer, MSG_WAITALL), 5);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { ::close(socket_); }

 private:
  const int socket_;
};

tether::Server ForkServer(const std::string& way) {
  return tether::Server(
      {.command = {tether::Program("fork_server"), way},
       .ready = tether::ready::Line(tether::Regex("listening on port (?<port>\\d+)"))});
}

// While the clients are connected each has a worker.
void ServeClients(const tether::Server& server) {
  std::list<Client> clients;
  while (clients.size() < kClients) clients.emplace_back(server.port());
  const ProcessTree workers = server.processes().Below(server.pid());
  EXPECT_THAT(workers, SizeIs(kClients));
  EXPECT_THAT(workers.InState(ProcessState::kZombie), IsEmpty());
}

bool IsAlone(const ProcessTree& tree) { return tree.size() == 1; }

TEST(Forking, LeavesNoZombieWhenTheServerReapsItsChildren) {
  const tether::Server server = ForkServer("reap");
  ServeClients(server);
  EXPECT_TRUE(server.WaitForProcesses(IsAlone));
}

TEST(Forking, LeavesNoZombieWhenTheServerIgnoresSigchld) {
  const tether::Server server = ForkServer("ignore");
  ServeClients(server);
  EXPECT_TRUE(server.WaitForProcesses(IsAlone));
}

TEST(Forking, LeavesAZombieForEachClientWhenTheServerForgetsThem) {
  const tether::Server server = ForkServer("forget");
  ServeClients(server);
  const auto match = server.WaitForProcesses([](const ProcessTree& tree) {
    return tree.InState(ProcessState::kZombie).size() == kClients;
  });
  ASSERT_TRUE(match);
  EXPECT_THAT(match.processes(), SizeIs(1 + kClients));
}

TEST(Preforking, ReplacesAWorkerThatWasKilled) {
  tether::Server server(
      {.command = {tether::Program("prefork_server"), "4"}, .ready = tether::ready::Line("ready")});
  const pid_t killed = server.processes().Below(server.pid()).begin()->pid;
  ::kill(killed, SIGKILL);
  const auto line = server.WaitForLine(
      tether::Regex("worker " + std::to_string(killed) + R"( ended, replaced by (?<pid>\d+))"));
  ASSERT_TRUE(line);
  const ProcessTree workers = server.processes().Below(server.pid());
  EXPECT_THAT(workers, SizeIs(4));
  EXPECT_EQ(workers.Find(killed), nullptr);
  EXPECT_NE(workers.Find(line.As<pid_t>("pid")), nullptr);
}

}  // namespace
