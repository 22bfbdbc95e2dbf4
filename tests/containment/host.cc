// A test program that ends in a way of choice while its server runs.
//
//   host HOW [grace=MILLISECONDS] [terminal] [daemon] SERVER ARGUMENT...
//
// Starts the server, to be killed that long after SIGTERM, on a terminal if so, prints its lines and "server PID", then
// ends: wait (for a signal), exit (by _exit), abort, throw (an exception that nobody catches),
// return (with a static server), chatter (writes to all standard streams, then returns with the
// server's state), recount (waits for a line on its standard input, tells how many processes of the
// server said that they saved, and returns).
#include <sys/resource.h>
#include <tether/server/server.h>
#include <unistd.h>

#include <algorithm>
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

void Recount(tether::Server& server) {
  while (std::getchar() != '\n') {
  }
  server.Stop();
  const std::vector<tether::Line> lines = server.Lines();
  const auto saved = std::count_if(lines.begin(), lines.end(),
                                   [](const tether::Line& line) { return line.text == "saved"; });
  std::printf("printed saved %td times\n", saved);
}

tether::ServerOptions OptionsFrom(std::vector<std::string> words) {
  tether::ServerOptions options{.ready = tether::ready::Line("ready")};
  const std::string grace = "grace=";
  if (words.front().starts_with(grace)) {
    const std::chrono::milliseconds time(std::stoi(words.front().substr(grace.size())));
    options.stop = {{SIGTERM, time}, {SIGKILL}};
    words.erase(words.begin());
  }
  if (words.front() == "terminal") {
    options.output = tether::Output::kTerminal;
    words.erase(words.begin());
  }
  if (words.front() == "daemon") {
    options.daemonizes = true;
    words.erase(words.begin());
  }
  options.command = std::move(words);
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  ::alarm(90);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGSEGV, SIG_DFL);  // sanitizers catch it, to exit instead
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  const std::string how = argv[1];
  tether::Server server(OptionsFrom({argv + 2, argv + argc}));
  for (const tether::Line& line : server.Lines()) std::printf("%s\n", line.text.c_str());
  std::printf("server %d\n", server.pid());
  std::fflush(stdout);
  if (how == "exit") ::_exit(0);
  if (how == "abort") std::abort();
  if (how == "throw") throw std::runtime_error("nobody catches this");
  if (how == "chatter") return Chatter(server);
  if (how == "recount") return Recount(server), 0;
  if (how == "return") {
    static_server = std::move(server);
    return 0;
  }
  for (;;) ::pause();
}
