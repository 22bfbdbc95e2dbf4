#include "containment/terminal_process.h"

#include <pty.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>

#include "tether/base/errors.h"

namespace support {
namespace {

using tether::internal::SystemCallFailed;

// Whoever started the tests may have ignored SIGINT and SIGHUP, as a shell does in the background.
void ResetSignals() {
  for (int signal = 1; signal <= SIGRTMAX; ++signal) ::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace

TerminalProcess::TerminalProcess(std::vector<std::string> command) {
  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  int terminal = -1;
  pid_ = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (pid_ < 0) throw SystemCallFailed("forkpty", errno);
  if (pid_ == 0) {
    ResetSignals();
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  terminal_.Reset(terminal);
}

bool TerminalProcess::ReadLine(std::string& line) {
  line.clear();
  char byte = 0;
  while (::read(terminal_.number(), &byte, 1) == 1) {  // fails with EIO when nobody can write
    read_ += byte;
    if (byte == '\n') return true;
    if (byte != '\r') line += byte;
  }
  return false;
}

std::string TerminalProcess::ReadBehind(std::string_view text) {
  for (std::string line; ReadLine(line);) {
    if (const auto at = line.find(text); at != std::string::npos) {
      return line.substr(at + text.size());
    }
  }
  throw std::runtime_error("the output ended without \"" + std::string(text) + "\":\n" + read_);
}

void TerminalProcess::Type(char key) {
  if (::write(terminal_.number(), &key, 1) != 1) throw SystemCallFailed("write", errno);
}

}  // namespace support
