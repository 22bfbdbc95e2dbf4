// A forked copy of the test program, such as a death test, never touches the servers of the
// original, in whatever way it ends.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>

#include "support/processes.h"
#include "support/servers.h"
#include "tether/base/file_descriptor.h"

namespace tether {
namespace {

using internal::FileDescriptor;
using support::Child;
using namespace std::chrono_literals;

// Destroyed by exit(), also in a copy.
std::optional<Server> global_server;

void UseAndDestroyGlobalServer() {
  if (!global_server) return;
  try {
    global_server->Stop();
  } catch (const std::logic_error& error) {
    std::fputs(error.what(), stderr);
  }
  global_server.reset();
}

// A server whose worker prints a line for each SIGINT.
class ForkedCopyDeathTest : public testing::Test {
 protected:
  void SetUp() override {
    GTEST_FLAG_SET(death_test_style, "fast");
    ServerOptions options = Child("report_signals");
    options.stop = {{SIGKILL}};  // the worker survives all else
    global_server.emplace(options);
  }
  // The server goes on, and what it prints comes here.
  void TearDown() override {
    Server& server = *global_server;
    EXPECT_TRUE(server.running());
    const ProcessTree tree = server.processes();
    ASSERT_EQ(tree.size(), 2U) << testing::PrintToString(tree);
    ::kill((tree.begin() + 1)->pid, SIGINT);
    EXPECT_TRUE(server.WaitForLine("worker got 2"));
    EXPECT_EQ(server.Stop(), ExitStatus::Signaled{SIGKILL});
    global_server.reset();
  }
};

struct End {
  const char* name;
  void (*end)();
  std::function<bool(int)> expected;
};

void PrintTo(const End& end, std::ostream* out) { *out << end.name; }

const End kEnds[] = {
    {"Exit", [] { std::exit(3); }, testing::ExitedWithCode(3)},
    {"QuickExit", [] { std::quick_exit(3); }, testing::ExitedWithCode(3)},
    {"UnderscoreExit", [] { ::_exit(3); }, testing::ExitedWithCode(3)},
    {"Abort", [] { std::abort(); }, testing::KilledBySignal(SIGABRT)},
    {"Terminate", [] { std::terminate(); }, testing::KilledBySignal(SIGABRT)},
    {"Kill", [] { std::raise(SIGKILL); }, testing::KilledBySignal(SIGKILL)},
    {"Interrupt", [] { std::raise(SIGINT); }, testing::KilledBySignal(SIGINT)},
};

class ForkedCopyEndsDeathTest : public ForkedCopyDeathTest,
                                public testing::WithParamInterface<End> {};

TEST_P(ForkedCopyEndsDeathTest, InFastStyle) {
  if (support::kThreadSanitizer && GetParam().name == std::string_view("Interrupt")) {
    GTEST_SKIP() << "ThreadSanitizer runs no signal handler in a copy of a program with threads";
  }
  EXPECT_EXIT(GetParam().end(), GetParam().expected, "");
}

// The test program is executed anew up to here, and starts a server of its own.
TEST_P(ForkedCopyEndsDeathTest, InThreadsafeStyle) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(GetParam().end(), GetParam().expected, "");
}

INSTANTIATE_TEST_SUITE_P(Ways, ForkedCopyEndsDeathTest, testing::ValuesIn(kEnds),
                         [](const auto& test) { return test.param.name; });

TEST_F(ForkedCopyDeathTest, MayUseAndDestroyTheServerInAnExitHandler) {
  static const int registered = std::atexit(UseAndDestroyGlobalServer);
  ASSERT_EQ(registered, 0);
  EXPECT_EXIT(std::exit(0), testing::ExitedWithCode(0), "here is a forked copy of it");
}

TEST_F(ForkedCopyDeathTest, MayDestroyTheServerInAQuickExitHandler) {
  static const int registered = std::at_quick_exit(UseAndDestroyGlobalServer);
  ASSERT_EQ(registered, 0);
  EXPECT_EXIT(std::quick_exit(0), testing::ExitedWithCode(0), "here is a forked copy of it");
}

TEST_F(ForkedCopyDeathTest, MayReplaceTheServer) {
  EXPECT_EXIT(
      {
        Server taken = std::move(*global_server);
        global_server.reset();
        std::exit(taken.name() == "report_signals" ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(ForkedCopyDeathTest, DestroysAServerThatIsStaticInAFunction) {
  static std::unique_ptr<Server> server;
  server = std::make_unique<Server>(Child("ready_and_wait"));
  EXPECT_EXIT(std::exit(0), testing::ExitedWithCode(0), "");
  EXPECT_TRUE(server->running());
  EXPECT_FALSE(server->WaitForLine("never", 10ms));
  EXPECT_EQ(server->Stop(), ExitStatus::Signaled{SIGTERM});
  server.reset();
}

TEST_F(ForkedCopyDeathTest, KnowsPidAndNameAndIsRefusedAllElse) {
  const pid_t pid = global_server->pid();
  EXPECT_EXIT(
      {
        Server& server = *global_server;
        const bool known = server.pid() == pid && server.name() == "report_signals";
        int refused = 0;
        for (const auto& call : std::vector<std::function<void()>>{
                 [&] { server.running(); }, [&] { server.exit_status(); }, [&] { server.Lines(); },
                 [&] { server.processes(); }, [&] { server.descriptors(); },
                 [&] { server.WaitForLine("ready"); }, [&] { server.WaitForExit(); },
                 [&] { server.Report(); }, [&] { server.Stop(); }}) {
          try {
            call();
          } catch (const std::logic_error&) {
            ++refused;
          }
        }
        std::exit(known && refused == 9 ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

// Forks without GoogleTest. The copy calls `body`, then _exit() with 0 if that was true.
pid_t Copy(const std::function<bool()>& body) {
  const pid_t copy = ::fork();
  if (copy == 0) ::_exit(body() ? 0 : 1);
  return copy;
}

int StatusOf(pid_t copy) {
  int status = -1;
  ::waitpid(copy, &status, 0);
  return status;
}

TEST_F(ForkedCopyDeathTest, ThatLivesOnDelaysNoEndOfAServer) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  FileDescriptor read(ends[0]);
  FileDescriptor write(ends[1]);
  Server server(Child("save_on_term"));
  const pid_t copy = Copy([&] {
    write.Reset();
    char byte = 0;
    return ::read(read.number(), &byte, 1) == 0;  // until the original lets it go
  });
  EXPECT_EQ(server.Stop(), ExitStatus::Exited{0});
  EXPECT_TRUE(server.WaitForLine("saved", 0ms));
  Server next(Child("ready_and_wait"));
  EXPECT_EQ(next.Stop(), ExitStatus::Signaled{SIGTERM});
  write.Reset();
  EXPECT_EQ(StatusOf(copy), 0);
}

TEST_F(ForkedCopyDeathTest, CanStartServersOfItsOwn) {
  if (support::kThreadSanitizer) {
    GTEST_SKIP() << "ThreadSanitizer ends a forked copy that starts a thread";
  }
  EXPECT_EXIT(
      {
        Server own(Child("ready_and_wait"));
        std::exit(own.Stop() == ExitStatus::Signaled{SIGTERM} ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(ForkedCopyDeathTest, ThatIsKilledLeavesNoServerOfItsOwn) {
  if (support::kThreadSanitizer) {
    GTEST_SKIP() << "ThreadSanitizer ends a forked copy that starts a thread";
  }
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const FileDescriptor read(ends[0]);
  const FileDescriptor write(ends[1]);
  EXPECT_EXIT(
      {
        const Server own(Child("ready_and_wait"));
        const pid_t pid = own.pid();
        if (::write(write.number(), &pid, sizeof pid) == sizeof pid) std::raise(SIGKILL);
      },
      testing::KilledBySignal(SIGKILL), "");
  pid_t pid = -1;
  ASSERT_EQ(::read(read.number(), &pid, sizeof pid), ssize_t{sizeof pid});
  EXPECT_TRUE(support::Gone(pid));
}

// Whatever the other threads are doing with servers when the copies are made.
TEST_F(ForkedCopyDeathTest, MayBeMadeWhileServersStartAndStop) {
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      while (!done) {
        Server server(Child("ready_and_wait"));
        EXPECT_EQ(server.Stop(), ExitStatus::Signaled{SIGTERM});
      }
    });
  }
  for (int copies = 0; copies < 100; ++copies) {
    EXPECT_EQ(StatusOf(Copy([] {
                global_server.reset();
                return true;
              })),
              0);
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace tether
