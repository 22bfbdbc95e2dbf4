// overrun: prints "ready", and on SIGTERM writes behind the end of a block of memory, which valgrind
// sees and nothing else does, then exits with 0.
#include <cstdio>
#include <cstdlib>

#include "awaited_signals.h"
#include "life.h"

int main() {
  LimitLife();
  const AwaitedSignals stop{SIGTERM};
  std::puts("ready");
  std::fflush(stdout);
  stop.Next();
  auto* const block = static_cast<volatile char*>(std::malloc(24));
  if (block != nullptr) block[24] = 1;  // within what the allocator rounds up to
}
