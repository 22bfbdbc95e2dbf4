// Prints what a process inherits: directory, umask, descriptors, signals, session, limits, and the
// variables named by its arguments. Then "ready", and waits.
#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "life.h"

namespace {

void ShowDescriptors() {
  std::vector<int> open;
  for (int number = 0; number < 4096; ++number) {
    if (::fcntl(number, F_GETFD) >= 0) open.push_back(number);
  }
  std::printf("descriptors");
  for (const int number : open) std::printf(" %d", number);
  std::printf("\n");
}

void ShowSignals() {
  std::printf("ignored");
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_DFL) {
      std::printf(" %d", signal);
    }
  }
  std::printf(".\nblocked");
  sigset_t mask;
  ::sigprocmask(SIG_SETMASK, nullptr, &mask);
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    if (::sigismember(&mask, signal) == 1) std::printf(" %d", signal);
  }
  std::printf(".\n");
}

}  // namespace

int main(int argc, char** argv) {
  LimitLife();
  ShowDescriptors();
  ShowSignals();
  std::printf("argv0 %s\n", argv[0]);
  std::printf("directory %s\n", std::filesystem::current_path().c_str());
  const mode_t mask = ::umask(0);
  ::umask(mask);
  std::printf("umask %03o\n", mask);
  std::printf("session leader %s\n", ::getsid(0) == ::getpid() ? "yes" : "no");
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  std::printf("open files %llu\n", static_cast<unsigned long long>(files.rlim_cur));
  for (int i = 1; i < argc; ++i) {
    const char* value = std::getenv(argv[i]);
    std::printf("%s %s\n", argv[i], value != nullptr ? value : "(unset)");
  }
  int variables = 0;
  for (char** each = environ; *each != nullptr; ++each) ++variables;
  std::printf("variables %d\n", variables);
  std::puts("ready");
  std::fflush(stdout);
  for (;;) ::pause();
}
