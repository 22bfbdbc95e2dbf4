// Prints "ready", and aborts as soon as SIGUSR1 comes, saying so.
#include <cstdio>
#include <cstdlib>

#include "awaited_signals.h"
#include "life.h"

int main() {
  LimitLife();
  const AwaitedSignals request{SIGUSR1};
  std::puts("ready");
  std::fflush(stdout);
  request.Next();
  std::fputs("fatal: the disk is on fire\n", stderr);
  request.Unblock();
  std::abort();
}
