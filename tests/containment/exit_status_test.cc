// Every exit status is right, whatever the test program does with the ends of its own children.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <functional>
#include <memory>
#include <thread>

#include "support/guardian.h"
#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::Child;
using support::PlainProcess;
using namespace std::chrono_literals;

// Something that this process does with SIGCHLD, as long as the object lives.
class Reaping {
 public:
  virtual ~Reaping() = default;
};

class Action : public Reaping {
 public:
  Action(void (*handler)(int), int flags) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = flags;
    ::sigaction(SIGCHLD, &action, &before_);
  }
  ~Action() override { ::sigaction(SIGCHLD, &before_, nullptr); }

 private:
  struct sigaction before_ {};
};

// In this thread, and so in all that it starts.
class Blocked : public Reaping {
 public:
  Blocked() {
    sigset_t child;
    ::sigemptyset(&child);
    ::sigaddset(&child, SIGCHLD);
    ::pthread_sigmask(SIG_BLOCK, &child, &before_);
  }
  ~Blocked() override { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

// A thread that takes the exit status of any child. It always has one to wait for, so that it is
// inside of waitpid() whenever another one ends.
class Thief : public Reaping {
 public:
  Thief() {
    thread_ = std::thread([this] {
      while (::waitpid(-1, nullptr, 0) > 0 || errno == EINTR || !done_) {
      }
    });
  }
  ~Thief() override {
    done_ = true;
    ::kill(child_.pid(), SIGKILL);
    thread_.join();
    child_.Wait();  // so that nobody signals a pid that is taken already
  }

 private:
  PlainProcess child_{{Program("ready_and_wait")}};
  std::atomic<bool> done_{false};
  std::thread thread_;
};

void ReapAll(int) {
  const int error = errno;
  while (::waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  errno = error;
}

struct Way {
  const char* name;
  std::function<std::unique_ptr<Reaping>()> begin;
};

void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

const Way kWays[] = {
    {"Default", [] { return std::make_unique<Action>(SIG_DFL, 0); }},
    {"Ignored", [] { return std::make_unique<Action>(SIG_IGN, 0); }},
    {"NoChildWait", [] { return std::make_unique<Action>(SIG_DFL, SA_NOCLDWAIT); }},
    {"Handler", [] { return std::make_unique<Action>(ReapAll, SA_RESTART); }},
    {"HandlerThatInterrupts", [] { return std::make_unique<Action>(ReapAll, 0); }},
    {"Blocked", [] { return std::make_unique<Blocked>(); }},
    {"Thief", [] { return std::make_unique<Thief>(); }},
};

class ExitStatusWhenSigchldIs : public testing::TestWithParam<Way> {
 protected:
  // The guardian, too, is started under these circumstances.
  void SetUp() override {
    support::EndGuardian();
    reaping_ = GetParam().begin();
  }

 private:
  std::unique_ptr<Reaping> reaping_;
};

ExitStatus EndOf(std::vector<std::string> command) {
  Server server({.command = std::move(command)});
  return server.WaitForExit(60s).value_or(ExitStatus::Unknown{"it did not end"});
}

void ExpectTrueStatuses() {
  for (const int code : {0, 1, 7, 126, 127, 128, 143, 255}) {
    EXPECT_EQ(EndOf({Program("exit_with"), std::to_string(code)}), ExitStatus::Exited{code});
  }
  for (const int signal : {SIGINT, SIGABRT, SIGKILL, SIGSEGV, SIGPIPE, SIGTERM, SIGRTMIN}) {
    EXPECT_EQ(EndOf({Program("die_by"), std::to_string(signal)}), ExitStatus::Signaled{signal});
  }
  EXPECT_EQ(Server(Child("ready_and_wait")).Stop(), ExitStatus::Signaled{SIGTERM});
  EXPECT_EQ(Server(Child("save_on_term")).Stop(), ExitStatus::Exited{0});
}

TEST_P(ExitStatusWhenSigchldIs, RightForServersOneByOne) { ExpectTrueStatuses(); }

TEST_P(ExitStatusWhenSigchldIs, RightForServersOfManyThreadsWhileOwnChildrenEnd) {
  std::atomic<bool> done{false};
  std::thread own_children([&] {
    while (!done) PlainProcess({Program("exit_with"), "3"}).Wait();
  });
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back(ExpectTrueStatuses);
  for (std::thread& thread : threads) thread.join();
  done = true;
  own_children.join();
}

INSTANTIATE_TEST_SUITE_P(Ways, ExitStatusWhenSigchldIs, testing::ValuesIn(kWays),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace tether
