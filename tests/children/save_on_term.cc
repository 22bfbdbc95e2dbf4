// save_on_term [FILE]: prints "ready"; on SIGTERM prints 1 MiB and saves to FILE (save.h).
#include <cstdio>

#include "awaited_signals.h"
#include "life.h"
#include "save.h"

int main(int argc, char** argv) {
  LimitLife();
  const AwaitedSignals stop{SIGTERM};
  std::puts("ready");
  std::fflush(stdout);
  SaveOnTerm(stop, argc > 1 ? argv[1] : "");
}
