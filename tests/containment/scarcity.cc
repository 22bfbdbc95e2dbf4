#include "scarcity.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <tether/server/server.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "support/processes.h"

namespace {

using tether::Server;

tether::ServerOptions Options(const std::string& program) {
  return {.command = {program}, .ready = tether::ready::Line("ready")};
}

// "works", or the text of the error.
std::string Try(const tether::ServerOptions& options) {
  try {
    return Server(options).Stop().signal() == SIGTERM ? "works" : "ended otherwise";
  } catch (const tether::StartError& error) {
    return error.what();
  }
}

}  // namespace

void StartMany(const Words& words) {
  std::vector<Server> servers;
  try {
    while (servers.size() < 1000) servers.emplace_back(Options(words[1]));
  } catch (const tether::StartError& error) {
    std::printf("after %zu servers: %s\n", servers.size(), error.what());
  }
  // Those that stay may yet open a log file each.
  const auto half = static_cast<std::ptrdiff_t>(servers.size() / 2);
  servers.erase(servers.begin() + half, servers.end());
  std::printf("with fewer: %s\n", Try(Options(words[1])).c_str());
}

namespace {

// Takes all descriptors that this process may have, but some.
class FilesTaken {
 public:
  explicit FilesTaken(int but) {
    for (int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC); file >= 0; file = ::dup(file)) {
      files_.push_back(file);
    }
    for (; but > 0; --but) CloseOne();
  }
  FilesTaken(const FilesTaken&) = delete;
  FilesTaken& operator=(const FilesTaken&) = delete;
  ~FilesTaken() {
    while (!files_.empty()) CloseOne();
  }

 private:
  void CloseOne() {
    ::close(files_.back());
    files_.pop_back();
  }
  std::vector<int> files_;
};

}  // namespace

void StartWithFewFiles(const Words& words) {
  std::string result;
  for (int free = 0; result != "works"; ++free) {
    {
      const FilesTaken taken(free);
      result = Try(Options(words[1]));
    }
    std::printf("with %d: %s\n", free, result.c_str());
  }
}

namespace {

// So many processes of this user that do nothing.
class Crowd {
 public:
  explicit Crowd(int size) {
    for (int i = 0; i < size; ++i) {
      pids_.push_back(::fork());
      if (pids_.back() != 0) continue;
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::alarm(60);
      for (;;) ::pause();
    }
  }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
  ~Crowd() {
    for (const pid_t pid : pids_) ::kill(pid, SIGKILL);
    for (const pid_t pid : pids_) ::waitpid(pid, nullptr, 0);
  }

 private:
  std::vector<pid_t> pids_;
};

}  // namespace

void StartInCrowd(const Words& words) {
  // What it takes: the threads of this process now, one that reads, guardian, keeper and server.
  const int needed = support::ThreadCount() + 4;
  const rlimit limit{static_cast<rlim_t>(needed), static_cast<rlim_t>(needed)};
  ::setrlimit(RLIMIT_NPROC, &limit);
  tether::ServerOptions options{.command = {"/bin/sh", "-c", "echo ready; exec sleep 60"},
                                .ready = tether::ready::Line("ready"),
                                .working_directory = "/"};
  {
    const Crowd crowd(std::stoi(words[1]));
    std::printf("in the crowd: %s\n", Try(options).c_str());
  }
  {
    const Server alone(options);
    std::printf("alone: works\nbeside it: %s\n", Try(options).c_str());
  }
  options.ready = tether::ready::Http("/");
  std::printf("asked by HTTP: %s\n", Try(options).c_str());
}
