// Forks a worker that prints each SIGINT and SIGTERM it gets and goes on; itself it has the default
// dispositions. The worker prints "ready".
#include <cstdio>

#include "awaited_signals.h"
#include "life.h"

namespace {

[[noreturn]] void ReportSignals() {
  LimitLife();
  const AwaitedSignals reported{SIGINT, SIGTERM};
  std::puts("ready");
  for (;;) {
    std::fflush(stdout);
    std::printf("worker got %d\n", reported.Next());
  }
}

}  // namespace

int main() {
  LimitLife();
  if (::fork() == 0) ReportSignals();
  for (;;) ::pause();
}
