// keep_spawning FILE: three processes, each with a thread that spins, start one process after another
// and add a byte to FILE for each. The first of them prints "ready" when that has begun.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cstdio>
#include <thread>

#include "life.h"

namespace {

[[noreturn]] void KeepSpawning(int file) {
  std::thread([] {
    for (;;) std::this_thread::yield();
  }).detach();
  char program[] = "/bin/true";
  char* const arguments[] = {program, nullptr};
  for (;;) {
    pid_t child = 0;
    if (::posix_spawn(&child, program, nullptr, nullptr, arguments, nullptr) != 0) ::_exit(1);
    ::waitpid(child, nullptr, 0);
    if (::write(file, "x", 1) != 1) ::_exit(1);
  }
}

}  // namespace

int main(int, char** argv) {
  const int file = ::open(argv[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (::fork() == 0) {
    ::fork();
    LimitLife();
    KeepSpawning(file);
  }
  LimitLife();
  while (::lseek(file, 0, SEEK_END) < 5) std::this_thread::yield();
  std::puts("ready");
  std::fflush(stdout);
  KeepSpawning(file);
}
