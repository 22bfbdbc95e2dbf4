#include "containment/progeny.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include "tether/base/errors.h"

namespace support {
namespace {

using tether::Clock;
using tether::ExitStatus;
using tether::ProcessInfo;
using namespace std::chrono_literals;

std::vector<ProcessInfo> Living(pid_t spared) {
  std::vector<ProcessInfo> living;
  for (const ProcessInfo& process : tether::ProcessTree::Of(::getpid())) {
    const bool alive = process.state != tether::ProcessState::kZombie;
    if (alive && process.pid != ::getpid() && process.pid != spared) living.push_back(process);
  }
  return living;
}

}  // namespace

Progeny::Progeny() {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) {
    throw tether::internal::SystemCallFailed("prctl", errno);
  }
  ::sigemptyset(&end_of_child_);
  ::sigaddset(&end_of_child_, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &end_of_child_, nullptr);
}

std::vector<ProcessInfo> Progeny::AwaitEnd(Clock::duration timeout, pid_t spared) {
  const Clock::time_point end = Clock::now() + timeout;
  while (Reap()) {
    const std::vector<ProcessInfo> left = Living(spared);
    const Clock::time_point now = Clock::now();
    if ((left.empty() && spared != 0) || now >= end) return left;
    AwaitEndOfChild(end - now);
  }
  return {};  // without a child there is nothing below one either
}

void Progeny::Kill() {
  for (auto left = AwaitEnd(0s); !left.empty(); left = AwaitEnd(100ms)) {
    for (const ProcessInfo& process : left) ::kill(process.pid, SIGKILL);
  }
}

ExitStatus Progeny::StatusOf(pid_t child) const {
  const auto found = statuses_.find(child);
  if (found == statuses_.end()) return ExitStatus::Unknown{"it has not ended"};
  return ExitStatus::FromWaitStatus(found->second);
}

// Takes all statuses that there are. False when no child is left.
bool Progeny::Reap() {
  int status = 0;
  pid_t pid = 0;
  while ((pid = ::waitpid(-1, &status, WNOHANG)) > 0) statuses_[pid] = status;
  return pid == 0;
}

void Progeny::AwaitEndOfChild(Clock::duration timeout) const {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(timeout);
  const std::chrono::nanoseconds rest = timeout - seconds;
  const timespec time{static_cast<std::time_t>(seconds.count()), static_cast<long>(rest.count())};
  ::sigtimedwait(&end_of_child_, nullptr, &time);
}

}  // namespace support
