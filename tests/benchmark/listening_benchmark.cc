// Measures one look of the probe ready::Listening at a server: the median of many, in microseconds,
// on a machine where so many other sockets listen. What it prints is for a person to read.
#include <netinet/in.h>
#include <sys/socket.h>
#include <tether/server/server.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <iostream>
#include <set>
#include <stdexcept>
#include <vector>

#include "tether/base/file_descriptor.h"
#include "tether/inspect/descendants.h"
#include "tether/inspect/listening_sockets.h"
#include "tether/inspect/process_info.h"
#include "tether/inspect/socket_inodes.h"
#include "tether/readiness/own_listeners.h"

namespace {

using namespace tether::internal;

constexpr int kLooks = 3000;

std::vector<FileDescriptor> Listeners(int count) {
  std::vector<FileDescriptor> listeners;
  for (int i = 0; i < count; ++i) {
    FileDescriptor socket(::socket(i % 2 == 0 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket || ::listen(socket.number(), 1) != 0) throw std::runtime_error("no listener");
    listeners.push_back(std::move(socket));
  }
  return listeners;
}

double MedianMicroseconds(const std::function<void()>& look) {
  std::vector<double> times;
  for (int i = 0; i < kLooks; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    look();
    const auto end = std::chrono::steady_clock::now();
    times.push_back(std::chrono::duration<double, std::micro>(end - begin).count());
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

void Measure(const tether::Server& server, int others, double limit) {
  const auto listeners = Listeners(others);
  const pid_t keeper = FindProcess(server.pid())->parent;
  OwnListeners own([keeper] { return DescendantPids(keeper); }, [&server] { return server.pid(); });
  own.Look();
  const double before = MedianMicroseconds([&own] { own.Look(); });
  // As a look that finds one does it, or one of a server that holds sockets and does not listen.
  const ListeningSockets sockets;
  const double whole = MedianMicroseconds([&] {
    const std::set<std::uint64_t> held = SocketInodesOf(DescendantPids(keeper));
    sockets.Look([&](std::uint64_t inode, std::uint16_t) { return held.contains(inode); });
  });
  std::printf(
      "%3d other listeners: %6.1f us before the server has a socket, %6.1f us when it has; "
      "limit %.0f us\n",
      others, before, whole, limit);
}

}  // namespace

int main() {
  try {
    const tether::Server server({.command = {"sleep", "300"}});
    Measure(server, 0, 70);
    Measure(server, 500, 150);
  } catch (const std::exception& error) {
    std::cerr << "listening_benchmark: " << error.what() << std::endl;
    return 1;
  }
}
