// Prints a line in two halves, the second one when SIGUSR1 comes; then a line for each SIGUSR1.
#include <cstdio>

#include "awaited_signals.h"
#include "life.h"

int main() {
  LimitLife();
  const AwaitedSignals request{SIGUSR1};
  std::fputs("first line\nfirst half, ", stdout);
  std::fflush(stdout);
  request.Next();
  std::puts("second half");
  for (int i = 1;; ++i) {
    std::fflush(stdout);
    request.Next();
    std::printf("signal %d\n", i);
  }
}
