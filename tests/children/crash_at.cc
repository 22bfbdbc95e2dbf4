// crash_at SIGNAL: prints "ready", lets SIGTERM and SIGINT pass without effect, except that it aborts at
// SIGNAL, one of the two.
#include <cstdio>
#include <cstdlib>

#include "awaited_signals.h"
#include "life.h"

int main(int, char** argv) {
  LimitLife();
  const AwaitedSignals asked{SIGTERM, SIGINT};
  std::puts("ready");
  std::fflush(stdout);
  while (asked.Next() != std::atoi(argv[1])) {
  }
  std::abort();
}
