// echo_server: sends back each line that a client sends, in a process of its own for each client.
// Prints "listening on port N", "client N connected", "client N gone after M lines".
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace {

// On a port that the system chooses.
int Listen() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  if (::bind(listener, any, size) != 0 || ::listen(listener, 64) != 0) return -1;
  ::getsockname(listener, any, &size);
  std::printf("listening on port %d\n", ntohs(address.sin_port));
  return listener;
}

void Echo(int client, int number) {
  std::FILE* const in = ::fdopen(client, "r");
  std::FILE* const out = ::fdopen(::dup(client), "w");
  int lines = 0;
  char* line = nullptr;
  std::size_t room = 0;
  while (::getline(&line, &room, in) > 0 && std::fputs(line, out) >= 0 && std::fflush(out) == 0) {
    ++lines;
  }
  std::free(line);
  std::printf("client %d gone after %d lines\n", number, lines);
}

}  // namespace

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::signal(SIGCHLD, SIG_IGN);  // children that end leave no zombies
  const int listener = Listen();
  if (listener < 0) {
    std::perror("echo_server");
    return 1;
  }
  for (int number = 1;; ++number) {
    const int client = ::accept(listener, nullptr, nullptr);
    if (client < 0) continue;
    std::printf("client %d connected\n", number);
    if (::fork() == 0) {
      ::close(listener);
      Echo(client, number);
      return 0;
    }
    ::close(client);
  }
}
