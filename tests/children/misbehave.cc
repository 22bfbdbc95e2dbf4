// misbehave HOW [FORKED]: prints "ready"; on SIGUSR1 does what a sanitizer reports, with a second
// argument in a child process of its own, and prints "done"; on SIGTERM exits with 0. HOW is one of
// overflow, use-after-free, leak, race.
#include <sys/wait.h>

#include <climits>
#include <cstdio>
#include <cstring>
#include <thread>

#include "awaited_signals.h"
#include "life.h"

namespace {

int Overflow(int largest) { return largest + 1; }

int UseAfterFree() {
  volatile int* const number = new int(1);
  delete number;
  return *number;
}

int Leak() {
  volatile int* number = new int(1);
  number = nullptr;
  return number == nullptr ? 0 : 1;
}

int shared = 0;

int Race() {
  std::thread other([] { ++shared; });
  std::thread another([] { ++shared; });
  other.join();
  another.join();
  return shared;
}

int Do(const char* how) {
  if (std::strcmp(how, "overflow") == 0) return Overflow(INT_MAX);
  if (std::strcmp(how, "use-after-free") == 0) return UseAfterFree();
  if (std::strcmp(how, "leak") == 0) return Leak();
  return Race();
}

}  // namespace

int main(int argc, char** argv) {
  LimitLife();
  const AwaitedSignals requests{SIGUSR1, SIGTERM};
  std::puts("ready");
  std::fflush(stdout);
  while (requests.Next() == SIGUSR1) {
    const bool forked = argc > 2;
    const pid_t child = forked ? ::fork() : 0;
    const int result = child == 0 ? Do(argv[1]) : 0;
    if (forked && child == 0) return 0;
    if (forked) ::waitpid(child, nullptr, 0);
    std::printf("done %d\n", result);
    std::fflush(stdout);
  }
}
