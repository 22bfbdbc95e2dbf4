// Prints its arguments, a line each, or "ready"; then waits for a signal.
#include <cstdio>

#include "life.h"

int main(int argc, char** argv) {
  LimitLife();
  if (argc == 1) std::puts("ready");
  for (int i = 1; i < argc; ++i) std::puts(argv[i]);
  std::fflush(stdout);
  for (;;) ::pause();
}
