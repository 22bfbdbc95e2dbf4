// exit_at_term CODE: prints "ready", and on SIGTERM exits with that code. On SIGUSR1 it prints "work"
// and goes on.
#include <cstdio>
#include <cstdlib>

#include "awaited_signals.h"
#include "life.h"

int main(int, char** argv) {
  LimitLife();
  const AwaitedSignals requests{SIGUSR1, SIGTERM};
  std::puts("ready");
  std::fflush(stdout);
  while (requests.Next() == SIGUSR1) {
    std::puts("work");
    std::fflush(stdout);
  }
  return std::atoi(argv[1]);
}
