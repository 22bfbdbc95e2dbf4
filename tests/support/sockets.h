// Clients and other users of ports, for a test.
#pragma once

#include <cstdint>
#include <string>

namespace support {

/// A TCP socket of this process, closed in the end.
class Socket {
 public:
  /// Bound to the port without any option, which nobody else can have then; 0 for any. Listens if
  /// so. Whether that could be, holds() tells.
  static Socket BoundTo(std::uint16_t port, bool listens = true,
                        const std::string& address = "127.0.0.1");
  /// The same at 127.0.0.1 with an option, SO_REUSEADDR or SO_REUSEPORT; it listens.
  static Socket BoundWith(int option, std::uint16_t port);
  /// Connected to the port; holds() tells whether it is.
  static Socket ConnectedTo(std::uint16_t port, const std::string& address = "127.0.0.1");
  /// Connected to a unix socket.
  static Socket ConnectedTo(const std::string& path);

  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&&) = delete;
  ~Socket();

  bool holds() const { return holds_; }
  int number() const { return number_; }
  std::uint16_t port() const;
  /// What comes until the other end closes, or nothing comes for 20 s.
  std::string ReadAll() const;

 private:
  explicit Socket(int family);

  int number_;
  bool holds_ = false;
};

/// Whether nobody has the port in any way.
bool IsFree(std::uint16_t port);

/// Whether this machine has IPv6 on its loopback interface.
bool HasIpv6();

}  // namespace support
