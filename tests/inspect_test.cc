// The sockets of processes, held against what the test itself sets up.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

#include "support/few_descriptors.h"
#include "support/processes.h"
#include "support/servers.h"
#include "support/temporary_directory.h"
#include "tether/base/errors.h"
#include "tether/inspect/listening_sockets.h"
#include "tether/inspect/proc_net_linux.h"
#include "tether/inspect/socket_inodes.h"
#include "tether/inspect/unix_sockets_linux.h"

namespace tether::internal {
namespace {

TEST(ListeningSockets, AreThoseOfTheProcessAlone) {
  const Server other({.command = {Program("listen_quietly")}, .ready = ready::Listening()});
  EXPECT_THAT(ListeningSocketsOf({::getpid()}), testing::IsEmpty());

  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(listener, generic, size), 0);
  EXPECT_THAT(ListeningSocketsOf({::getpid()}), testing::IsEmpty());  // bound is not listening
  ASSERT_EQ(::listen(listener, 1), 0);
  ::getsockname(listener, generic, &size);
  const auto sockets = ListeningSocketsOf({::getpid()});
  ASSERT_THAT(sockets, testing::SizeIs(1));
  EXPECT_EQ(EndpointText(sockets.front()), "127.0.0.1:" + std::to_string(ntohs(address.sin_port)));
  ::close(listener);
}

// A listening socket of this process.
class Listener {
 public:
  explicit Listener(const char* address) {
    sockaddr_storage storage{};
    const bool ipv6 = std::strchr(address, ':') != nullptr;
    auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
    storage.ss_family = ipv6 ? AF_INET6 : AF_INET;
    ::inet_pton(storage.ss_family, address,
                ipv6 ? static_cast<void*>(&v6->sin6_addr) : static_cast<void*>(&v4->sin_addr));
    socket_ = ::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t size = ipv6 ? sizeof *v6 : sizeof *v4;
    auto* generic = reinterpret_cast<sockaddr*>(&storage);
    listens_ = ::bind(socket_, generic, size) == 0 && ::listen(socket_, 1) == 0;
    ::getsockname(socket_, generic, &size);
    port_ = ntohs(ipv6 ? v6->sin6_port : v4->sin_port);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { ::close(socket_); }

  bool listens() const { return listens_; }
  std::uint16_t port() const { return port_; }

 private:
  int socket_ = -1;
  bool listens_ = false;
  std::uint16_t port_ = 0;
};

// What /proc tells must be what netlink tells.
class ProcNetTcp : public testing::TestWithParam<const char*> {};

TEST_P(ProcNetTcp, ShowsWhatNetlinkShows) {
  const bool loopback_of_ipv6 = Listener("::1").listens();
  const Listener listener(GetParam());
  if (!listener.listens()) GTEST_SKIP() << "this machine has no address " << GetParam();
  auto expected = ListeningSocketsOf({::getpid()});
  ASSERT_THAT(expected, testing::SizeIs(1));
  EXPECT_EQ(expected.front().address, GetParam());
  EXPECT_EQ(expected.front().port, listener.port());
  // That cannot be seen; ::1, if there is one, is right in any case.
  expected.front().ipv6_only = expected.front().ipv6 && loopback_of_ipv6;
  const std::set<std::uint64_t> own = SocketInodesOf(::getpid());
  const auto wanted = [&](std::uint64_t inode, std::uint16_t) { return own.contains(inode); };
  EXPECT_EQ(ListeningSocketsInProc(wanted), expected);
}

INSTANTIATE_TEST_SUITE_P(Addresses, ProcNetTcp,
                         testing::Values("127.0.0.1", "127.1.2.3", "0.0.0.0", "::1",
                                         "::", "::ffff:127.0.0.1"));

TEST(ProcNetTcp, SkipsWhatDoesNotListen) {
  constexpr std::string_view kTable =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
      "inode\n"
      "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
      "641 1 0000000000000000 100 0 0 10 0\n"
      "   1: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 "
      "642 1 0000000000000000 100 0 0 10 0\n"
      "   2: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 "
      "643 1 0000000000000000 20 4 30 10 -1\n"
      "a line that is no entry\n";
  EXPECT_THAT(SocketsInTable(kTable, false, SocketKind::kListening),
              testing::ElementsAre(
                  BoundSocket{.address = "127.0.0.1", .port = 0x1f90, .inode = 641},
                  BoundSocket{.address = "127.0.0.1", .port = 0x1f91, .inode = 642, .user = 1000}));
}

// As the kernel shows it when another socket was opened between two reads of the table.
TEST(ProcNetTcp, TellsASocketThatStandsThereTwiceOnce) {
  constexpr std::string_view kTable =
      "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
      "641 1 0000000000000000 100 0 0 10 0\n"
      "   1: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
      "641 1 0000000000000000 100 0 0 10 0\n";
  EXPECT_THAT(SocketsInTable(kTable, false, SocketKind::kListening), testing::SizeIs(1));
}

TEST(ListeningSockets, AreAnErrorAndNotNoneWhenNoDescriptorIsLeft) {
  if (support::kNeedsDescriptors) GTEST_SKIP() << support::kNeedsDescriptors;
  const Listener listener("127.0.0.1");
  const support::FewDescriptors none(0);
  EXPECT_THROW(ListeningSocketsOf({::getpid()}), SystemCallFailed);
}

// What /proc tells must be what netlink tells.
TEST(UnixSockets, AreTheSameInProc) {
  const support::TemporaryDirectory directory;
  const std::string path = directory / "socket";
  const Server listening({.command = {Program("listen_unix"), path}, .ready = ready::Line("done")});
  const std::string name = "@tether-test-proc-" + std::to_string(::getpid());
  const Server abstract(
      {.command = {Program("listen_unix"), name, "datagram"}, .ready = ready::Line("done")});
  const Server bound(
      {.command = {Program("listen_unix"), path + "2", "bind"}, .ready = ready::Line("done")});
  std::ifstream file("/proc/net/unix");
  const std::string table{std::istreambuf_iterator<char>(file), {}};
  for (const Server* server : {&listening, &abstract, &bound}) {
    const auto own = UnixSocketsOf({server->pid()});
    ASSERT_EQ(own.size(), 1U);
    const auto all = UnixSocketsInTable(table);
    const auto same = std::find_if(
        all.begin(), all.end(), [&](const auto& each) { return each.inode == own.front().inode; });
    ASSERT_NE(same, all.end());
    EXPECT_EQ(same->name, own.front().name);
    EXPECT_EQ(same->open, own.front().open);
    const bool has_file = server != &abstract;
    EXPECT_EQ(IsBoundTo(own.front(), own.front().name, {}), has_file);
    EXPECT_EQ(IsBoundTo(*same, own.front().name, {}), has_file);
  }
}

}  // namespace
}  // namespace tether::internal
