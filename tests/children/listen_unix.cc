// listen_unix PATH [bind|datagram|slowly]: listens on a unix socket, after removing what is at the
// path; "@name" is an abstract one. With "bind" it is bound and does not listen, with "datagram" it
// is one for datagrams, with "slowly" it listens 50 ms after it was bound. Then prints "done".
#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstdio>
#include <string>

#include "life.h"

int main(int argc, char** argv) {
  LimitLife();
  const std::string path = argv[1];
  const std::string how = argc > 2 ? argv[2] : "listen";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  if (path.front() == '@') address.sun_path[0] = '\0';
  if (path.front() != '@') ::unlink(path.c_str());
  const int listener = ::socket(AF_UNIX, how == "datagram" ? SOCK_DGRAM : SOCK_STREAM, 0);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0) {
    std::perror("bind");
    return 1;
  }
  if (how == "slowly") ::usleep(50'000);
  if ((how == "listen" || how == "slowly") && ::listen(listener, 16) != 0) {
    std::perror("listen");
    return 1;
  }
  std::puts("done");
  std::fflush(stdout);
  for (;;) ::pause();
}
