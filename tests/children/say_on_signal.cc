// say_on_signal TEXT...: prints "ready", then with each SIGUSR1 the next argument and a newline, to
// stderr if it begins with "2>"; exits after the last one.
#include <cstdio>
#include <string_view>

#include "awaited_signals.h"
#include "life.h"

int main(int argc, char** argv) {
  LimitLife();
  const AwaitedSignals request{SIGUSR1};
  std::puts("ready");
  std::fflush(stdout);
  for (int i = 1; i < argc; ++i) {
    request.Next();
    const bool error = std::string_view(argv[i]).starts_with("2>");
    std::FILE* const stream = error ? stderr : stdout;
    std::fprintf(stream, "%s\n", argv[i] + (error ? 2 : 0));
    std::fflush(stream);
  }
}
