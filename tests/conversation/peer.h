// One end of a TCP connection, for tests of what is between the two.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "support/sockets.h"
#include "tether/base/file_descriptor.h"
#include "tether/base/socket_address.h"

namespace support {

/// Blocks in all calls, but for 20 s at most.
class Peer {
 public:
  explicit Peer(int socket) : socket_(socket) {
    const timeval limit{20, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  }
  /// The next connection that a socket is asked for.
  static Peer AcceptedFrom(const Socket& listener) {
    pollfd readable{listener.number(), POLLIN, 0};
    ::poll(&readable, 1, 20000);
    return Peer(readable.revents != 0 ? ::accept4(listener.number(), nullptr, nullptr, SOCK_CLOEXEC)
                                      : -1);
  }

  int number() const { return socket_.number(); }

  /// Whether all of it was taken by the system.
  bool Send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::send(number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count < 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  /// So many bytes, or those up to the end.
  std::string Read(std::size_t size) const {
    std::string bytes(size, '\0');
    std::size_t read = 0;
    while (read < size) {
      const ssize_t count = ::recv(number(), bytes.data() + read, size - read, 0);
      if (count <= 0) break;
      read += static_cast<std::size_t>(count);
    }
    bytes.resize(read);
    return bytes;
  }
  /// What comes up to the end, and how that is: 0 for a FIN, or an errno.
  std::pair<std::string, int> ReadToEnd() const {
    std::string all;
    std::array<char, 65536> bytes;
    for (;;) {
      const ssize_t count = ::recv(number(), bytes.data(), bytes.size(), 0);
      if (count <= 0) return {all, count == 0 ? 0 : errno};
      all.append(bytes.data(), static_cast<std::size_t>(count));
    }
  }
  /// Whether there is nothing to be read for so long, neither bytes nor an end.
  bool HearsNothing(std::chrono::milliseconds time = std::chrono::milliseconds(50)) const {
    pollfd readable{number(), POLLIN, 0};
    return ::poll(&readable, 1, static_cast<int>(time.count())) == 0;
  }

  void EndSending() const { ::shutdown(number(), SHUT_WR); }
  void Close() { socket_.Reset(); }
  void Reset() {
    const linger none{1, 0};
    ::setsockopt(number(), SOL_SOCKET, SO_LINGER, &none, sizeof none);
    socket_.Reset();
  }

 private:
  tether::internal::FileDescriptor socket_;
};

/// What connect() to a port of 127.0.0.1 gives: 0 or an errno, and the connection if there is one.
inline std::pair<int, Peer> TryToConnect(std::uint16_t port) {
  const auto where = tether::internal::SocketAddress::Tcp("127.0.0.1", port);
  tether::internal::FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const bool connected = ::connect(socket.number(), where->get(), where->size()) == 0;
  const int error = connected ? 0 : errno;
  return {error, Peer(connected ? socket.Release() : -1)};
}

inline Peer ConnectedPeer(std::uint16_t port) { return TryToConnect(port).second; }

}  // namespace support
