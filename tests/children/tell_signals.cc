// Forks a worker, and a loner that is in a process group of its own; each prints "<who> got <number>"
// for each signal but SIGTERM, which ends it. The loner's pid is in "loner <pid>"; then comes "ready".
#include <cstdio>

#include "awaited_signals.h"
#include "life.h"

namespace {

const char* ForkTheOthers() {
  const pid_t loner = ::fork();
  if (loner == 0) return "loner";
  ::setpgid(loner, loner);
  const pid_t worker = ::fork();
  if (worker == 0) return "worker";
  std::printf("loner %d\nready\n", loner);
  return "server";
}

}  // namespace

int main() {
  const AwaitedSignals reported{SIGHUP,       SIGINT,       SIGUSR1,      SIGUSR2,
                                SIGRTMIN + 1, SIGRTMIN + 2, SIGRTMIN + 3, SIGRTMAX};
  const char* const who = ForkTheOthers();
  LimitLife();
  for (;;) {
    std::fflush(stdout);
    const int signal = reported.Next();
    std::printf("%s got %d\n", who, signal);
  }
}
