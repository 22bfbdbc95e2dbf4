// Prints "closing", closes its output, and lives on.
#include <cstdio>

#include "life.h"

int main() {
  LimitLife();
  std::puts("closing");
  std::fflush(stdout);
  ::close(1);
  ::close(2);
  for (;;) ::pause();
}
