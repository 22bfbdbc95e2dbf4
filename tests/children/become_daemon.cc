// become_daemon WAY [STATUS] [leave]: becomes a daemon in one of the ways in which servers do it, which
// prints "daemon PID", then "ready", and at SIGTERM "daemon ends" and exits with STATUS. With "leave" the
// daemon leaves a process in another session behind, "left PID".
//   foreground   it does not
//   fork         fork
//   session      fork, setsid
//   hasty        fork, setsid, fork; nobody waits for anybody
//   patient      the same; the first process ends when the daemon is ready
//   threefold    fork, setsid, fork, fork, and the pid is printed by the last one
//   listen       listens on a port ("listening on port N"), and is ready so, before it does as "hasty"
//   stillborn    fork, and the daemon ends at once, with STATUS
//   fail         fork, and it is the first process that ends with STATUS
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "awaited_signals.h"
#include "life.h"

namespace {

void Say(const char* text, int number) {
  std::printf("%s %d\n", text, number);
  std::fflush(stdout);
}

// The parent ends, the child goes on.
void HandOver(int status = 0) {
  if (::fork() != 0) ::_exit(status);
  LimitLife();
}

void HandOverWhenReady(int ready[2]) {
  if (::fork() == 0) {
    LimitLife();
    ::close(ready[0]);
    return;
  }
  ::close(ready[1]);
  char byte = 0;
  ::_exit(::read(ready[0], &byte, 1) == 0 ? 0 : 1);  // the daemon has closed its end
}

void Listen() {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address);
  ::listen(listener, 8);
  socklen_t size = sizeof address;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  Say("listening on port", ntohs(address.sin_port));
}

void BecomeDaemon(const std::string& way, int status, int ready[2]) {
  if (way == "foreground") return;
  if (way == "fail") return HandOver(status);
  if (way == "patient") {
    HandOverWhenReady(ready);
  } else {
    HandOver();
  }
  if (way == "stillborn") ::_exit(status);
  if (way == "fork") return;
  ::setsid();
  if (way == "session") return;
  HandOver();
  if (way == "threefold") HandOver();
}

void LeaveProcess(const AwaitedSignals& stop) {
  int gone[2];
  if (::pipe(gone) != 0 || ::fork() == 0) {
    LimitLife();
    ::setsid();
    stop.Unblock();
    Say("left", ::getpid());
    ::close(gone[1]);
    for (;;) ::pause();
  }
  ::close(gone[1]);
  char byte = 0;
  (void)!::read(gone[0], &byte, 1);
}

}  // namespace

int main(int argc, char** argv) {
  LimitLife();
  const std::string way = argc > 1 ? argv[1] : "foreground";
  const int status = argc > 2 ? std::atoi(argv[2]) : 0;
  const AwaitedSignals stop{SIGTERM};
  int ready[2];
  if (::pipe(ready) != 0) return 1;
  if (way == "listen") Listen();
  BecomeDaemon(way, status, ready);
  if (argc > 3 && std::strcmp(argv[3], "leave") == 0) LeaveProcess(stop);
  Say("daemon", ::getpid());
  std::puts("ready");
  std::fflush(stdout);
  ::close(ready[1]);
  stop.Next();
  std::puts("daemon ends");
  return status;
}
