// What a child program does that can act on SIGTERM.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "awaited_signals.h"

/// Waits for SIGTERM (awaited since before the server said "ready"), prints 1 MiB, which is more
/// than a pipe holds, then writes "saved" into `file` if it has a name, says so, and exits with 0.
/// If nobody took what it prints it would never come to saving.
[[noreturn]] inline void SaveOnTerm(const AwaitedSignals& stop, const std::string& file) {
  stop.Next();
  constexpr int kParts = 1000;
  const std::string filler(1050, '.');
  for (int i = 1; i <= kParts; ++i) {
    std::printf("saving part %d of %d %s\n", i, kParts, filler.c_str());
    if (std::fflush(stdout) != 0) std::exit(2);
  }
  if (!file.empty()) {
    std::FILE* saved = std::fopen(file.c_str(), "w");
    if (saved == nullptr) std::exit(3);
    std::fputs("saved\n", saved);
    std::fclose(saved);
  }
  std::puts("saved");
  std::exit(0);
}
