// A connection that a client makes to itself, for want of a listener. In a network namespace of its
// own, where the system has few ports to choose a client's from, nearly every try is one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstring>
#include <fstream>
#include <string>

#include "readiness/not_ready.h"
#include "support/servers.h"
#include "tether/base/file_descriptor.h"

namespace tether {
namespace {

constexpr int kPort = 40000;

// Whether this process is alone in a network namespace now. It must have no second thread yet.
bool EnterNetworkNamespace() {
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
  const internal::FileDescriptor any(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (::ioctl(any.number(), SIOCSIFFLAGS, &request) != 0) return false;
  std::ofstream range("/proc/sys/net/ipv4/ip_local_port_range");
  range << kPort << " " << kPort + 1 << std::endl;
  return range.good();
}

TEST(ReadyTcp, IsNotMetByAConnectionToItself) {
  if (!EnterNetworkNamespace()) GTEST_SKIP() << "no network namespace can be made here";
  try {
    const Server server({.command = {"sleep", "60"},
                         .ready = ready::Tcp(kPort),
                         .start_timeout = support::kTimeToTry});
    FAIL() << "it got ready";
  } catch (const StartError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("connect to 127.0.0.1:40000: "));
  }
}

TEST(ConnectionToItself, IsRefused) {
  if (!EnterNetworkNamespace()) GTEST_SKIP() << "no network namespace can be made here";
  bool to_itself = false;
  for (int i = 0; i < 1000 && !to_itself; ++i) {
    try {
      const Connection connection(Connection::Tcp(kPort));
      FAIL() << "it connected";
    } catch (const Error& error) {
      to_itself = std::string(error.what()).find("connected to itself") != std::string::npos;
    }
  }
  EXPECT_TRUE(to_itself);
}

}  // namespace
}  // namespace tether
