// What every child program of the tests does first.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

/// Ends this process by SIGALRM after a while, whatever goes wrong in a test, and lets it leave no
/// core file. Forked children call it again, since they inherit no alarm.
inline void LimitLife(unsigned seconds = 90) {
  ::alarm(seconds);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
}
