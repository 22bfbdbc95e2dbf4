// All processes that come of the children of this one.
#pragma once

#include <sys/types.h>

#include <csignal>
#include <map>
#include <vector>

#include "tether/base/deadline.h"
#include "tether/base/exit_status.h"
#include "tether/inspect/process_tree.h"

namespace support {

/// Makes this process the subreaper of all that it starts from then on: whatever loses its parent
/// becomes a child of it, so that neither a session of its own nor an empty environment hides a
/// process. It takes the exit status of every child. One object, in a process with one thread.
class Progeny {
 public:
  Progeny();

  /// Waits until nothing is left but `spared`, if that is given, or the time is over. Gives what is
  /// left, zombies aside.
  std::vector<tether::ProcessInfo> AwaitEnd(tether::Clock::duration timeout, pid_t spared = 0);

  /// Kills all of it, and waits until that is done.
  void Kill();

  /// How a child ended.
  tether::ExitStatus StatusOf(pid_t child) const;

 private:
  bool Reap();
  void AwaitEndOfChild(tether::Clock::duration timeout) const;

  sigset_t end_of_child_{};
  std::map<pid_t, int> statuses_;
};

}  // namespace support
