// fork_server reap|ignore|forget: an echo server with a process for each connection, which takes the
// exit statuses of its children, or lets the system do it, or forgets them.
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace {

// One signal can stand for several children.
void Reap(int) {
  const int kept = errno;
  while (::waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  errno = kept;
}

int Listen() {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0) return -1;
  if (::listen(listener, 64) != 0) return -1;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("listening on port %d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return listener;
}

[[noreturn]] void Echo(int connection) {
  char text[4096];
  for (ssize_t count = 0; (count = ::read(connection, text, sizeof text)) > 0;) {
    if (::send(connection, text, static_cast<std::size_t>(count), MSG_NOSIGNAL) != count) break;
  }
  ::_exit(0);
}

}  // namespace

int main(int argc, char** argv) {
  const char* const way = argc == 2 ? argv[1] : "";
  struct sigaction action {};
  action.sa_flags = SA_RESTART;
  action.sa_handler = std::strcmp(way, "reap") == 0     ? Reap
                      : std::strcmp(way, "ignore") == 0 ? SIG_IGN
                                                        : SIG_DFL;
  ::sigaction(SIGCHLD, &action, nullptr);
  const int listener = Listen();
  for (int connection = 0; (connection = ::accept(listener, nullptr, nullptr)) >= 0;) {
    if (::fork() == 0) {
      ::close(listener);
      Echo(connection);
    }
    ::close(connection);
  }
  std::perror("accept");
  return 1;
}
