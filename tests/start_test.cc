// What a server is given at its start.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::Child;
using support::Texts;
using testing::Contains;
using testing::HasSubstr;

TEST(Start, GivesTheServerDescriptors012AndNoOther) {
  // Descriptors of the test program that are not close-on-exec must not get through either.
  std::vector<int> open;
  for (int i = 0; i < 20; ++i) open.push_back(::dup(0));
  const Server server(Child("show_state"));
  for (const int descriptor : open) ::close(descriptor);
  EXPECT_THAT(Texts(server), Contains("descriptors 0 1 2"));
}

TEST(Start, GivesDefaultSignalDispositionsAndAnEmptyMask) {
  const auto old_pipe = std::signal(SIGPIPE, SIG_IGN);
  const auto old_int = std::signal(SIGINT, SIG_IGN);
  sigset_t term;
  ::sigemptyset(&term);
  ::sigaddset(&term, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &term, nullptr);
  const Server server(Child("show_state"));
  ::pthread_sigmask(SIG_UNBLOCK, &term, nullptr);
  std::signal(SIGPIPE, old_pipe);
  std::signal(SIGINT, old_int);
  EXPECT_THAT(Texts(server), Contains("ignored."));
  EXPECT_THAT(Texts(server), Contains("blocked."));
}

TEST(Start, MakesTheServerLeaderOfASessionOfItsOwn) {
  const Server server(Child("show_state"));
  EXPECT_THAT(Texts(server), Contains("session leader yes"));
  EXPECT_EQ(::getpgid(server.pid()), server.pid());
}

TEST(Start, KeepsTheWordThatTheUserWroteAsArgumentZero) {
  ServerOptions options = Child("show_state");
  const auto path = std::filesystem::relative(options.command[0]);
  options.command[0] = "./" + path.string();
  const Server server(options);
  EXPECT_THAT(Texts(server), Contains("argv0 ./" + path.string()));
}

TEST(Start, TakesDirectoryUmaskAndLimitsFromTheMomentOfTheCall) {
  { const Server first(Child("show_state")); }  // a keeper is there already, with other values
  const auto before = std::filesystem::current_path();
  const mode_t umask_before = ::umask(0137);
  rlimit limit_before{};
  ::getrlimit(RLIMIT_NOFILE, &limit_before);
  rlimit limit = limit_before;
  limit.rlim_cur = 123;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  std::filesystem::current_path("/");
  const Server server(Child("show_state"));
  std::filesystem::current_path(before);
  ::setrlimit(RLIMIT_NOFILE, &limit_before);
  ::umask(umask_before);
  EXPECT_THAT(Texts(server), Contains("directory /"));
  EXPECT_THAT(Texts(server), Contains("umask 137"));
  EXPECT_THAT(Texts(server), Contains("open files 123"));
}

TEST(Start, ChangesToTheWorkingDirectory) {
  ServerOptions options = Child("show_state");
  options.working_directory = "/usr";
  const Server server(options);
  EXPECT_THAT(Texts(server), Contains("directory /usr"));
}

// What a server inherits where the current directory has been removed.
class RemovedDirectory : public testing::Test {
 protected:
  void Enter() {
    const auto directory = std::filesystem::path(testing::TempDir()) /
                           ("tether_start_test_" + std::to_string(::getpid()));
    std::filesystem::create_directories(directory);
    std::filesystem::current_path(directory);
    std::filesystem::remove(directory);
  }
  void TearDown() override { std::filesystem::current_path(before_); }

 private:
  const std::filesystem::path before_ = std::filesystem::current_path();
};

