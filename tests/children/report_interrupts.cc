// Forks a worker. Both print each SIGINT that they get, and go on. The server prints "ready" when
// both are set up.
#include <cstdio>

#include "awaited_signals.h"
#include "life.h"

namespace {

[[noreturn]] void Report(const AwaitedSignals& reported, const char* who) {
  for (;;) {
    std::printf("%s got %d\n", who, reported.Next());
    std::fflush(stdout);
  }
}

}  // namespace

int main() {
  LimitLife();
  const AwaitedSignals reported{SIGINT};
  if (::fork() == 0) {
    LimitLife();
    Report(reported, "worker");
  }
  std::puts("ready");
  std::fflush(stdout);
  Report(reported, "server");
}
