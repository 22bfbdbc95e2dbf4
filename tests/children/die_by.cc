// die_by SIGNAL: prints "ready", then ends by that signal.
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "life.h"

int main(int, char** argv) {
  LimitLife();
  std::puts("ready");
  std::fflush(stdout);
  std::raise(std::atoi(argv[1]));
  return 1;
}
