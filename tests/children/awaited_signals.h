// Signals that a child program waits for.
#pragma once

#include <csignal>
#include <initializer_list>

/// Blocks some signals, to take them one by one.
class AwaitedSignals {
 public:
  AwaitedSignals(std::initializer_list<int> signals) {
    ::sigemptyset(&set_);
    for (const int signal : signals) ::sigaddset(&set_, signal);
    ::sigprocmask(SIG_BLOCK, &set_, nullptr);
  }

  /// Waits for the next one.
  int Next() const {
    int signal = 0;
    ::sigwait(&set_, &signal);
    return signal;
  }

  void Unblock() const { ::sigprocmask(SIG_UNBLOCK, &set_, nullptr); }

 private:
  sigset_t set_{};
};
