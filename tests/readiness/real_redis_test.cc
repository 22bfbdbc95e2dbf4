// Redis, as it comes.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <stdexcept>

#include "real_server.h"

namespace tether {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

// A client that speaks Redis' protocol in its inline form: a line is a request.
class RedisClient {
 public:
  explicit RedisClient(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    const auto* to = reinterpret_cast<const sockaddr*>(&address);
    if (::connect(socket_, to, sizeof address) != 0) ADD_FAILURE() << "cannot connect to " << port;
  }
  RedisClient(const RedisClient&) = delete;
  RedisClient& operator=(const RedisClient&) = delete;
  ~RedisClient() { ::close(socket_); }

  // The first line of the answer, and if that announces a value, the value.
  std::string Ask(const std::string& request) {
    const std::string line = request + "\r\n";
    (void)!::send(socket_, line.data(), line.size(), MSG_NOSIGNAL);
    const std::string answer = ReadLine();
    return answer.starts_with('$') && answer != "$-1" ? ReadLine() : answer;
  }

  // Who the server says it is.
  pid_t AskPid() {
    const std::string field = "process_id:";
    for (std::string line = Ask("INFO server"); !line.empty(); line = ReadLine()) {
      if (line.starts_with(field)) return std::stoi(line.substr(field.size()));
    }
    throw std::runtime_error("redis does not tell its process");
  }

 private:
  std::string ReadLine() {
    std::string line;
    char byte = 0;
    while (::recv(socket_, &byte, 1, 0) == 1 && byte != '\n') {
      if (byte != '\r') line += byte;
    }
    return line;
  }

  const int socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

class Redis : public support::RealServerTest {
 protected:
  Redis() : RealServerTest({"redis-server"}) {}

  ServerOptions Options() override {
    return {.command = {support::FindInstalled("redis-server"), "--bind", "127.0.0.1", "--port",
                        "{port}", "--dir", "{dir}", "--save", "3600 1"},
            .ready = ready::Line("Ready to accept connections")};
  }
};

TEST_F(Redis, KeepsWhatItIsGiven) {
  RedisClient client(server().port());
  EXPECT_EQ(client.Ask("PING"), "+PONG");
  EXPECT_EQ(client.Ask("SET fruit apple"), "+OK");
  EXPECT_EQ(client.Ask("GET fruit"), "apple");
  EXPECT_EQ(client.Ask("GET vegetable"), "$-1");
}

TEST_F(Redis, EndsWellAndSaysSo) {
  EXPECT_EQ(server().Stop(), ExitStatus::Exited{0});
  EXPECT_TRUE(server().WaitForLine("User requested shutdown"));
  EXPECT_TRUE(server().WaitForLine("bye bye"));
}

TEST_F(Redis, HasSavedWhatItWasGivenWhenItIsRestarted) {
  const std::uint16_t port = server().port();
  EXPECT_EQ(RedisClient(port).Ask("SET fruit apple"), "+OK");
  server().Restart();
  EXPECT_EQ(server().port(), port);
  EXPECT_EQ(RedisClient(port).Ask("GET fruit"), "apple");
}

TEST_F(Redis, IsReadyForManyClientsAtOnce) {
  std::vector<std::unique_ptr<RedisClient>> clients;
  for (int i = 0; i < 50; ++i) clients.push_back(std::make_unique<RedisClient>(server().port()));
  for (unsigned i = 1; i <= 50; ++i) {
    EXPECT_EQ(clients[50 - i]->Ask("INCR n"), ":" + std::to_string(i));
  }
}

class ListeningRedis : public Redis {
 protected:
  ServerOptions Options() override {
    ServerOptions options = Redis::Options();
    options.ready = ready::Listening();
    options.user = support::Unprivileged();
    return options;
  }
};

TEST_F(ListeningRedis, AnswersAsSoonAsItListens) {
  RedisClient client(server().port());
  EXPECT_EQ(client.Ask("PING"), "+PONG");
}

// As systemd runs it.
class SupervisedRedis : public Redis {
 protected:
  void SetUp() override {
    const std::string redis = support::FindInstalled("redis-server");
    if (!redis.empty() && support::ContentOf(redis).find("libsystemd") == std::string::npos) {
      GTEST_SKIP() << "this redis-server was built without sd_notify";
    }
    Redis::SetUp();
  }

  ServerOptions Options() override {
    ServerOptions options = Redis::Options();
    options.command.insert(options.command.end(),
                           {"--supervised", "systemd", "--unixsocket", "{dir}/redis.sock"});
    options.ready = ready::AllOf(ready::Notify(), ready::UnixSocket("{dir}/redis.sock"));
    options.user = support::Unprivileged();
    return options;
  }
};

TEST_F(SupervisedRedis, SaysByItselfWhenItIsReady) {
  EXPECT_EQ(RedisClient(server().port()).Ask("PING"), "+PONG");
  EXPECT_EQ(server().Stop(), ExitStatus::Exited{0});
}

class RedisDaemon : public Redis {
 protected:
  ServerOptions Options() override {
    ServerOptions options = Redis::Options();
    options.command.insert(options.command.end(), {"--daemonize", "yes", "--logfile",
                                                   "{dir}/redis.log", "--pidfile", "{dir}/pid"});
    options.ready = ready::Listening();
    options.daemonizes = true;
    return options;
  }
};

TEST_F(RedisDaemon, IsTheServer) {
  const pid_t daemon = RedisClient(server().port()).AskPid();
  EXPECT_TRUE(support::Eventually([&] { return server().pid() == daemon; }));
  EXPECT_TRUE(server().running());
  EXPECT_EQ(server().Stop(), ExitStatus::Exited{0});
}

TEST_F(RedisDaemon, ThatCrashesIsMissed) {
  ::kill(RedisClient(server().port()).AskPid(), SIGKILL);
  EXPECT_EQ(server().WaitForExit(), ExitStatus::Signaled{SIGKILL});
}

TEST(RedisOnATakenPort, SaysWhy) {
  const std::string redis = support::FindInstalled("redis-server");
  if (redis.empty()) GTEST_SKIP() << "redis-server is not installed";
  ServerOptions options{.command = {redis, "--bind", "127.0.0.1", "--port", "{port}", "--save", ""},
                        .ready = ready::Line("Ready to accept connections")};
  const Server first(options);
  options.command[4] = std::to_string(first.port());
  try {
    const Server second(options);
    FAIL() << "two servers share port " << first.port();
  } catch (const StartError& error) {
    EXPECT_THAT(error.what(), HasSubstr("exited with code 1"));
    EXPECT_THAT(error.what(), HasSubstr("Address already in use"));
  }
}

}  // namespace
}  // namespace tether
