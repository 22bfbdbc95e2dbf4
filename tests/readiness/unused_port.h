// A TCP port on which nobody listens.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace support {

/// A port of 127.0.0.1 that is held, so that nobody else listens there for as long as this lives:
/// connections to it are refused.
class UnusedPort {
 public:
  UnusedPort() {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    auto* const address = reinterpret_cast<sockaddr*>(&address_);
    const bool bound = ::bind(socket_, address, size) == 0;
    if (!bound || ::getsockname(socket_, address, &size) != 0) address_.sin_port = 0;
  }
  UnusedPort(const UnusedPort&) = delete;
  UnusedPort& operator=(const UnusedPort&) = delete;
  ~UnusedPort() { ::close(socket_); }

  /// 0 if there was none to be had.
  int port() const { return ntohs(address_.sin_port); }

 private:
  const int socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address_{};
};

}  // namespace support
