// many_starts COUNT: starts a server COUNT times, with a port that is reserved for it, and checks that
// the server itself has bound it. Prints "done", or what was wrong.
#include <tether/server/server.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "tether/inspect/listening_sockets.h"

int main(int, char** argv) {
  ::alarm(280);
  for (int left = std::atoi(argv[1]); left > 0; --left) {
    // A port that somebody else has ends this server, in words that tether does not know: it would be
    // started again otherwise.
    const tether::Server server(
        {.command = {tether::Program("serve_ports"), "terse", "addr", "{port}"},
         .ready = tether::ready::Line(tether::Regex("^ready"))});
    const auto sockets = tether::internal::ListeningSocketsOf({server.pid()});
    if (sockets.size() == 1 && sockets.front().port == server.port()) continue;
    std::printf("port %d is not bound by the server\n", server.port());
    return 1;
  }
  std::puts("done");
}
