// leave_daemon [exit]: starts a daemon by the book (fork, setsid, fork, empty environment), prints
// its pid, then "ready"; then waits, or exits.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "life.h"

namespace {

[[noreturn]] void BecomeDaemon(int ready) {
  ::setsid();
  if (::fork() != 0) ::_exit(0);
  ::clearenv();
  LimitLife();
  std::printf("daemon %d\n", ::getpid());
  std::puts("ready");
  std::fflush(stdout);
  ::close(ready);
  for (;;) ::pause();
}

}  // namespace

int main(int argc, char** argv) {
  LimitLife();
  int ready[2];
  if (::pipe(ready) != 0) return 1;
  if (::fork() == 0) BecomeDaemon(ready[1]);
  ::close(ready[1]);
  char byte = 0;
  if (::read(ready[0], &byte, 1) != 0) return 1;  // until the daemon has closed its end
  if (argc > 1 && std::strcmp(argv[1], "exit") == 0) return 0;
  for (;;) ::pause();
}
