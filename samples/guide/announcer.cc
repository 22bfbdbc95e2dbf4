// announcer [--file PATH] [--socket PATH] [--notify] [--daemon]: a server that says that it is up in
// the ways that are asked for, and serves nothing. TERM ends it.
//
//   --file PATH    writes its pid to the file
//   --socket PATH  listens on a unix socket
//   --notify       sends READY=1 to NOTIFY_SOCKET (man 3 sd_notify)
//   --daemon       goes into the background first

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace {

void Check(bool success, const std::string& what) {
  if (!success) throw std::system_error(errno, std::generic_category(), what);
}

int UnixSocket(int type) {
  const int socket = ::socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
  Check(socket >= 0, "socket");
  return socket;
}

// Calls bind() or connect() with the address. '@' begins the name of an abstract socket.
template <typename Call>
void WithAddress(Call call, int socket, const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("too long: " + path);
  path.copy(address.sun_path, path.size());
  std::size_t size = sizeof address;
  if (path.starts_with('@')) {
    address.sun_path[0] = '\0';
    size = offsetof(sockaddr_un, sun_path) + path.size();
  }
  Check(
      call(socket, reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(size)) == 0,
      path);
}

void Announce(const std::string& option, const std::string& path) {
  if (option == "--daemon") {
    Check(::daemon(/*nochdir=*/1, /*noclose=*/1) == 0, "daemon");
  } else if (option == "--file") {
    std::ofstream(path) << "pid " << ::getpid() << std::endl;
  } else if (option == "--socket") {
    const int socket = UnixSocket(SOCK_STREAM);
    WithAddress(::bind, socket, path);
    Check(::listen(socket, SOMAXCONN) == 0, "listen");
  } else if (option == "--notify") {
    const char* const notify_socket = std::getenv("NOTIFY_SOCKET");
    if (notify_socket == nullptr) throw std::runtime_error("there is no NOTIFY_SOCKET");
    constexpr std::string_view kReady = "READY=1\nSTATUS=nothing to do";
    const int socket = UnixSocket(SOCK_DGRAM);
    WithAddress(::connect, socket, notify_socket);
    Check(::send(socket, kReady.data(), kReady.size(), 0) >= 0, "send");
    ::close(socket);
  } else {
    throw std::runtime_error("unknown argument " + option);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    for (int i = 1; i < argc; ++i) {
      const std::string option = argv[i];
      const bool has_path = option == "--file" || option == "--socket";
      if (has_path && i + 1 == argc) throw std::runtime_error(option + " needs a path");
      Announce(option, has_path ? argv[++i] : "");
    }
    std::puts("up");
    std::fflush(stdout);
    ::pause();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "announcer: %s\n", error.what());
    return 1;
  }
}
