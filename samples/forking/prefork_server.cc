// prefork_server N: keeps N workers, and starts another one for each that ends.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace {

pid_t ForkWorker() {
  const pid_t worker = ::fork();
  if (worker != 0) return worker;
  for (;;) ::pause();  // a real one would serve
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 0; i < (argc == 2 ? std::atoi(argv[1]) : 4); ++i) ForkWorker();
  std::puts("ready");
  for (;;) {
    std::fflush(stdout);
    const pid_t ended = ::wait(nullptr);
    if (ended < 0) return 1;
    std::printf("worker %d ended, replaced by %d\n", ended, ForkWorker());
  }
}
