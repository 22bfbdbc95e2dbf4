// A process in a terminal of its own.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "tether/base/file_descriptor.h"

namespace support {

/// A command that runs as if a person had typed it: it leads a session whose controlling terminal is
/// a new pseudo terminal, its standard streams are that terminal, and no signal is ignored or
/// blocked. It is neither ended nor waited for by this class.
class TerminalProcess {
 public:
  explicit TerminalProcess(std::vector<std::string> command);

  pid_t pid() const { return pid_; }

  /// Skips output up to a line that holds `text`, and gives the rest of that line. Throws, with all
  /// the output, when that ends before.
  std::string ReadBehind(std::string_view text);
  /// As if typed; '\x03' is Ctrl-C.
  void Type(char key);
  /// As if the window were closed.
  void HangUp() { terminal_.Reset(); }

 private:
  bool ReadLine(std::string& line);

  pid_t pid_ = -1;
  tether::internal::FileDescriptor terminal_;
  std::string read_;
};

}  // namespace support
