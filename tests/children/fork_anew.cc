// fork_anew FILE: forks four guards, each in a session of its own and deaf to SIGTERM, and prints
// "ready". When one of all these is killed, the guards next to it (parent and children) each fork
// another one at once: 50 times and for five seconds at most, then they only wait. Each time adds a
// byte to FILE.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <new>

#include "awaited_signals.h"
#include "life.h"

namespace {

constexpr int kGuards = 4;
constexpr int kMostForks = 50;
constexpr std::time_t kLongestFight = 5;  // seconds

// What all the processes know together.
struct Fight {
  std::atomic<int> forks{0};
  std::atomic<std::time_t> begin{0};
};

Fight* fight;
int record = -1;

bool MayFork() {
  const std::time_t now = ::time(nullptr);
  std::time_t unset = 0;
  fight->begin.compare_exchange_strong(unset, now);
  return now - fight->begin < kLongestFight && fight->forks.fetch_add(1) < kMostForks;
}

void ForkGuard(const AwaitedSignals& death);

[[noreturn]] void Guard(pid_t parent, const AwaitedSignals& death) {
  LimitLife();
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGUSR1);
  if (::getppid() != parent) ::raise(SIGUSR1);  // it died before it was asked to tell
  for (;;) {
    if (death.Next() == SIGTERM || !MayFork()) continue;
    ForkGuard(death);
    (void)!::write(record, "x", 1);
  }
}

void ForkGuard(const AwaitedSignals& death) {
  const pid_t parent = ::getpid();
  if (::fork() == 0) Guard(parent, death);
}

}  // namespace

int main(int, char** argv) {
  LimitLife();
  void* shared =
      ::mmap(nullptr, sizeof(Fight), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return 1;
  fight = new (shared) Fight;
  record = ::open(argv[1], O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (record < 0) return 1;
  const AwaitedSignals death{SIGTERM, SIGCHLD, SIGUSR1};
  for (int i = 0; i < kGuards; ++i) ForkGuard(death);
  death.Unblock();
  std::puts("ready");
  std::fflush(stdout);
  for (;;) ::pause();
}
