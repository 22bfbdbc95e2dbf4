// A test program that ends in a way of choice while its server runs.
//
//   host HOW SERVER ARGUMENT...
//
// Starts the server, prints its lines and "server PID", then ends: wait (for a signal), exit (by
// _exit), abort, throw (an exception that nobody catches), return (with a static server), chatter
// (writes to all standard streams, then returns with the server's state).
#include <sys/resource.h>
#include <tether/server/server.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

std::optional<tether::Server> static_server;

// 0 if the server is as it should be after all that was written.
int Chatter(tether::Server& server) {
  for (int stream = 0; stream < 10; ++stream) {
    if (::write(stream % 3, "chatter\n", 8) < 0) continue;  // it may be closed
  }
  if (server.WaitForLine("never", std::chrono::milliseconds(50)) || !server.running()) return 1;
  return server.Stop() == tether::ExitStatus::Signaled{SIGTERM} ? 0 : 2;
}

}  // namespace

int main(int argc, char** argv) {
  ::alarm(90);
  std::signal(SIGPIPE, SIG_IGN);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  const std::string how = argv[1];
  const std::vector<std::string> command(argv + 2, argv + argc);
  tether::Server server({.command = command, .ready = tether::ready::Line("ready")});
  for (const tether::Line& line : server.Lines()) std::printf("%s\n", line.text.c_str());
  std::printf("server %d\n", server.pid());
  std::fflush(stdout);
  if (how == "exit") ::_exit(0);
  if (how == "abort") std::abort();
  if (how == "throw") throw std::runtime_error("nobody catches this");
  if (how == "chatter") return Chatter(server);
  if (how == "return") {
    static_server = std::move(server);
    return 0;
  }
  for (;;) ::pause();
}
