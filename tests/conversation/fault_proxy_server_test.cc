// A FaultProxy in front of real servers, which end, restart and move; and in forked copies.
#include <gmock/gmock.h>
#include <httplib.h>
#include <sys/wait.h>
#include <tether/tether.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "conversation/peer.h"
#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using namespace std::chrono_literals;
using support::ConnectedPeer;
using support::Peer;
using support::Socket;
using support::TryToConnect;
using testing::HasSubstr;

const std::pair<std::string, int> kEnd{"", 0};
const std::pair<std::string, int> kReset{"", ECONNRESET};

ServerOptions AnswerHttp() {
  return {.command = {Program("answer_http")}, .ready = ready::Line(Regex(R"(port (?<port>\d+))"))};
}

int StatusOfGet(const std::string& url, const std::string& path = "/status/200") {
  const auto answer = httplib::Client(url).Get(path);
  return answer ? answer->status : -1;
}

class FaultProxyServerTest : public ServerTest {
 protected:
  ServerOptions Options() override { return AnswerHttp(); }
};

TEST_F(FaultProxyServerTest, IsTransparentForHttp) {
  const FaultProxy proxy(server());
  EXPECT_EQ(proxy.url(), "http://127.0.0.1:" + std::to_string(proxy.port()));
  httplib::Client client(proxy.url());
  const auto answer = client.Get("/large/4000000");
  ASSERT_TRUE(answer);
  const auto direct = httplib::Client(server().url()).Get("/large/4000000");
  ASSERT_TRUE(direct);
  EXPECT_EQ(answer->body, direct->body);
  const std::string much(1'000'000, 'x');
  const auto echo = client.Post("/echo", much, "text/plain");
  ASSERT_TRUE(echo);
  EXPECT_EQ(echo->body, much);
}

TEST_F(FaultProxyServerTest, ShowsAClientThatAnAnswerIsCutOff) {
  FaultProxy proxy(server());
  proxy.CutAfter(1000);
  const auto cut = httplib::Client(proxy.url()).Get("/large/4000000");
  EXPECT_FALSE(cut);
  EXPECT_EQ(cut.error(), httplib::Error::Read);
  EXPECT_EQ(proxy.traffic().bytes_to_client, 1000U);
}

TEST_F(FaultProxyServerTest, LetsTheTimeoutOfAClientComeToPass) {
  FaultProxy proxy(server());
  proxy.Blackhole();
  httplib::Client client(proxy.url());
  client.set_read_timeout(50ms);
  EXPECT_EQ(client.Get("/status/200").error(), httplib::Error::Read);
  proxy.Cut();
  proxy.Heal();
  EXPECT_EQ(StatusOfGet(proxy.url()), 200);
}

TEST_F(FaultProxyServerTest, FollowsTheServerToAnotherPort) {
  const FaultProxy proxy(server());
  std::set<std::uint16_t> ports;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(StatusOfGet(proxy.url()), 200);
    ports.insert(server().port());
    server().Restart();
  }
  EXPECT_GT(ports.size(), 1U);
  EXPECT_EQ(StatusOfGet(proxy.url()), 200);
}

TEST_F(FaultProxyServerTest, MayBeUsedWhileTheServerRestarts) {
  const FaultProxy proxy(server());
  std::atomic<bool> done{false};
  std::atomic<int> answers{0};
  std::thread client([&] {
    while (!done) {
      if (StatusOfGet(proxy.url()) == 200) ++answers;
    }
  });
  for (int i = 0; i < 5; ++i) {
    const int before = answers;
    EXPECT_TRUE(support::Eventually([&] { return answers > before; }));
    server().Restart();
  }
  done = true;
  client.join();
}

TEST_F(FaultProxyServerTest, ResetsClientsOfAServerThatDoesNotRun) {
  const FaultProxy proxy(server());
  server().Kill();
  EXPECT_EQ(ConnectedPeer(proxy.port()).ReadToEnd(), kReset);
  EXPECT_EQ(proxy.traffic().unreached_connections, 1U);
  EXPECT_THAT(proxy.Report(), HasSubstr("in front of server \"answer_http\":\n"));
  EXPECT_THAT(proxy.Report(), HasSubstr("failed:   1 times the server could not be reached\n"
                                        "  error:    the server was not running\n"));
  server().Restart();
  EXPECT_EQ(StatusOfGet(proxy.url()), 200);
}

TEST(FaultProxyWithoutServer, SaysWhatItTriedToReach) {
  const Socket nobody = Socket::BoundTo(0, false);
  const std::uint16_t port = nobody.port();
  const FaultProxy proxy(port);
  EXPECT_EQ(ConnectedPeer(proxy.port()).ReadToEnd(), kReset);
  EXPECT_THAT(proxy.Report(), HasSubstr("error:    connect to 127.0.0.1:" + std::to_string(port) +
                                        ": Connection refused (errno 111)\n"));
}

TEST(FaultProxyWithoutServer, TellsAClientNothingThroughABlackHole) {
  const Socket nobody = Socket::BoundTo(0, false);
  FaultProxy proxy(nobody.port());
  proxy.Blackhole(Toward::kClient);
  const Peer client = ConnectedPeer(proxy.port());
  EXPECT_TRUE(client.HearsNothing());
  proxy.Heal();
  EXPECT_EQ(client.ReadToEnd(), kReset);
}

