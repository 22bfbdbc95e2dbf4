#include "support/processes.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace support {
namespace {

std::set<int> NumbersIn(const char* directory) {
  std::set<int> numbers;
  DIR* listing = ::opendir(directory);
  if (listing == nullptr) return numbers;
  while (const dirent* entry = ::readdir(listing)) {
    if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9') {
      const int number = std::stoi(entry->d_name);
      if (number != ::dirfd(listing)) numbers.insert(number);
    }
  }
  ::closedir(listing);
  return numbers;
}

}  // namespace

bool Gone(pid_t pid, std::chrono::milliseconds timeout) {
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (handle < 0) return errno == ESRCH;
  pollfd ended{handle, POLLIN, 0};
  const int result = ::poll(&ended, 1, static_cast<int>(timeout.count()));
  ::close(handle);
  return result == 1;
}

bool Eventually(const std::function<bool()>& condition, std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

bool AllChildrenEnd(std::chrono::seconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  sigset_t child_ended;
  sigset_t before;
  ::sigemptyset(&child_ended);
  ::sigaddset(&child_ended, SIGCHLD);
  ::pthread_sigmask(SIG_BLOCK, &child_ended, &before);
  pid_t ended = 0;
  do {
    ended = ::waitpid(-1, nullptr, WNOHANG);
    constexpr timespec kLook{1, 0};
    if (ended == 0) ::sigtimedwait(&child_ended, nullptr, &kLook);
  } while (ended >= 0 && std::chrono::steady_clock::now() < deadline);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return ended < 0 && errno == ECHILD;
}

std::set<int> OpenDescriptors() {
  std::set<int> open = NumbersIn("/proc/self/fd");
  std::erase_if(open, [](int number) {
    std::error_code closed;
    const auto link = "/proc/self/fd/" + std::to_string(number);
    const std::string target = std::filesystem::read_symlink(link, closed).string();
    return closed || target.ends_with(".log");
  });
  return open;
}

bool LeavesNoDescriptor(const std::function<void()>& action) {
  const auto open_after = [&action](int times) {
    std::size_t most = 0;
    for (int i = 0; i < times; ++i) {
      action();
      most = std::max(most, OpenDescriptors().size());
    }
    return most;
  };
  const std::size_t before = open_after(2);  // one of them may have taken a kept one with it
  return open_after(3) <= before;
}

int ThreadCount() { return static_cast<int>(NumbersIn("/proc/self/task").size()); }

std::vector<pid_t> ProcessesWith(const std::string& variable) {
  std::vector<pid_t> found;
  for (const int pid : NumbersIn("/proc")) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/environ", std::ios::binary);
    std::stringstream content;
    content << '\0' << file.rdbuf();
    const std::string wanted = '\0' + variable + '\0';
    if (pid != ::getpid() && content.str().find(wanted) != std::string::npos) found.push_back(pid);
  }
  return found;
}

PlainProcess::PlainProcess(std::vector<std::string> command) {
  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  const int error =
      ::posix_spawn(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  output_ = ::fdopen(ends[0], "r");
  if (error != 0) throw std::runtime_error("cannot start " + command.front());
}

PlainProcess::~PlainProcess() {
  if (!reaped_) {
    ::kill(pid_, SIGKILL);
    Wait();
  }
  std::fclose(output_);
}

std::string PlainProcess::ReadLine() {
  std::string line;
  for (int c = std::fgetc(output_); c != EOF && c != '\n'; c = std::fgetc(output_)) {
    line += static_cast<char>(c);
  }
  return line;
}

std::string PlainProcess::ReadUntil(const std::string& last_line) {
  std::string text;
  for (std::string line = ReadLine(); line != last_line && std::feof(output_) == 0;
       line = ReadLine()) {
    text += line + "\n";
  }
  return text;
}

std::string PlainProcess::ReadAll() {
  std::string text;
  for (int c = std::fgetc(output_); c != EOF; c = std::fgetc(output_)) text += static_cast<char>(c);
  return text;
}

int PlainProcess::Wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  reaped_ = true;
  return status;
}

}  // namespace support
