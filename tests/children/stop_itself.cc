// stop_itself FILE: stops itself by SIGSTOP; a copy of it prints "ready" once that has happened, and
// exits. Continued, it acts on SIGTERM (save.h).
#include <csignal>
#include <cstdio>
#include <fstream>
#include <string>

#include "awaited_signals.h"
#include "life.h"
#include "save.h"

namespace {

bool IsStopped(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string word;
  stat >> word >> word >> word;  // pid, name in parentheses, state
  return word == "T";
}

[[noreturn]] void SayReadyOnceStopped(pid_t pid) {
  LimitLife();
  // Only a parent is told of a stop, and that is the keeper; all others have to look.
  while (!IsStopped(pid)) ::usleep(1000);
  std::puts("ready");
  std::fflush(stdout);
  ::_exit(0);
}

}  // namespace

int main(int, char** argv) {
  LimitLife();
  const AwaitedSignals stop{SIGTERM};
  const pid_t self = ::getpid();
  if (::fork() == 0) SayReadyOnceStopped(self);
  ::raise(SIGSTOP);
  SaveOnTerm(stop, argv[1]);
}
