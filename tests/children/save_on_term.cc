// save_on_term [FILE]: on SIGTERM prints 1000 lines, writes "saved" into FILE, says so, exits with
// 0.
#include <cstdio>

#include "awaited_signals.h"
#include "life.h"

int main(int argc, char** argv) {
  LimitLife();
  const AwaitedSignals stop{SIGTERM};
  std::puts("ready");
  std::fflush(stdout);
  stop.Next();
  for (int i = 1; i <= 1000; ++i) {
    std::printf("saving part %d of 1000, with enough text in each line to overflow a pipe\n", i);
    std::fflush(stdout);
  }
  if (argc > 1) {
    std::FILE* file = std::fopen(argv[1], "w");
    if (file == nullptr) return 2;
    std::fputs("saved\n", file);
    std::fclose(file);
  }
  std::puts("saved");
}
