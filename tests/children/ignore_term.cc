// Ignores SIGTERM, says "ready", and waits.
#include <csignal>
#include <cstdio>

#include "life.h"

int main() {
  LimitLife();
  std::signal(SIGTERM, SIG_IGN);
  std::puts("ready");
  std::fflush(stdout);
  for (;;) ::pause();
}
