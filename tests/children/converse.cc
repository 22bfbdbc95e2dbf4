// converse [ADDRESS | PATH]: prints "listening on port N" or "listening on PATH", and does what the
// lines of each client say, in a process for each: "say TEXT" and "say-crlf TEXT" answer with it,
// "prompt" without a newline; "close", "reset" and "die" end the connection; "mirror" sends back what
// comes from then on; "count" says how many bytes come until the end; "ignore" reads nothing more.
// Prints how the clients end: "client closed", "client: Connection reset by peer".
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "life.h"

namespace {

int Listen(const std::string& where) {
  sockaddr_storage storage{};
  auto* const local = reinterpret_cast<sockaddr_un*>(&storage);
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  socklen_t size = sizeof *v4;
  if (where.find('/') != std::string::npos) {
    local->sun_family = AF_UNIX;
    where.copy(local->sun_path, sizeof local->sun_path - 1);
    size = sizeof *local;
  } else if (::inet_pton(AF_INET, where.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
  } else {
    v6->sin6_family = AF_INET6;
    ::inet_pton(AF_INET6, where.c_str(), &v6->sin6_addr);
    size = sizeof *v6;
  }
  const int listener = ::socket(storage.ss_family, SOCK_STREAM, 0);
  auto* const address = reinterpret_cast<sockaddr*>(&storage);
  if (::bind(listener, address, size) != 0 || ::listen(listener, 512) != 0) return -1;
  ::getsockname(listener, address, &size);
  if (storage.ss_family == AF_UNIX) {
    std::printf("listening on %s\n", where.c_str());
  } else {  // the port is at the same place in both
    std::printf("listening on port %d\n", ntohs(v4->sin_port));
  }
  std::fflush(stdout);
  return listener;
}

void Say(int client, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t count = ::write(client, text.data() + done, text.size() - done);
    if (count <= 0) _exit(1);
    done += static_cast<std::size_t>(count);
  }
}

std::size_t Read(int client, std::vector<char>& bytes) {
  const ssize_t count = ::read(client, bytes.data(), bytes.size());
  if (count > 0) return static_cast<std::size_t>(count);
  if (count == 0) ::dprintf(STDOUT_FILENO, "client closed\n");
  if (count < 0) ::dprintf(STDOUT_FILENO, "client: %s\n", std::strerror(errno));
  return 0;
}

std::string ReadLine(int client) {
  std::vector<char> byte(1);
  std::string line;
  while (Read(client, byte) == 1) {
    if (byte[0] == '\n') return line;
    line += byte[0];
  }
  _exit(0);
}

void Mirror(int client) {
  std::vector<char> bytes(1 << 16);
  while (const std::size_t count = Read(client, bytes)) Say(client, {bytes.data(), count});
  _exit(0);
}

void Count(int client) {
  std::vector<char> bytes(1 << 16);
  std::size_t all = 0;
  while (const std::size_t count = Read(client, bytes)) all += count;
  Say(client, std::to_string(all) + " bytes\n");
  _exit(0);
}

void Reset(int client) {
  const linger at_once{1, 0};
  ::setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(client);
  _exit(0);
}

[[noreturn]] void Serve(int client) {
  const std::map<std::string, std::function<void(const std::string&)>> does = {
      {"say", [&](const std::string& text) { Say(client, text + "\n"); }},
      {"say-crlf", [&](const std::string& text) { Say(client, text + "\r\n"); }},
      {"prompt", [&](const std::string& text) { Say(client, text); }},
      {"close", [](const std::string&) { _exit(0); }},
      {"reset", [&](const std::string&) { Reset(client); }},
      {"die", [](const std::string&) { ::raise(SIGKILL); }},
      {"mirror", [&](const std::string&) { Mirror(client); }},
      {"count", [&](const std::string&) { Count(client); }},
      {"ignore", [](const std::string&) { ::pause(); }},
  };
  for (;;) {
    const std::string line = ReadLine(client);
    const std::size_t space = std::min(line.find(' '), line.size());
    const auto found = does.find(line.substr(0, space));
    if (found == does.end()) {
      Say(client, "unknown: " + line + "\n");
    } else {
      found->second(line.substr(std::min(space + 1, line.size())));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  LimitLife();
  ::signal(SIGCHLD, SIG_IGN);
  ::signal(SIGPIPE, SIG_IGN);
  const int listener = Listen(argc > 1 ? argv[1] : "127.0.0.1");
  if (listener < 0) {
    std::perror("listen");
    return 1;
  }
  for (;;) {
    const int client = ::accept(listener, nullptr, nullptr);
    if (client >= 0 && ::fork() == 0) {
      LimitLife();
      ::close(listener);
      Serve(client);
    }
    ::close(client);
  }
}
