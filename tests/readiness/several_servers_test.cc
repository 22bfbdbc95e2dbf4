// Servers that are started and stopped at the same time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::Child;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

ServerOptions Shell(const std::string& script) {
  return {.command = {"sh", "-c", script}, .ready = ready::Line("ready"), .may_end = true};
}

// More than a pipe holds.
const std::string kMuch =
    "i=0; while [ $i -lt 3000 ]; do echo \"$i is more than a pipe holds, in the end\"; "
    "i=$((i + 1)); done";

// A FIFO of its own for each test: whoever opens it waits until somebody else opens its other end.
class SeveralServers : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::mkfifo(fifo_.c_str(), 0600), 0); }
  void TearDown() override { std::filesystem::remove(fifo_); }

  const std::string fifo_ =
      testing::TempDir() + "tether_several_servers_" + std::to_string(::getpid());
};

TEST_F(SeveralServers, StartInTheOrderOfTheirOptions) {
  const std::vector<Server> servers =
      StartAll({Shell("echo ready; exec sleep 60"), Child("ready_and_wait")});
  ASSERT_THAT(servers, SizeIs(2));
  EXPECT_EQ(servers[0].name(), "sh");
  EXPECT_EQ(servers[1].name(), "ready_and_wait");
  EXPECT_TRUE(servers[0].running() && servers[1].running());
}

TEST_F(SeveralServers, MayBeNone) {
  EXPECT_THAT(StartAll({}), IsEmpty());
  EXPECT_THAT(StopAll({}), IsEmpty());
}

TEST_F(SeveralServers, StartAtTheSameTime) {
  StartAll({Shell("read word < " + fifo_ + "; echo ready; exec sleep 60"),
            Shell("echo word > " + fifo_ + "; echo ready; exec sleep 60")});
}

TEST_F(SeveralServers, AreReadWhileOthersAreWaitedFor) {
  StartAll({Shell("read word < " + fifo_ + "; echo ready; exec sleep 60"),
            Shell(kMuch + "; echo word > " + fifo_ + "; echo ready; exec sleep 60")});
}

TEST_F(SeveralServers, StartWhileAnotherServerIsRead) {
  const Server talker(Shell("echo ready; read word < " + fifo_ + "; " + kMuch + "; echo word > " +
                            fifo_ + "; exec sleep 60"));
  StartAll(
      {Shell("echo word > " + fifo_ + "; read word < " + fifo_ + "; echo ready; exec sleep 60")});
}

TEST_F(SeveralServers, AreReadInTheBackgroundAfterwards) {
  const std::vector<Server> servers = StartAll({Shell("echo ready; " + kMuch)});
  EXPECT_TRUE(support::Gone(servers[0].pid()));
}

TEST_F(SeveralServers, StopWhileAnotherThreadWaitsForOneOfThem) {
  for (int round = 0; round < 20; ++round) {
    auto servers = StartAll(std::vector<ServerOptions>(3, Child("ready_and_wait")));
    std::jthread waiter([&] { EXPECT_FALSE(servers[1].WaitForLine("never printed")); });
    EXPECT_THAT(StopAll(servers), Each(ExitStatus(ExitStatus::Signaled{SIGTERM})));
  }
}

TEST_F(SeveralServers, StopAtTheSameTime) {
  auto servers = StartAll({Shell("trap 'read word < " + fifo_ +
                                 "; exit 3' TERM; echo ready; while :; do sleep 0.01; done"),
                           Shell("trap 'echo word > " + fifo_ +
                                 "; exit 4' TERM; echo ready; while :; do sleep 0.01; done")});
  EXPECT_THAT(StopAll(servers), testing::ElementsAre(ExitStatus::Exited{3}, ExitStatus::Exited{4}));
  EXPECT_FALSE(servers[0].running() || servers[1].running());
}

TEST_F(SeveralServers, AreAllEndedWhenOneDoesNotGetReady) {
  const std::string pid_file = fifo_ + ".pid";
  try {
    StartAll(
        {Shell("echo $$ > " + pid_file + "; echo word > " + fifo_ + "; echo ready; exec sleep 60"),
         Shell("read word < " + fifo_ + "; exit 7")});
    FAIL() << "one of them is not ready";
  } catch (const StartError& error) {
    EXPECT_THAT(error.what(), HasSubstr("server \"sh\" ended before it was ready"));
  }
  pid_t pid = 0;
  std::ifstream(pid_file) >> pid;
  std::filesystem::remove(pid_file);
  ASSERT_GT(pid, 0);
  EXPECT_TRUE(support::Gone(pid, std::chrono::milliseconds(0)));
}

TEST_F(SeveralServers, AreAllEndedWhenOneCannotBeStarted) {
  ServerOptions tagged = Child("ready_and_wait");
  tagged.environment["TETHER_TEST_TAG"] = fifo_;
  EXPECT_THROW(StartAll({tagged, {.command = {}}}), StartError);
  EXPECT_THROW(StartAll({tagged, {.command = {"/no/such/program"}}}), StartError);
  EXPECT_THAT(support::ProcessesWith("TETHER_TEST_TAG=" + fifo_), IsEmpty());
}

TEST_F(SeveralServers, NeedNoThreadEach) {
  std::vector<Server> servers = StartAll(std::vector<ServerOptions>(50, Child("ready_and_wait")));
  // This one, the one that reads, and where ctest gives the test a time that which knows its end.
  const int limited = std::getenv("TETHER_TEST_TIMEOUT") != nullptr ? 1 : 0;
  EXPECT_LE(support::ThreadCount(), 2 + limited + (support::kThreadSanitizer ? 1 : 0));
  EXPECT_THAT(StopAll(servers), Each(ExitStatus(ExitStatus::Signaled{SIGTERM})));
}

}  // namespace
}  // namespace tether
