// Looking at processes from a test.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdio>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace support {

#if defined(__SANITIZE_THREAD__)
inline constexpr bool kThreadSanitizer = true;
#elif defined(__has_feature)
inline constexpr bool kThreadSanitizer = __has_feature(thread_sanitizer);
#else
inline constexpr bool kThreadSanitizer = false;
#endif

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kAddressSanitizer = true;
#elif defined(__has_feature)
inline constexpr bool kAddressSanitizer = __has_feature(address_sanitizer);
#else
inline constexpr bool kAddressSanitizer = false;
#endif

/// Why a test that leaves no descriptor must be skipped; null if it need not.
inline const char* const kNeedsDescriptors =
    kAddressSanitizer ? "UndefinedBehaviorSanitizer looks at memory with a pipe, and errs without"
                      : nullptr;

/// Whether the process has ended, or does so in time. Waits for the event, without polling.
bool Gone(pid_t pid, std::chrono::milliseconds timeout = std::chrono::seconds(20));

/// Whether a condition for which the system has no event comes to hold in time.
bool Eventually(const std::function<bool()>& condition,
                std::chrono::milliseconds timeout = std::chrono::seconds(20));

/// Waits until this process has no child any more, and takes their statuses; false if it has to
/// wait too long. For a process that is the subreaper of all below it: then nothing is left there.
bool AllChildrenEnd(std::chrono::seconds timeout = std::chrono::seconds(20));

/// The open descriptors of this process, but for logs: what a server has printed may be brought to its
/// log a moment later.
std::set<int> OpenDescriptors();

/// Whether no more descriptors are open after `action`, done again and again, than after the first
/// times, as what is kept for the next server stays.
bool LeavesNoDescriptor(const std::function<void()>& action);

/// The number of threads of this process.
int ThreadCount();

/// The processes whose environment holds `NAME=value`.
std::vector<pid_t> ProcessesWith(const std::string& variable);

/// A process that was started without the library, with its standard output to be read.
class PlainProcess {
 public:
  explicit PlainProcess(std::vector<std::string> command);
  PlainProcess(const PlainProcess&) = delete;
  PlainProcess& operator=(const PlainProcess&) = delete;
  ~PlainProcess();

  pid_t pid() const { return pid_; }
  /// The next line it prints, without the newline; empty at the end.
  std::string ReadLine();
  /// The lines up to this one, or to the end of its output, each with its newline.
  std::string ReadUntil(const std::string& last_line);
  /// All that it still prints, up to the end of its output.
  std::string ReadAll();
  /// Waits for its end; the status is that of waitpid().
  int Wait();

 private:
  pid_t pid_ = -1;
  std::FILE* output_ = nullptr;
  bool reaped_ = false;
};

}  // namespace support
