// What stands in for that which Linux alone has: it contains servers as far as it can, and tells what it
// cannot.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <regex>
#include <set>
#include <vector>

#include "support/guardian.h"
#include "support/processes.h"
#include "support/servers.h"
#include "support/temporary_directory.h"

namespace tether {
namespace {

using support::Child;
using support::PlainProcess;
using support::TemporaryDirectory;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;

ServerOptions Shell(const std::string& script) {
  return {.command = {"/bin/sh", "-c", script}, .ready = ready::Line("ready")};
}

pid_t PidIn(const LineMatch& match) { return std::stoi(match.line().text.substr(4)); }

// An environment variable that has another value as long as this lives.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* const before = std::getenv(name)) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() {
    if (before_) {
      ::setenv(name_, before_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

TEST(Portable, LeavesNothingOfAServerThatWasStopped) {
  Server(Child("ready_and_wait")).Stop();  // the guardian stays
  const std::set<int> before = support::OpenDescriptors();
  pid_t pid = 0;
  {
    Server server(Child("fork_workers", {"2"}));
    pid = server.pid();
    EXPECT_EQ(server.processes().size(), 3U);
    server.Stop();
  }
  EXPECT_EQ(support::OpenDescriptors(), before);
  EXPECT_TRUE(support::Gone(pid));
  EXPECT_TRUE(support::Eventually([=] { return ::kill(-pid, 0) != 0; })) << "of its process group";
}

TEST(Portable, LeavesNoFileOfItsPrograms) {
  const TemporaryDirectory directory;
  support::EndGuardian();
  const Variable temporary("TMPDIR", directory.path());
  Server server(Child("ready_and_wait"));
  server.Stop();
  for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("tether-guardian")));
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("tether-message")));
  }
}

TEST(Portable, EndsABackgroundJobInAGroupOfItsOwn) {
  Server server(Shell("set -m; sleep 300 & echo job $!; echo ready; exec sleep 300"));
  const LineMatch job = server.WaitForLine(Regex("^job "), 10s);
  ASSERT_TRUE(job);
  server.Stop();
  EXPECT_TRUE(support::Gone(PidIn(job)));
}

TEST(Portable, EndsAProcessOfAnotherSessionWhoseParentLives) {
  Server server(Shell("setsid sh -c 'echo job $$; echo ready; exec sleep 300' & wait"));
  const LineMatch job = server.WaitForLine(Regex("^job "), 10s);
  ASSERT_TRUE(job);
  server.Stop();
  EXPECT_TRUE(support::Gone(PidIn(job)));
  support::TakeFindings(server);
}

TEST(Portable, EndsWhatIsLeftInTheSessionOfAServerThatHasEnded) {
  Server server(support::Ending(Shell("sleep 300 & echo job $!; echo ready; exit 0")));
  const LineMatch job = server.WaitForLine(Regex("^job "), 10s);
  ASSERT_TRUE(job);
  server.WaitForExit(10s);
  server.Stop();
  EXPECT_TRUE(support::Gone(PidIn(job)));
}

TEST(Portable, SeesTheEndOfTheLastProcessOfAServerThatHasEnded) {
  Server server(support::Ending(Shell("sleep 0.3 & echo ready; exit 0")));
  server.WaitForExit(10s);
  EXPECT_TRUE(support::Eventually([&] { return server.processes().empty(); }));
}

TEST(Portable, EndsTheServersOfAKeeperThatIsKilled) {
  Server server(support::Ending(Child("fork_workers", {"2"})));
  const ProcessTree tree = server.processes();
  ::kill(support::KeeperOf(server), SIGKILL);
  for (const ProcessInfo& process : tree)
    EXPECT_TRUE(support::Gone(process.pid)) << process.command;
  support::TakeFindings(server);
}

TEST(Portable, RefusesADaemonAndSaysWhy) {
  try {
    ServerOptions options = Child("become_daemon");
    options.daemonizes = true;
    Server server(options);
    FAIL() << "it was started";
  } catch (const StartError& error) {
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("daemonizes: this build of tether cannot find a daemon"),
                      HasSubstr("let the server stay in the foreground")));
  }
}

TEST(Portable, SaysWhatToInstallToFindAListeningPort) {
  const TemporaryDirectory directory;
  ServerOptions options = Child("listen_quietly");
  options.ready = ready::Listening();
  const Variable path("PATH", directory.path());
  try {
    Server server(options);
    FAIL() << "it got ready";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("running lsof"), HasSubstr("install it"),
                                    HasSubstr("a ready line does without")));
  }
}

TEST(Portable, DoesNotTellTheLimitsOfAnotherProcess) {
  const Server server(Child("ready_and_wait"));
  EXPECT_THROW(
      {
        try {
          server.limits();
        } catch (const Error& error) {
          EXPECT_THAT(error.what(),
                      HasSubstr("this system does not tell those of another process"));
          throw;
        }
      },
      Error);
}

// The system calls that are Linux's alone in a trace of strace(1), each with the process in front of it.
// The tools that are asked, such as ps, may do as they like.
std::vector<std::string> CallsOfLinuxAlone(const std::string& trace) {
  static const std::regex alone(
      R"re((pidfd_\w+|epoll_\w+|signalfd4|eventfd2|timerfd_create|inotify_init1|memfd_create)\()re"
      R"re(|(accept4|execveat|close_range)\(|PR_SET_CHILD_SUBREAPER|PR_SET_PDEATHSIG|AF_NETLINK)re"
      R"re(|"/proc\b)re");
  static const std::regex tool(R"re(^(\d+) +execve\("[^"]*/(ps|lsof)")re");
  std::set<std::string> tools;
  std::vector<std::string> calls;
  std::ifstream file(trace);
  std::smatch match;
  for (std::string line; std::getline(file, line);) {
    if (std::regex_search(line, match, tool)) tools.insert(match[1]);
    if (tools.count(line.substr(0, line.find(' '))) != 0) continue;
    if (std::regex_search(line, alone)) calls.push_back(line);
  }
  return calls;
}

TEST(Portable, CallsNothingThatLinuxAloneHas) {
  const std::string strace = "/usr/bin/strace";
  if (!std::filesystem::exists(strace)) GTEST_SKIP() << "strace is not installed";
  const TemporaryDirectory directory;
  const std::string trace = directory / "trace";
  {
    PlainProcess host({strace, "-f", "-qqq", "-o", trace, "-e", "signal=none", Program("host"),
                       "return", Program("ready_and_wait")});
    host.ReadAll();
    EXPECT_EQ(host.Wait(), 0);
  }
  EXPECT_GT(std::filesystem::file_size(trace), 0U);
  EXPECT_THAT(CallsOfLinuxAlone(trace), IsEmpty());
}

}  // namespace
}  // namespace tether
