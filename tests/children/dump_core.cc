// Prints "ready", and on SIGUSR1 aborts with a core dump, as far as the system allows that.
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>

#include "awaited_signals.h"
#include "life.h"

int main() {
  rlimit core{};
  ::getrlimit(RLIMIT_CORE, &core);
  ::alarm(90);
  core.rlim_cur = core.rlim_max;
  ::setrlimit(RLIMIT_CORE, &core);
  const AwaitedSignals request{SIGUSR1};
  std::puts("ready");
  std::fflush(stdout);
  request.Next();
  std::abort();
}
