// show_terminal [FILE]: prints which standard streams are terminals, name and size of that of its
// output, and whether it has a controlling one; with FILE it makes its output that. Then "ready", and
// waits for the first of SIGHUP and SIGTERM, tells FILE which it was, prints that, and exits.
#include <fcntl.h>
#include <sys/ioctl.h>

#include <cstdio>
#include <fstream>

#include "awaited_signals.h"
#include "life.h"

namespace {

// A terminal that the leader of a session opens becomes the controlling one, if that has none.
void TakeControl() { ::close(::open(::ttyname(STDOUT_FILENO), O_RDWR)); }

bool IsControlled() {
  const int terminal = ::open("/dev/tty", O_RDWR);
  if (terminal < 0) return false;
  ::close(terminal);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  LimitLife();
  const AwaitedSignals stop{SIGHUP, SIGTERM};
  if (argc > 1) TakeControl();
  std::printf("terminals %d%d%d\n", ::isatty(0), ::isatty(1), ::isatty(2));
  if (::isatty(STDOUT_FILENO)) std::printf("name %s\n", ::ttyname(STDOUT_FILENO));
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
    std::printf("size %d %d\n", size.ws_row, size.ws_col);
  }
  std::printf("controlling %s\n", IsControlled() ? "yes" : "no");
  std::puts("ready");
  std::fflush(stdout);
  const int signal = stop.Next();
  if (argc > 1) std::ofstream(argv[1]) << "got " << signal << std::endl;
  std::printf("got %d\n", signal);
}
