// What a client does when the network or the server fails: it is put to the test by a FaultProxy
// between the two, and by what happens to the server.
#include "retrying_client.h"

#include <gmock/gmock.h>
#include <tether/tether.h>

#include <algorithm>
#include <csignal>
#include <future>
#include <list>
#include <thread>

namespace {

using namespace std::chrono_literals;
using tether::Toward;

class RetryingClientTest : public tether::ServerTest {
 protected:
  tether::ServerOptions Options() override {
    return {.command = {tether::Program("kv_server"), "--port=0"},
            .ready = tether::ready::Line(tether::Regex(R"(listening on port (?<port>\d+))"))};
  }
  void SetUp() override {
    ServerTest::SetUp();
    proxy_.emplace(server());
    ASSERT_TRUE(RetryingClient(server().url(), {}).Put("color", "green"));
  }

  // A client behind the proxy. `recover` is what happens before its first retry.
  RetryingClient Client(
      std::function<void()> recover = [] {}, std::chrono::milliseconds timeout = 5s) {
    return {proxy().url(), {.timeout = timeout, .before_retry = [this, recover](auto) {
                              if (++retries_ == 1) recover();
                            }}};
  }
  tether::FaultProxy& proxy() { return *proxy_; }

  std::optional<tether::FaultProxy> proxy_;
  int retries_ = 0;
};

TEST_F(RetryingClientTest, WaitsForASlowNetwork) {
  proxy().SetLatency(20ms);
  proxy().SetBandwidth(500'000);
  EXPECT_TRUE(Client().Put("size", std::string(10'000, 'x')));
  EXPECT_EQ(Client().Get("color"), "green");
  EXPECT_EQ(retries_, 0);
}

TEST_F(RetryingClientTest, TriesAgainWhenRefused) {
  proxy().RefuseConnections();
  EXPECT_EQ(Client([&] { proxy().AcceptConnections(); }).Get("color"), "green");
  EXPECT_EQ(retries_, 1);
}

TEST_F(RetryingClientTest, TriesAgainWhenTheAnswerIsCutShort) {
  proxy().CutAfter(30);
  EXPECT_EQ(Client([&] { proxy().Heal(); }).Get("color"), "green");
  EXPECT_EQ(retries_, 1);
  EXPECT_TRUE(server().WaitForCount("GET /kv/color 200", 2));  // the server knows of both
}

TEST_F(RetryingClientTest, TriesAgainWhenTheConnectionIsReset) {
  proxy().SetLatency(1h, Toward::kClient);  // so that it still waits for the answer
  auto color = std::async(std::launch::async, [client = Client([&] { proxy().Heal(); })]() mutable {
    return client.Get("color");
  });
  EXPECT_TRUE(server().WaitForLine("GET /kv/color 200"));
  proxy().Reset();
  EXPECT_EQ(color.get(), "green");
  EXPECT_EQ(retries_, 1);
}

TEST_F(RetryingClientTest, DoesNotWaitForeverForAHostThatIsGone) {
  proxy().Blackhole();
  EXPECT_EQ(Client([&] { proxy().Heal(); }, 50ms).Get("color"), "green");
  EXPECT_GE(retries_, 1);
}

TEST_F(RetryingClientTest, GivesUpInTheEnd) {
  proxy().RefuseConnections();
  EXPECT_FALSE(Client().Put("color", "red"));
  EXPECT_EQ(retries_, 9);
}

TEST_F(RetryingClientTest, TriesAgainWhenTheServerHangs) {
  server().Pause();
  EXPECT_EQ(Client([&] { server().Resume(); }, 50ms).Get("color"), "green");
  EXPECT_GE(retries_, 1);
}

TEST_F(RetryingClientTest, TriesAgainWhenTheServerHasNoDescriptorLeft) {
  tether::ServerOptions options = Options();
  options.limits.open_files = 8;
  tether::Server scarce(options);
  const auto used = [&] { return scarce.descriptors().size(); };
  const auto sockets = [&] {
    return std::ranges::count(scarce.descriptors(), tether::DescriptorKind::kSocket,
                              &tether::Descriptor::kind);
  };
  ASSERT_TRUE(RetryingClient(scarce.url(), {}).Put("color", "green"));
  while (sockets() != 1) std::this_thread::yield();  // until it has but the one it listens on
  const std::size_t idle = used();
  std::list<tether::Connection> slow;  // clients that do not come to the end of their request
  for (std::size_t left = 8 - idle; left > 0; --left) {
    slow.emplace_back(tether::Connection::Tcp(scarce.port())).Send("GET /kv/");
  }
  while (used() != 8) std::this_thread::yield();
  RetryingClient client(scarce.url(),
                        {.timeout = 50ms, .before_retry = [&](auto) { slow.clear(), ++retries_; }});
  EXPECT_TRUE(client.Put("color", "red"));
  EXPECT_GE(retries_, 1);
}

TEST_F(RetryingClientTest, FindsTheServerAfterItWasKilledAndRestarted) {
  server().Kill();
  EXPECT_TRUE(Client([&] { server().Restart(); }).Put("color", "blue"));
  EXPECT_EQ(retries_, 1);
  EXPECT_EQ(Client().Get("color"), "blue");
}

TEST_F(RetryingClientTest, FindsTheServerAfterACrash) {
  server().Signal("ABRT");
  EXPECT_TRUE(server().ExpectExit(tether::KilledBy(SIGABRT)));
  EXPECT_EQ(Client([&] { server().Restart(); }).Get("color"), std::nullopt);  // it was in memory
  EXPECT_EQ(retries_, 1);
}

}  // namespace
