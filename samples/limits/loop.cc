// A server that gets lost in a loop.
#include <cstdio>

int main() {
  std::puts("ready");
  std::fflush(stdout);
  for (volatile unsigned turn = 0;;) turn = turn + 1;
}
