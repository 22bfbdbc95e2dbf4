// serve_ports WORD...: binds each port that is named and prints "ready PORT..." when all of them are.
// Of the other words each holds for the ports behind it:
//
//   addr, port      SO_REUSEADDR, SO_REUSEPORT
//   udp             UDP, not TCP
//   on=ADDRESS      not 127.0.0.1
//   tell=FIFO       first writes the next port to it
//   await=FIFO      then waits until somebody has had it open for writing
//   terse           says "taken", not what the system calls an address in use, and exits with 7
#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "life.h"

namespace {

struct Settings {
  bool reuse_address = false;
  bool reuse_port = false;
  bool udp = false;
  bool terse = false;
  std::string address = "127.0.0.1";
};

socklen_t AddressOf(const Settings& settings, int port, sockaddr_storage& storage) {
  const auto number = htons(static_cast<std::uint16_t>(port));
  if (settings.address.find(':') == std::string::npos) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
    v4->sin_family = AF_INET;
    v4->sin_port = number;
    ::inet_pton(AF_INET, settings.address.c_str(), &v4->sin_addr);
    return sizeof *v4;
  }
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  v6->sin6_family = AF_INET6;
  v6->sin6_port = number;
  ::inet_pton(AF_INET6, settings.address.c_str(), &v6->sin6_addr);
  return sizeof *v6;
}

[[noreturn]] void Fail(const Settings& settings) {
  if (!settings.terse || errno != EADDRINUSE) {
    std::perror("bind");
    std::exit(1);
  }
  std::puts("taken");
  std::exit(7);
}

// The port that is bound.
int Serve(const Settings& settings, int port) {
  sockaddr_storage storage{};
  socklen_t size = AddressOf(settings, port, storage);
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  const int socket = ::socket(storage.ss_family, settings.udp ? SOCK_DGRAM : SOCK_STREAM, 0);
  const int yes = 1;
  if (settings.reuse_address) ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (settings.reuse_port) ::setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
  if (::bind(socket, address, size) != 0) Fail(settings);
  if (!settings.udp && ::listen(socket, 16) != 0) Fail(settings);
  size = sizeof storage;
  ::getsockname(socket, address, &size);
  return ntohs(storage.ss_family == AF_INET ? reinterpret_cast<sockaddr_in*>(address)->sin_port
                                            : reinterpret_cast<sockaddr_in6*>(address)->sin6_port);
}

void Tell(const std::string& fifo, const std::string& port) {
  const int file = ::open(fifo.c_str(), O_WRONLY);
  (void)!::write(file, (port + "\n").c_str(), port.size() + 1);
  ::close(file);
}

void Await(const std::string& fifo) {
  const int file = ::open(fifo.c_str(), O_RDONLY);
  char byte = 0;
  while (::read(file, &byte, 1) > 0) {
  }
  ::close(file);
}

}  // namespace

int main(int argc, char** argv) {
  LimitLife();
  Settings settings;
  std::string served;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const std::string value = word.substr(word.find('=') + 1);
    if (word == "addr")
      settings.reuse_address = true;
    else if (word == "port")
      settings.reuse_port = true;
    else if (word == "udp")
      settings.udp = true;
    else if (word == "terse")
      settings.terse = true;
    else if (word.starts_with("on="))
      settings.address = value;
    else if (word.starts_with("tell="))
      Tell(value, argv[argc - 1]);
    else if (word.starts_with("await="))
      Await(value);
    else
      served += " " + std::to_string(Serve(settings, std::atoi(word.c_str())));
  }
  std::printf("ready%s\n", served.c_str());
  std::fflush(stdout);
  for (;;) ::pause();
}
