// listen_quietly [ADDRESS [DELAY_MS]]: listens on a port that the system chooses, and prints
// nothing.
#include <arpa/inet.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "life.h"

namespace {

int Listen(const char* address) {
  sockaddr_storage storage{};
  socklen_t size = 0;
  if (std::strchr(address, ':') != nullptr) {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
    v6->sin6_family = AF_INET6;
    ::inet_pton(AF_INET6, address, &v6->sin6_addr);
    size = sizeof *v6;
  } else {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
    v4->sin_family = AF_INET;
    ::inet_pton(AF_INET, address, &v4->sin_addr);
    size = sizeof *v4;
  }
  const int listener = ::socket(storage.ss_family, SOCK_STREAM, 0);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&storage), size) != 0) return -1;
  return ::listen(listener, 16) == 0 ? listener : -1;
}

}  // namespace

int main(int argc, char** argv) {
  LimitLife();
  if (argc > 2) ::usleep(static_cast<useconds_t>(std::atoi(argv[2])) * 1000);  // a slow start
  if (Listen(argc > 1 ? argv[1] : "127.0.0.1") < 0) {
    std::perror("listen");
    return 1;
  }
  for (;;) ::pause();
}
