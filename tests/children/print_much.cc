// print_much LINES: prints that many numbered lines on stdout and as many on stderr, then a last
// text without a newline, and exits.
#include <cstdio>
#include <cstdlib>

#include "life.h"

int main(int, char** argv) {
  LimitLife();
  const int lines = std::atoi(argv[1]);
  for (int i = 1; i <= lines; ++i) {
    std::printf("out %d\n", i);
    std::fprintf(stderr, "err %d\n", i);
  }
  std::printf("the end");
}
