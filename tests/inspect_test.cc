// The listening sockets of processes, held against what the test itself sets up.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/servers.h"
#include "tether/inspect/listening_sockets.h"

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
  EXPECT_THAT(ListeningSocketsOf({::getpid()}),
              testing::ElementsAre(ListeningSocket{"127.0.0.1", ntohs(address.sin_port), false}));
  ::close(listener);
}

}  // namespace
}  // namespace tether::internal
