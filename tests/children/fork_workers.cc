// fork_workers N [FILE]: forks N workers that hold its output and wait; prints their pids, then
// "ready". With FILE all of them act on SIGTERM (save.h), the workers with FILE.1, FILE.2 ...
#include <cstdio>
#include <cstdlib>
#include <string>

#include "awaited_signals.h"
#include "life.h"
#include "save.h"

int main(int argc, char** argv) {
  LimitLife();
  const std::string file = argc > 2 ? argv[2] : "";
  const AwaitedSignals stop = file.empty() ? AwaitedSignals{} : AwaitedSignals{SIGTERM};
  for (int i = 1; i <= std::atoi(argv[1]); ++i) {
    const pid_t worker = ::fork();
    if (worker == 0) {
      LimitLife();
      SaveOnTerm(stop, file + "." + std::to_string(i));
    }
    std::printf("worker %d\n", worker);
    std::fflush(stdout);
  }
  std::puts("ready");
  std::fflush(stdout);
  SaveOnTerm(stop, file);
}
