// answer_on_sockets: takes the listening sockets that it is handed (man 3 sd_listen_fds), prints "socket
// DESCRIPTOR NAME PORT" for each, then "ready"; says its name to whoever connects. Exits with 1 if the
// sockets are not meant for it.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "life.h"

namespace {

constexpr int kFirst = 3;

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

int PortOf(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  const bool known = ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  return known && address.sin_family == AF_INET ? ntohs(address.sin_port) : 0;
}

}  // namespace

int main() {
  LimitLife();
  if (Variable("LISTEN_PID") != std::to_string(::getpid())) return 1;
  const int count = std::atoi(Variable("LISTEN_FDS").c_str());
  std::istringstream names(Variable("LISTEN_FDNAMES"));
  std::vector<std::string> name_of(static_cast<std::size_t>(count));
  std::vector<pollfd> sockets;
  for (std::string& name : name_of) {
    std::getline(names, name, ':');
    const int socket = kFirst + static_cast<int>(sockets.size());
    std::printf("socket %d %s %d\n", socket, name.c_str(), PortOf(socket));
    sockets.push_back({socket, POLLIN, 0});
  }
  std::puts("ready");
  std::fflush(stdout);
  for (;;) {
    ::poll(sockets.data(), sockets.size(), -1);
    for (std::size_t i = 0; i < sockets.size(); ++i) {
      if (sockets[i].revents == 0) continue;
      const int client = ::accept(sockets[i].fd, nullptr, nullptr);
      (void)!::write(client, name_of[i].data(), name_of[i].size());
      ::close(client);
    }
  }
}
