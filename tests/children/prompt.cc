// Prints a prompt without a newline, and waits.
#include <cstdio>

#include "life.h"

int main() {
  LimitLife();
  std::fputs("password: ", stdout);
  std::fflush(stdout);
  for (;;) ::pause();
}
