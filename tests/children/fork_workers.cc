// fork_workers N: forks N workers that hold its output and wait; prints their pids, then "ready".
#include <cstdio>
#include <cstdlib>

#include "life.h"

int main(int, char** argv) {
  LimitLife();
  for (int i = std::atoi(argv[1]); i > 0; --i) {
    const pid_t worker = ::fork();
    if (worker == 0) {
      LimitLife();
      for (;;) ::pause();
    }
    std::printf("worker %d\n", worker);
  }
  std::puts("ready");
  std::fflush(stdout);
  for (;;) ::pause();
}
