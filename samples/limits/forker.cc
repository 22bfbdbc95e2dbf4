// A server that forks one worker after the other.
#include <unistd.h>

#include <cstdio>

int main() {
  std::puts("ready");
  std::fflush(stdout);
  for (;;) {
    const pid_t worker = ::fork();
    if (worker == 0) ::pause();
    if (worker < 0) break;
  }
  std::perror("fork");
  ::pause();
}
