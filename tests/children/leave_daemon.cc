// leave_daemon [exit | FILE]: starts a daemon by the book (fork, setsid, fork, empty environment),
// prints its pid, then "ready"; then waits, or exits. With FILE both act on SIGTERM (save.h), the
// daemon with FILE.1.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "awaited_signals.h"
#include "life.h"
#include "save.h"

namespace {

[[noreturn]] void BecomeDaemon(int ready, const AwaitedSignals& stop, const std::string& file) {
  ::setsid();
  if (::fork() != 0) ::_exit(0);
  ::clearenv();
  LimitLife();
  std::printf("daemon %d\n", ::getpid());
  std::puts("ready");
  std::fflush(stdout);
  ::close(ready);
  SaveOnTerm(stop, file + ".1");
}

}  // namespace

int main(int argc, char** argv) {
  LimitLife();
  const std::string argument = argc > 1 ? argv[1] : "";
  const bool exits = argument == "exit";
  const bool saves = !argument.empty() && !exits;
  const AwaitedSignals stop = saves ? AwaitedSignals{SIGTERM} : AwaitedSignals{};
  int ready[2];
  if (::pipe(ready) != 0) return 1;
  if (::fork() == 0) BecomeDaemon(ready[1], stop, argument);
  ::close(ready[1]);
  char byte = 0;
  if (::read(ready[0], &byte, 1) != 0) return 1;  // until the daemon has closed its end
  if (exits) return 0;
  SaveOnTerm(stop, argument);
}
