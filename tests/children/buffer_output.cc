// Prints "listening" by C's stdio without flushing it, then "up" to stderr, which is never buffered;
// and waits.
#include <cstdio>

#include "life.h"

int main() {
  LimitLife();
  std::puts("listening");
  std::fputs("up\n", stderr);
  for (;;) ::pause();
}
