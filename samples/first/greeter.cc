// greeter: answers each line NAME of a client with "hello NAME", one client at a time. Prints
// "listening on port N", "greeted NAME", and on SIGTERM "bye", with which it ends.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace {

void SayBye(int /*signal*/) {
  if (::write(STDOUT_FILENO, "bye\n", 4) != 4) std::_Exit(1);
  std::_Exit(0);
}

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

void Greet(int client) {
  std::FILE* const in = ::fdopen(client, "r");
  char name[80];
  while (std::fscanf(in, "%79s", name) == 1) {
    ::dprintf(client, "hello %s\n", name);
    std::printf("greeted %s\n", name);
  }
  std::fclose(in);
}

}  // namespace

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // a line at a time, also to a pipe
  std::signal(SIGTERM, SayBye);
  const int listener = Listen();
  if (listener < 0) {
    std::perror("greeter");
    return 1;
  }
  for (;;) {
    const int client = ::accept(listener, nullptr, nullptr);
    if (client >= 0) Greet(client);
  }
}
