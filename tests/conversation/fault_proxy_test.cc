// What a FaultProxy does to the bytes between two sockets.
#include "tether/proxy/fault_proxy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "conversation/peer.h"
#include "support/few_descriptors.h"
#include "support/processes.h"
#include "support/sockets.h"
#include "tether/base/errors.h"
#include "tether/inspect/descriptor_table.h"

namespace tether {
namespace {

using namespace std::chrono_literals;
using support::ConnectedPeer;
using support::Peer;
using support::Socket;
using support::TryToConnect;
using testing::HasSubstr;
using Clock = std::chrono::steady_clock;

const std::pair<std::string, int> kEnd{"", 0};
const std::pair<std::string, int> kReset{"", ECONNRESET};

// Both ends of a connection through a proxy.
struct Connection {
  Connection(const FaultProxy& proxy, const Socket& listener)
      : client(ConnectedPeer(proxy.port())), server(Peer::AcceptedFrom(listener)) {}

  Peer client;
  Peer server;
};

class FaultProxyTest : public testing::Test {
 protected:
  Connection Connect() { return {proxy_, listener_}; }

  const Socket listener_ = Socket::BoundTo(0);
  FaultProxy proxy_{listener_.port()};
};

std::string RandomBytes(std::size_t size) {
  std::mt19937 random(4711);
  std::string bytes(size, '\0');
  for (char& each : bytes) each = static_cast<char>(random());
  return bytes;
}

TEST_F(FaultProxyTest, HandsOn16MebibytesEachWayAtOnceAndUnchanged) {
  const auto connection = Connect();
  const std::string question = RandomBytes(std::size_t{16} << 20U);
  const std::string answer(question.rbegin(), question.rend());
  const auto talk = [](const Peer& peer, const std::string& said) {
    return std::thread([&] {
      EXPECT_TRUE(peer.Send(said));
      peer.EndSending();
    });
  };
  std::thread asks = talk(connection.client, question);
  std::thread answers = talk(connection.server, answer);
  std::pair<std::string, int> heard;
  std::thread hears([&] { heard = connection.server.ReadToEnd(); });
  EXPECT_TRUE(connection.client.ReadToEnd() == std::pair(answer, 0));
  hears.join();
  EXPECT_TRUE(heard == std::pair(question, 0));
  asks.join();
  answers.join();
  EXPECT_TRUE(proxy_.WaitForTraffic([](const auto& now) { return now.open_connections == 0; }));
  EXPECT_EQ(proxy_.traffic(), (ProxyTraffic{.total_connections = 1,
                                            .bytes_to_server = question.size(),
                                            .bytes_to_client = answer.size()}));
}

TEST_F(FaultProxyTest, PassesOnTheEndOfOneDirectionAlone) {
  for (const bool client_first : {true, false}) {
    const auto connection = Connect();
    const Peer& first = client_first ? connection.client : connection.server;
    const Peer& second = client_first ? connection.server : connection.client;
    first.Send("question");
    first.EndSending();
    EXPECT_EQ(second.ReadToEnd(), std::pair(std::string("question"), 0));
    EXPECT_TRUE(first.HearsNothing(10ms));
    EXPECT_TRUE(second.Send("late answer"));
    EXPECT_EQ(first.Read(11), "late answer");
    second.EndSending();
    EXPECT_EQ(first.ReadToEnd(), kEnd);
  }
}

TEST_F(FaultProxyTest, PassesOnAResetBehindWhatCameBefore) {
  for (const bool by_client : {true, false}) {
    auto connection = Connect();
    Peer& resetting = by_client ? connection.client : connection.server;
    const Peer& other = by_client ? connection.server : connection.client;
    resetting.Send("last words");
    EXPECT_EQ(other.Read(10), "last words");
    resetting.Reset();
    EXPECT_EQ(other.ReadToEnd(), kReset);
  }
}

TEST_F(FaultProxyTest, PassesOnAResetBehindAnEnd) {
  for (const bool by_client : {true, false}) {
    auto connection = Connect();
    Peer& resetting = by_client ? connection.client : connection.server;
    const Peer& other = by_client ? connection.server : connection.client;
    resetting.EndSending();
    EXPECT_EQ(other.ReadToEnd(), kEnd);
    resetting.Reset();
    pollfd watched{other.number(), 0, 0};
    EXPECT_EQ(::poll(&watched, 1, 20000), 1);
    EXPECT_TRUE((watched.revents & POLLERR) != 0) << watched.revents;
    EXPECT_TRUE(proxy_.WaitForTraffic([](const auto& now) { return now.open_connections == 0; }));
  }
}

TEST_F(FaultProxyTest, HandsOnUrgentDataInItsPlace) {
  const auto connection = Connect();
  for (const bool by_client : {true, false}) {
    const Peer& sender = by_client ? connection.client : connection.server;
    const Peer& reader = by_client ? connection.server : connection.client;
    sender.Send("a");
    ASSERT_EQ(::send(sender.number(), "!", 1, MSG_OOB), 1);
    sender.Send("z");
    EXPECT_EQ(reader.Read(3), "a!z");
  }
}

TEST_F(FaultProxyTest, PassesOnAResetThatOnlyShowsWhenSomethingIsSent) {
  auto connection = Connect();
  connection.server.Send("answer");
  connection.server.Close();
  EXPECT_EQ(connection.client.ReadToEnd(), std::pair(std::string("answer"), 0));
  while (connection.client.Send("more")) {
  }
  EXPECT_THAT(errno, testing::AnyOf(EPIPE, ECONNRESET));
}

TEST_F(FaultProxyTest, DelaysEachWayByTheLatency) {
  const auto connection = Connect();
  proxy_.SetLatency(30ms);
  const auto begin = Clock::now();
  connection.client.Send("ping");
  EXPECT_EQ(connection.server.Read(4), "ping");
  EXPECT_GE(Clock::now() - begin, 30ms);
  connection.server.Send("pong");
  connection.server.EndSending();
  EXPECT_EQ(connection.client.ReadToEnd(), std::pair(std::string("pong"), 0));
  EXPECT_GE(Clock::now() - begin, 60ms);
}

TEST_F(FaultProxyTest, DelaysOneWayAlone) {
  const auto connection = Connect();
  proxy_.SetLatency(1h, Toward::kServer);
  connection.server.Send("at once");
  EXPECT_EQ(connection.client.Read(7), "at once");
  connection.client.Send("never");
  EXPECT_TRUE(connection.server.HearsNothing());
}

TEST_F(FaultProxyTest, DelaysAReset) {
  auto connection = Connect();
  proxy_.SetLatency(30ms);
  const auto begin = Clock::now();
  connection.client.Reset();
  EXPECT_EQ(connection.server.ReadToEnd(), kReset);
  EXPECT_GE(Clock::now() - begin, 30ms);
}

TEST_F(FaultProxyTest, LetsGoInOrderWhatAShorterLatencyNoLongerHolds) {
  const auto connection = Connect();
  std::string all;
  proxy_.SetLatency(1h);
  for (int i = 0; i < 1000; ++i) {
    connection.client.Send(std::to_string(i));
    all += std::to_string(i);
  }
  proxy_.SetLatency(0ms);
  connection.client.EndSending();
  EXPECT_EQ(connection.server.ReadToEnd(), std::pair(all, 0));
}

TEST_F(FaultProxyTest, HandsOnNoMoreThanTheBandwidth) {
  for (const int bytes_per_second : {100'000, 1'000'000}) {
    const auto connection = Connect();
    proxy_.SetBandwidth(bytes_per_second, Toward::kClient);
    const std::string tenth(static_cast<std::size_t>(bytes_per_second / 10), '.');
    const auto begin = Clock::now();
    connection.server.Send(tenth);
    EXPECT_EQ(connection.client.Read(tenth.size()), tenth);
    EXPECT_GE(Clock::now() - begin, 100ms);
  }
}

TEST_F(FaultProxyTest, CanBeAsSlowAsAFewBytesASecond) {
  const auto connection = Connect();
  proxy_.SetBandwidth(20);
  const auto begin = Clock::now();
  connection.server.Send("abcd");
  EXPECT_EQ(connection.client.Read(4), "abcd");
  EXPECT_GE(Clock::now() - begin, 200ms);
  proxy_.SetBandwidth(1);
  connection.server.Send(std::string(100'000, '.'));
  EXPECT_TRUE(connection.client.HearsNothing());
  proxy_.SetBandwidth(std::nullopt);
  EXPECT_EQ(connection.client.Read(100'000).size(), 100'000U);
}

TEST_F(FaultProxyTest, CutsWhatThereIsAndLetsNewConnectionsThrough) {
  const auto connection = Connect();
  connection.client.Send("heard");
  EXPECT_EQ(connection.server.Read(5), "heard");
  proxy_.SetLatency(1h);
  connection.client.Send("lost");
  proxy_.Cut();
  EXPECT_EQ(proxy_.traffic().open_connections, 0U);
  EXPECT_EQ(connection.client.ReadToEnd(), kEnd);
  EXPECT_EQ(connection.server.ReadToEnd(), kEnd);
  proxy_.Heal();
  const auto next = Connect();
  next.client.Send("new");
  EXPECT_EQ(next.server.Read(3), "new");
}

TEST_F(FaultProxyTest, ResetsBothSides) {
  const auto connection = Connect();
  proxy_.Reset();
  EXPECT_EQ(connection.client.ReadToEnd(), kReset);
  EXPECT_EQ(connection.server.ReadToEnd(), kReset);
  EXPECT_TRUE(Connect().client.Send("new"));
}

TEST_F(FaultProxyTest, LosesNothingInABlackHoleThatIsHealed) {
  const auto connection = Connect();
  proxy_.Blackhole();
  connection.client.Send("question");
  connection.server.Send("answer");
  EXPECT_TRUE(connection.server.HearsNothing());
  EXPECT_TRUE(connection.client.HearsNothing(0ms));
  proxy_.Heal();
  EXPECT_EQ(connection.server.Read(8), "question");
  EXPECT_EQ(connection.client.Read(6), "answer");
}

TEST_F(FaultProxyTest, LeavesAConnectionHalfOpenWhoseOtherSideIsGone) {
  auto closed = Connect();
  auto reset = Connect();
  proxy_.Blackhole(Toward::kClient);
  closed.server.Send("bye");
  closed.server.Close();
  reset.server.Reset();
  EXPECT_TRUE(closed.client.HearsNothing());
  EXPECT_TRUE(reset.client.HearsNothing(0ms));
  EXPECT_TRUE(reset.client.Send("into the void"));
  EXPECT_EQ(proxy_.traffic().open_connections, 2U);
  proxy_.Heal();
  EXPECT_EQ(closed.client.ReadToEnd(), std::pair(std::string("bye"), 0));
  EXPECT_EQ(reset.client.ReadToEnd(), kReset);
}

TEST_F(FaultProxyTest, SwallowsOneDirectionAlone) {
  const auto connection = Connect();
  proxy_.Blackhole(Toward::kServer);
  connection.client.Send("unheard");
  connection.server.Send("heard");
  EXPECT_EQ(connection.client.Read(5), "heard");
  EXPECT_TRUE(connection.server.HearsNothing());
}

TEST_F(FaultProxyTest, LetsNoNewConnectionReachTheServerThroughABlackHole) {
  proxy_.Blackhole();
  const Peer client = ConnectedPeer(proxy_.port());
  EXPECT_TRUE(client.Send("hello"));
  EXPECT_TRUE(proxy_.WaitForTraffic([](const auto& now) { return now.open_connections == 1; }));
  pollfd asked{listener_.number(), POLLIN, 0};
  EXPECT_EQ(::poll(&asked, 1, 50), 0);
  proxy_.Heal();
  EXPECT_EQ(Peer::AcceptedFrom(listener_).Read(5), "hello");
}

TEST_F(FaultProxyTest, RefusesNewConnectionsAndKeepsOldOnes) {
  const auto connection = Connect();
  proxy_.RefuseConnections();
  EXPECT_EQ(TryToConnect(proxy_.port()).first, ECONNREFUSED);
  EXPECT_FALSE(support::IsFree(proxy_.port()));
  connection.client.Send("still here");
  EXPECT_EQ(connection.server.Read(10), "still here");
  proxy_.AcceptConnections();
  EXPECT_TRUE(Connect().client.Send("new"));
  proxy_.RefuseConnections();
  proxy_.Heal();
  EXPECT_TRUE(Connect().client.Send("new"));
}

TEST_F(FaultProxyTest, CutsAfterTheLastByteThatIsToCome) {
  const auto old = Connect();
  old.server.Send("before");
  EXPECT_EQ(old.client.Read(6), "before");
  proxy_.CutAfter(4);
  const auto fresh = Connect();
  for (const Connection* each : {&old, &fresh}) {
    each->server.Send("123");
    EXPECT_EQ(each->client.Read(3), "123");
    each->server.Send("456");
    EXPECT_EQ(each->client.ReadToEnd(), std::pair(std::string("4"), 0));
    EXPECT_EQ(each->server.ReadToEnd(), kEnd);
  }
  proxy_.CutAfter(0);
  const auto mute = Connect();
  mute.client.Send("question");
  EXPECT_EQ(mute.server.Read(8), "question");
  mute.server.Send("1");
  EXPECT_EQ(mute.client.ReadToEnd(), kEnd);
}

TEST_F(FaultProxyTest, CountsEachDirectionForItself) {
  const auto connection = Connect();
  proxy_.CutAfter(4);
  connection.server.Send("123");
  EXPECT_EQ(connection.client.Read(3), "123");
  proxy_.CutAfter(100, Toward::kServer);
  connection.client.Send("question");
  EXPECT_EQ(connection.server.Read(8), "question");
  connection.server.Send("456");
  EXPECT_EQ(connection.client.ReadToEnd(), std::pair(std::string("4"), 0));
}

// Sends until the system takes no more for a while, and says how much that was.
std::size_t SendAllThatGoes(const Peer& peer, std::size_t most) {
  const std::string bytes(65536, '.');
  std::size_t sent = 0;
  pollfd writable{peer.number(), POLLOUT, 0};
  while (sent < most && ::poll(&writable, 1, 200) == 1) {
    const ssize_t count =
        ::send(peer.number(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count > 0) sent += static_cast<std::size_t>(count);
  }
  return sent;
}

// More than the buffers of four sockets, some 20 MiB, and what the proxy may hold.
constexpr std::size_t kMuch = std::size_t{128} << 20U;

TEST_F(FaultProxyTest, MakesASenderWaitForAReader) {
  const auto connection = Connect();
  const std::size_t sent = SendAllThatGoes(connection.client, kMuch);
  EXPECT_LT(sent, kMuch);
  EXPECT_EQ(connection.server.Read(sent).size(), sent);
  connection.client.Send("on");
  EXPECT_EQ(connection.server.Read(2), "on");
}

TEST_F(FaultProxyTest, HoldsLittleWhateverTheLatency) {
  const auto connection = Connect();
  proxy_.SetLatency(1h);
  const std::size_t sent = SendAllThatGoes(connection.client, kMuch);
  EXPECT_LT(sent, kMuch);
  EXPECT_EQ(proxy_.traffic().bytes_to_server, 0U);
  proxy_.Heal();
  EXPECT_EQ(connection.server.Read(sent).size(), sent);
}

TEST_F(FaultProxyTest, TellsAWaitingSenderOfAReset) {
  auto connection = Connect();
  SendAllThatGoes(connection.client, kMuch);
  SendAllThatGoes(connection.server, kMuch);
  connection.server.Reset();
  EXPECT_FALSE(connection.client.Send(std::string(kMuch, '.')));
  EXPECT_THAT(errno, testing::AnyOf(EPIPE, ECONNRESET));
  EXPECT_TRUE(proxy_.WaitForTraffic([](const auto& now) { return now.open_connections == 0; }));
}

TEST_F(FaultProxyTest, DoesNotConcernAnotherProxy) {
  FaultProxy other(listener_.port());
  const auto connection = Connect();
  const Connection through_other(other, listener_);
  other.Blackhole();
  other.RefuseConnections();
  connection.client.Send("a");
  EXPECT_EQ(connection.server.Read(1), "a");
  other.Reset();
  connection.client.Send("b");
  EXPECT_EQ(connection.server.Read(1), "b");
  EXPECT_EQ(through_other.client.ReadToEnd(), kReset);
}

TEST_F(FaultProxyTest, CanBeAStepBehindAnotherProxy) {
  const FaultProxy first(proxy_.port());
  const Connection connection(first, listener_);
  connection.client.Send("through two");
  connection.client.EndSending();
  EXPECT_EQ(connection.server.ReadToEnd(), std::pair(std::string("through two"), 0));
  proxy_.Reset();
  EXPECT_EQ(connection.client.ReadToEnd(), kReset);
}

TEST_F(FaultProxyTest, ServesManyClientsAtOnce) {
  std::vector<std::unique_ptr<Connection>> connections;
  for (int i = 0; i < 100; ++i)
    connections.push_back(std::make_unique<Connection>(proxy_, listener_));
  for (std::size_t i = 0; i < connections.size(); ++i) {
    connections[i]->client.Send(std::to_string(i) + "\n");
  }
  for (std::size_t i = 0; i < connections.size(); ++i) {
    const std::string said = std::to_string(i) + "\n";
    EXPECT_EQ(connections[i]->server.Read(said.size()), said);
  }
  EXPECT_EQ(proxy_.traffic().open_connections, connections.size());
}

TEST_F(FaultProxyTest, AppliesAChangeToConnectionsThatAreIdle) {
  std::vector<std::unique_ptr<Connection>> idle;
  for (int i = 0; i < 50; ++i) idle.push_back(std::make_unique<Connection>(proxy_, listener_));
  proxy_.SetLatency(1h);
  for (const auto& each : idle) each->client.Send("held");
  EXPECT_TRUE(idle.back()->server.HearsNothing());
  proxy_.SetLatency(0ms);
  for (const auto& each : idle) EXPECT_EQ(each->server.Read(4), "held");
  proxy_.Blackhole();
  for (const auto& each : idle) each->server.EndSending();
  EXPECT_TRUE(idle.front()->client.HearsNothing());
  proxy_.Heal();
  for (const auto& each : idle) EXPECT_EQ(each->client.ReadToEnd(), kEnd);
  proxy_.CutAfter(0, Toward::kServer);
  for (const auto& each : idle) each->client.Send("?");
  for (const auto& each : idle) EXPECT_EQ(each->server.ReadToEnd(), kEnd);
}

TEST_F(FaultProxyTest, EndsItsConnectionsAndLeavesNothingWhenDestroyed) {
  const auto descriptors = DescriptorTable::OfThisProcess();
  const int threads = support::ThreadCount();
  auto proxy = std::make_unique<FaultProxy>(listener_.port());
  Connection idle(*proxy, listener_);
  Connection busy(*proxy, listener_);
  Connection lost(*proxy, listener_);
  SendAllThatGoes(busy.client, kMuch);
  proxy->Blackhole();
  lost.server.Reset();
  const std::uint16_t port = proxy->port();
  proxy.reset();
  EXPECT_EQ(idle.client.ReadToEnd(), kEnd);
  EXPECT_EQ(idle.server.ReadToEnd(), kEnd);
  EXPECT_EQ(lost.client.ReadToEnd(), kEnd);
  EXPECT_EQ(TryToConnect(port).first, ECONNREFUSED);
  for (Connection* each : {&idle, &busy, &lost}) {
    each->client.Close();
    each->server.Close();
  }
  EXPECT_EQ(DescriptorTable::OfThisProcess(), descriptors);
  EXPECT_TRUE(support::Eventually([&] { return support::ThreadCount() == threads; }));
}

TEST_F(FaultProxyTest, WaitsWhereItCanOpenNoMoreDescriptors) {
  const auto connection = Connect();
  connection.client.Send("x");
  EXPECT_EQ(connection.server.Read(1), "x");  // the proxy waits, and needs no descriptor meanwhile
  std::optional<support::FewDescriptors> few(1);
  const Peer client = ConnectedPeer(proxy_.port());
  const bool told = support::Eventually(
      [&] { return proxy_.Report().find("Too many open files") != std::string::npos; });
  few.reset();
  EXPECT_TRUE(told) << proxy_.Report();
  EXPECT_TRUE(client.Send("patience"));
  EXPECT_EQ(Peer::AcceptedFrom(listener_).Read(8), "patience");
}

TEST_F(FaultProxyTest, ChangesNothingWhereItCannotListenAnew) {
  if (support::kNeedsDescriptors) GTEST_SKIP() << support::kNeedsDescriptors;
  proxy_.RefuseConnections();
  {
    const support::FewDescriptors none(0);
    EXPECT_THROW(proxy_.AcceptConnections(), Error);
  }
  EXPECT_THAT(proxy_.Report(), HasSubstr("faults:   connections are refused\n"));
  proxy_.AcceptConnections();
  EXPECT_TRUE(Connect().client.Send("new"));
}

TEST_F(FaultProxyTest, ReportsFaultsAndTraffic) {
  proxy_.SetLatency(50ms);
  proxy_.SetBandwidth(1024, Toward::kClient);
  proxy_.CutAfter(10, Toward::kServer);
  proxy_.RefuseConnections();
  EXPECT_EQ(proxy_.Report(), "proxy at port " + std::to_string(proxy_.port()) +
                                 ", in front of 127.0.0.1:" + std::to_string(listener_.port()) +
                                 ":\n"
                                 "  faults:   connections are refused; "
                                 "to the server: latency 50 ms, cut after 10 bytes; "
                                 "to the client: latency 50 ms, at most 1024 bytes/s\n"
                                 "  clients:  0 connected until now, 0 are open\n"
                                 "  bytes:    0 to the server, 0 to the client\n");
  proxy_.Heal();
  proxy_.Blackhole();
  EXPECT_THAT(testing::PrintToString(proxy_), HasSubstr("faults:   a black hole\n"));
  proxy_.Heal();
  EXPECT_THAT(proxy_.Report(), HasSubstr("faults:   none\n"));
}

// The text of what is thrown.
std::string ErrorOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST_F(FaultProxyTest, NamesWhatMakesNoSense) {
  EXPECT_THAT(ErrorOf([&] { proxy_.WaitForTraffic(nullptr); }),
              HasSubstr("the condition is an empty std::function"));
  EXPECT_EQ(ErrorOf([&] { proxy_.SetLatency(-5ms); }),
            "the latency of a FaultProxy is negative: -5 ms; give zero or a positive duration");
  for (const int wrong : {0, -1}) {
    EXPECT_THAT(
        ErrorOf([&] { proxy_.SetBandwidth(wrong); }),
        HasSubstr("cannot be " + std::to_string(wrong) + " bytes a second; give a positive"));
  }
  EXPECT_THAT(ErrorOf([&] { proxy_.CutAfter(-1); }), HasSubstr("after -1 bytes; give zero or a"));
  EXPECT_THAT(ErrorOf([] { FaultProxy("localhost", 80); }),
              HasSubstr("\"localhost\", which is no address: give one in digits"));
  EXPECT_THAT(ErrorOf([] { FaultProxy(0); }), HasSubstr("port 0: give the one"));
  EXPECT_THAT(ErrorOf([&] { proxy_.WaitForTraffic([](auto&) { return true; }, -1ms); }),
              HasSubstr("is negative"));
  EXPECT_THAT(proxy_.Report(), HasSubstr("faults:   none\n"));
  EXPECT_FALSE(proxy_.WaitForTraffic([](auto&) { return false; }, 0ms));
}

TEST_F(FaultProxyTest, TakesTheLongestDurations) {
  const auto connection = Connect();
  constexpr auto kLongest = std::chrono::milliseconds::max();
  proxy_.SetLatency(kLongest);
  connection.client.Send("never");
  EXPECT_TRUE(connection.server.HearsNothing());
  proxy_.Heal();
  EXPECT_TRUE(
      proxy_.WaitForTraffic([](const auto& now) { return now.bytes_to_server == 5; }, kLongest));
}

}  // namespace
}  // namespace tether