TEST_F(FaultProxyServerTest, PassesOnThatTheServerWasKilled) {
  const FaultProxy proxy(server());
  const Peer client = ConnectedPeer(proxy.port());
  client.Send("GET /hang-once HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(proxy.WaitForTraffic([](const auto& now) { return now.bytes_to_server == 27; }));
  server().Kill();
  EXPECT_THAT(client.ReadToEnd(), testing::AnyOf(kEnd, kReset));
}

TEST_F(FaultProxyServerTest, HoldsWhatAPausedServerDoesNotRead) {
  const FaultProxy proxy(server());
  server().Pause();
  httplib::Client client(proxy.url());
  client.set_read_timeout(50ms);
  EXPECT_EQ(client.Get("/status/200").error(), httplib::Error::Read);
  server().Resume();
  EXPECT_EQ(StatusOfGet(proxy.url()), 200);
}

TEST(FaultProxyOfNamedPort, StandsInFrontOfThatPort) {
  ServerOptions options = support::Child("answer_on_sockets");
  options.listen = {Tcp(), Tcp("admin")};
  const Server server(options);
  const FaultProxy proxy(server, "admin");
  EXPECT_EQ(ConnectedPeer(proxy.port()).ReadToEnd(), std::pair(std::string("admin"), 0));
  EXPECT_THAT(proxy.Report(), HasSubstr("server \"answer_on_sockets\" (port \"admin\")"));
  EXPECT_THROW(FaultProxy(server, "metrics"), Error);
}

TEST(FaultProxyOfNoPort, IsAnError) {
  const Server server(support::Child("ready_and_wait"));
  EXPECT_THROW(FaultProxy{server}, Error);
}

TEST(FaultProxyLife, DoesNotDependOnThatOfTheServer) {
  std::optional<Server> server(AnswerHttp());
  const FaultProxy proxy(*server);
  std::optional<Server> moved(std::move(*server));
  server.reset();
  EXPECT_EQ(StatusOfGet(proxy.url()), 200);
  moved->Restart();
  EXPECT_EQ(StatusOfGet(proxy.url()), 200);
  moved.reset();
  EXPECT_EQ(ConnectedPeer(proxy.port()).ReadToEnd(), kReset);
}

// Destroyed by exit(), also in a copy.
std::optional<FaultProxy> global_proxy;

class FaultProxyDeathTest : public FaultProxyServerTest {
 protected:
  void SetUp() override {
    GTEST_FLAG_SET(death_test_style, "fast");
    FaultProxyServerTest::SetUp();
    global_proxy.emplace(server());
  }
  void TearDown() override {
    EXPECT_EQ(StatusOfGet(global_proxy->url()), 200);
    global_proxy.reset();
    FaultProxyServerTest::TearDown();
  }
};

TEST_F(FaultProxyDeathTest, LeavesItToTheOriginal) {
  const Peer client = ConnectedPeer(global_proxy->port());
  EXPECT_EXIT(std::exit(3), testing::ExitedWithCode(3), "");
  EXPECT_EXIT(
      {
        global_proxy.reset();
        std::_Exit(3);
      },
      testing::ExitedWithCode(3), "");
  EXPECT_TRUE(client.HearsNothing(10ms));
}

TEST_F(FaultProxyDeathTest, KnowsItsPortInACopyAndIsRefusedAllElse) {
  const std::uint16_t port = global_proxy->port();
  EXPECT_EXIT(
      {
        FaultProxy& proxy = *global_proxy;
        int refused = 0;
        for (const auto& call : std::vector<std::function<void()>>{
                 [&] { proxy.SetLatency(1ms); }, [&] { proxy.SetBandwidth(1); },
                 [&] { proxy.Blackhole(); }, [&] { proxy.CutAfter(1); },
                 [&] { proxy.RefuseConnections(); }, [&] { proxy.AcceptConnections(); },
                 [&] { proxy.Cut(); }, [&] { proxy.Reset(); }, [&] { proxy.Heal(); },
                 [&] { proxy.traffic(); }, [&] { proxy.Report(); }}) {
          try {
            call();
          } catch (const std::logic_error&) {
            ++refused;
          }
        }
        std::_Exit(proxy.port() == port && proxy.url() != "" && refused == 11 ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

// A copy of the process that holds all its descriptors as long as it lives.
class Copy {
 public:
  Copy() : pid_(::fork()) {
    if (pid_ == 0) {
      for (;;) ::pause();
    }
  }
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;
  ~Copy() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

 private:
  pid_t pid_;
};

TEST_F(FaultProxyDeathTest, WorksAsEverWhileACopyHoldsItsSockets) {
  FaultProxy proxy(server());
  const Peer cut = ConnectedPeer(proxy.port());
  ASSERT_TRUE(proxy.WaitForTraffic([](const auto& now) { return now.open_connections == 1; }));
  const Copy holds_the_first;
  proxy.Cut();
  EXPECT_EQ(cut.ReadToEnd(), kEnd);
  const Peer reset = ConnectedPeer(proxy.port());
  ASSERT_TRUE(proxy.WaitForTraffic([](const auto& now) { return now.open_connections == 1; }));
  const Copy holds_the_second;
  proxy.Reset();
  EXPECT_EQ(reset.ReadToEnd(), kReset);
  proxy.RefuseConnections();
  EXPECT_EQ(TryToConnect(proxy.port()).first, ECONNREFUSED);
}

TEST_F(FaultProxyDeathTest, MayBeCopiedWhileBytesFlow) {
  std::atomic<bool> done{false};
  std::thread client([&] {
    while (!done) EXPECT_EQ(StatusOfGet(global_proxy->url(), "/large/100000"), 200);
  });
  for (int copies = 0; copies < 50; ++copies) {
    const pid_t copy = ::fork();
    if (copy == 0) {
      global_proxy.reset();
      // The allocator is not locked.
      ::_exit(std::string(100'000, '.').size() == 100'000 ? 0 : 1);
    }
    int status = -1;
    ::waitpid(copy, &status, 0);
    EXPECT_EQ(status, 0);
  }
  done = true;
  client.join();
}

}  // namespace
}  // namespace tether
