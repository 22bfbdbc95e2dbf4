// print_at_term HOW LINES [WORKERS]: forks that many workers, prints "ready", and waits. On SIGTERM
// each of the processes prints as many numbered lines and exits with 0: "0 1", "0 2" ... the server
// itself, "1 1", "1 2" ... the first worker. HOW is one of
//   write  write(2) for each line,
//   stdio  C's stdio as it is, in large parts at most; without workers, since parts end anywhere.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "awaited_signals.h"
#include "life.h"

namespace {

// Exits with the failure that a reader who goes away would be.
void PrintLine(int writer, int number) {
  std::array<char, 32> line{};
  const int size = std::snprintf(line.data(), line.size(), "%d %d\n", writer, number);
  if (::write(STDOUT_FILENO, line.data(), static_cast<std::size_t>(size)) != size) ::_exit(2);
}

[[noreturn]] void PrintAtTerm(const AwaitedSignals& stop, bool stdio, int writer, int lines) {
  stop.Next();
  for (int number = 1; number <= lines; ++number) {
    if (stdio) {
      std::printf("%d %d\n", writer, number);
    } else {
      PrintLine(writer, number);
    }
  }
  std::exit(std::fflush(stdout) == 0 ? 0 : 2);
}

}  // namespace

int main(int argc, char** argv) {
  LimitLife();
  const AwaitedSignals stop{SIGTERM};
  const bool stdio = std::strcmp(argv[1], "stdio") == 0;
  const int lines = std::atoi(argv[2]);
  const int workers = argc > 3 ? std::atoi(argv[3]) : 0;
  for (int worker = 1; worker <= workers; ++worker) {
    if (::fork() != 0) continue;
    LimitLife();
    PrintAtTerm(stop, stdio, worker, lines);
  }
  std::puts("ready");
  std::fflush(stdout);
  PrintAtTerm(stop, stdio, 0, lines);
}
