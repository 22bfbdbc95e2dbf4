// use_up WHAT: says "ready" and uses up a resource. Where it is told that there is no more, it prints
// the error and waits.
//   cpu              without end
//   cpu-and-ignore   the same, and ignores SIGXCPU
//   memory           until it is told so by an exception that nobody catches
//   stack            without end
//   file PATH        writes to the file
//   files            opens files
//   locked           locks memory
//   processes        forks processes that wait
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "life.h"

namespace {

[[noreturn]] void UseCpu() {
  for (volatile unsigned count = 0;;) count = count + 1;
}

[[noreturn]] void UseMemory() {
  std::vector<std::unique_ptr<char[]>> blocks;
  for (;;) blocks.push_back(std::make_unique<char[]>(1U << 20U));
}

int UseStack(int depth) {
  volatile char frame[4096];
  frame[0] = static_cast<char>(depth);
  return depth < 0 ? 0 : UseStack(depth + 1) + frame[0];
}

void WriteFile(const char* path) {
  const int file = ::open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  const std::string block(4096, 'x');
  while (::write(file, block.data(), block.size()) > 0) {
  }
  std::perror("write");
}

void OpenFiles() {
  while (::open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0) {
  }
  std::perror("open");
}

void LockMemory() {
  constexpr std::size_t kBlock = 4096;
  std::vector<char> memory(1024 * kBlock);
  for (std::size_t at = 0; at < memory.size(); at += kBlock) {
    if (::mlock(memory.data() + at, kBlock) != 0) return std::perror("mlock");
  }
}

void ForkProcesses() {
  pid_t child = 0;
  while ((child = ::fork()) > 0) {
  }
  if (child < 0) return std::perror("fork");
  LimitLife();
  for (;;) ::pause();
}

}  // namespace

int main(int argc, char** argv) {
  LimitLife();
  const std::string what = argc > 1 ? argv[1] : "";
  std::puts("ready");
  std::fflush(stdout);
  if (what == "cpu-and-ignore") std::signal(SIGXCPU, SIG_IGN);
  if (what.starts_with("cpu")) UseCpu();
  if (what == "memory") UseMemory();
  if (what == "stack") return UseStack(0);
  if (what == "file" && argc > 2) WriteFile(argv[2]);
  if (what == "files") OpenFiles();
  if (what == "locked") LockMemory();
  if (what == "processes") ForkProcesses();
  for (;;) ::pause();
}
