// notify STEP...: tells how it is by the protocol of sd_notify, then waits for SIGTERM. A step is
//
//   send=TEXT       a message, with "|" for each newline
//   many=COUNT      as many messages "STATUS=step N"
//   barrier         waits until all has been taken, as sd_notify_barrier(3) does
//   print=TEXT      prints a line
//   await=FILE      waits until the file exists
//   exit=CODE       ends
//
// At SIGTERM it tells that it is stopping, and ends.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "life.h"

namespace {

void Fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

void Send(std::string text, int descriptor = -1) {
  static const int socket = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  const char* name = std::getenv("NOTIFY_SOCKET");
  if (name == nullptr) Fail("NOTIFY_SOCKET");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, name, sizeof address.sun_path - 1);
  if (*name == '@') address.sun_path[0] = '\0';
  std::replace(text.begin(), text.end(), '|', '\n');
  iovec part{text.data(), text.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_name = &address;
  message.msg_namelen = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(name));
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (descriptor >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  }
  if (::sendmsg(socket, &message, 0) < 0) Fail("sendmsg");
}

void Barrier() {
  int ends[2];
  if (::pipe(ends) != 0) Fail("pipe");
  Send("BARRIER=1", ends[1]);
  ::close(ends[1]);
  pollfd end{ends[0], 0, 0};
  if (::poll(&end, 1, -1) != 1 || (end.revents & POLLHUP) == 0) Fail("poll");
}

void Do(const std::string& step) {
  const std::string kind = step.substr(0, step.find('='));
  const std::string value = step.substr(std::min(kind.size() + 1, step.size()));
  if (kind == "send") Send(value);
  if (kind == "barrier") Barrier();
  if (kind == "print") std::puts(value.c_str());
  if (kind == "exit") std::exit(std::atoi(value.c_str()));
  if (kind == "many") {
    for (int i = 1; i <= std::atoi(value.c_str()); ++i) Send("STATUS=step " + std::to_string(i));
  }
  if (kind == "await") {
    while (::access(value.c_str(), F_OK) != 0) ::usleep(1000);
  }
}

}  // namespace

int main(int argc, char** argv) {
  LimitLife();
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  sigset_t term;
  ::sigemptyset(&term);
  ::sigaddset(&term, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &term, nullptr);
  for (int i = 1; i < argc; ++i) Do(argv[i]);
  int signal = 0;
  ::sigwait(&term, &signal);
  Send("STOPPING=1|STATUS=saving");
  return 0;
}