TEST_F(RemovedDirectory, IsInheritedFromTheStartOn) {
  if (support::kThreadSanitizer) GTEST_SKIP() << "a forked copy may start no thread there";
  Enter();
  GTEST_FLAG_SET(death_test_style, "fast");
  // A process of its own, since the guardian of this one may be in another directory already.
  EXPECT_EXIT(
      {
        const bool runs = Server(Child("ready_and_wait")).running();
        std::exit(runs ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(RemovedDirectory, IsAnErrorWhenItWasEnteredLater) {
  { const Server elsewhere(Child("ready_and_wait")); }
  Enter();
  EXPECT_THROW(Server(Child("ready_and_wait")), StartError);
  ServerOptions options = Child("ready_and_wait");
  options.working_directory = "/";
  EXPECT_TRUE(Server(options).running());
}

TEST(Start, TakesUserAndGroupFromTheMomentOfTheCall) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  { const Server as_root(Child("ready_and_wait")); }
  constexpr uid_t kNobody = 65534;
  ASSERT_EQ(::setresgid(kNobody, kNobody, 0), 0);
  ASSERT_EQ(::setresuid(kNobody, kNobody, 0), 0);
  const Server server({.command = {"sh", "-c", "id -u; id -g; echo ready; exec sleep 60"},
                       .ready = ready::Line("ready"),
                       .working_directory = "/"});
  ASSERT_EQ(::setresuid(0, 0, 0), 0);
  ASSERT_EQ(::setresgid(0, 0, 0), 0);
  EXPECT_THAT(Texts(server), testing::ElementsAre("65534", "65534", "ready"));
}

TEST(Start, AddsReplacesAndRemovesVariables) {
  ::setenv("TETHER_TEST_KEPT", "kept", 1);
  ::setenv("TETHER_TEST_REPLACED", "old", 1);
  ::setenv("TETHER_TEST_REMOVED", "old", 1);
  ServerOptions options = Child("show_state", {"TETHER_TEST_KEPT", "TETHER_TEST_REPLACED",
                                               "TETHER_TEST_REMOVED", "TETHER_TEST_ADDED"});
  options.environment = {{"TETHER_TEST_REPLACED", "new"},
                         {"TETHER_TEST_REMOVED", std::nullopt},
                         {"TETHER_TEST_ADDED", "a=b c"}};
  const Server server(options);
  EXPECT_THAT(Texts(server), Contains("TETHER_TEST_KEPT kept"));
  EXPECT_THAT(Texts(server), Contains("TETHER_TEST_REPLACED new"));
  EXPECT_THAT(Texts(server), Contains("TETHER_TEST_REMOVED (unset)"));
  EXPECT_THAT(Texts(server), Contains("TETHER_TEST_ADDED a=b c"));
}

TEST(Start, CanBeginWithNoVariableAtAll) {
  ServerOptions options = Child("show_state", {"ONLY"});
  options.inherit_environment = false;
  options.environment = {{"ONLY", "this"}};
  const Server server(options);
  EXPECT_THAT(Texts(server), Contains("ONLY this"));
  EXPECT_THAT(Texts(server), Contains("variables 1"));
}

TEST(Start, CarriesAnEnvironmentOfAMegabyte) {
  ServerOptions options = Child("show_state", {"BIG_LAST"});
  for (int i = 0; i < 10; ++i) {
    options.environment["BIG_" + std::to_string(i)] = std::string(100'000, 'x');
  }
  options.environment["BIG_LAST"] = "here";
  const Server server(options);
  EXPECT_THAT(Texts(server), Contains("BIG_LAST here"));
}

TEST(Start, LooksUpANameInPath) {
  Server server({.command = {"sh", "-c", "echo from the shell"},
                 .ready = ready::Line("from the shell"),
                 .may_end = true});
  EXPECT_EQ(server.name(), "sh");
}

TEST(Start, GivesAnEmptyStandardInputUnlessAFileIsNamed) {
  Server empty({.command = {"cat"}});
  EXPECT_EQ(empty.WaitForExit(), ExitStatus::Exited{0});
  EXPECT_THAT(Texts(empty), testing::IsEmpty());

  const auto file = std::filesystem::path(testing::TempDir()) /
                    ("tether_start_test_input_" + std::to_string(::getpid()));
  std::ofstream(file) << "some input\n";
  Server reading({.command = {"cat"}, .standard_input = file});
  EXPECT_EQ(reading.WaitForExit(), ExitStatus::Exited{0});
  EXPECT_THAT(Texts(reading), testing::ElementsAre("some input"));
  std::filesystem::remove(file);
}

TEST(Start, WithoutProbeReturnsWhenTheProgramRuns) {
  const Server server({.command = {Program("ready_and_wait")}});
  EXPECT_TRUE(server.running());
  EXPECT_GT(server.pid(), 0);
}

TEST(Start, ByManyThreadsAtOnceGivesEachItsOwnServer) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([i] {
      for (int round = 0; round < 10; ++round) {
        const std::string own = "ready, thread " + std::to_string(i);
        Server server(Child("ready_and_wait", {own}));
        EXPECT_THAT(Texts(server), testing::ElementsAre(own));
        EXPECT_EQ(server.Stop(), ExitStatus::Signaled{SIGTERM});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace tether
