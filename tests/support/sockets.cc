#include "support/sockets.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "tether/base/socket_address.h"

namespace support {

using tether::internal::SocketAddress;

Socket::Socket(int family) : number_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}

Socket::Socket(Socket&& other) noexcept
    : number_(std::exchange(other.number_, -1)), holds_(other.holds_) {}

Socket::~Socket() {
  if (number_ >= 0) ::close(number_);
}

Socket Socket::BoundTo(std::uint16_t port, bool listens, const std::string& address) {
  const auto where = SocketAddress::Tcp(address, port);
  Socket socket(where->family());
  socket.holds_ = ::bind(socket.number_, where->get(), where->size()) == 0 &&
                  (!listens || ::listen(socket.number_, 16) == 0);
  return socket;
}

Socket Socket::BoundWith(int option, std::uint16_t port) {
  const auto where = SocketAddress::Tcp("127.0.0.1", port);
  Socket socket(where->family());
  const int yes = 1;
  socket.holds_ = ::setsockopt(socket.number_, SOL_SOCKET, option, &yes, sizeof yes) == 0 &&
                  ::bind(socket.number_, where->get(), where->size()) == 0 &&
                  ::listen(socket.number_, 16) == 0;
  return socket;
}

Socket Socket::ConnectedTo(std::uint16_t port, const std::string& address) {
  const auto where = SocketAddress::Tcp(address, port);
  Socket socket(where->family());
  socket.holds_ = ::connect(socket.number_, where->get(), where->size()) == 0;
  return socket;
}

Socket Socket::ConnectedTo(const std::string& path) {
  const auto where = SocketAddress::Unix(path);
  Socket socket(AF_UNIX);
  socket.holds_ = ::connect(socket.number_, where->get(), where->size()) == 0;
  return socket;
}

std::uint16_t Socket::port() const { return tether::internal::PortOf(number_); }

std::string Socket::ReadAll() const {
  std::string all;
  std::array<char, 256> bytes;
  for (;;) {
    pollfd readable{number_, POLLIN, 0};
    if (::poll(&readable, 1, 20000) <= 0) return all + " (and then nothing)";
    const ssize_t count = ::read(number_, bytes.data(), bytes.size());
    if (count <= 0) return all;
    all.append(bytes.data(), static_cast<std::size_t>(count));
  }
}

bool IsFree(std::uint16_t port) {
  // One for both families, where there are two.
  const bool ipv6 = HasIpv6();
  return Socket::BoundTo(port, false, ipv6 ? "::" : "0.0.0.0").holds();
}

bool HasIpv6() { return Socket::BoundTo(0, false, "::1").holds(); }

}  // namespace support
