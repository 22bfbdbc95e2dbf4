// Descriptors do not get from the test program into a server, nor from one server into another.
#include "support/descriptors.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <functional>
#include <map>
#include <thread>

#include "support/guardian.h"
#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::Child;
using support::Texts;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr int kStarters = 32;
constexpr int kOpeners = 8;

// Threads that open descriptors, none of them close-on-exec, and close them again.
class Openers {
 public:
  Openers() {
    for (int i = 0; i < kOpeners; ++i) threads_.emplace_back([this] { OpenAndClose(); });
  }
  ~Openers() {
    done_ = true;
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  void OpenAndClose() {
    while (!done_) {
      int ends[2];
      if (::pipe(ends) != 0) std::abort();
      const int others[] = {::open("/dev/zero", O_RDONLY), ::socket(AF_UNIX, SOCK_STREAM, 0),
                            ::dup(STDIN_FILENO)};
      std::this_thread::yield();
      for (const int end : ends) ::close(end);
      for (const int other : others) ::close(other);
    }
  }

  std::atomic<bool> done_{false};
  std::vector<std::thread> threads_;
};

// Many threads that do the same at the same time, while others open descriptors.
void InManyThreads(const std::function<void(int)>& body) {
  const Openers openers;
  std::vector<std::thread> threads;
  for (int i = 0; i < kStarters; ++i) threads.emplace_back(body, i);
  for (std::thread& thread : threads) thread.join();
}

TEST(Descriptors, OfServersThatManyThreadsStartAreTheirOwnThreeAlone) {
  constexpr int kRounds = support::kThreadSanitizer ? 2 : 5;
  std::vector<std::vector<Server>> servers(kStarters);
  InManyThreads([&](int i) {
    for (int round = 0; round < kRounds; ++round) {
      servers[static_cast<std::size_t>(i)].emplace_back(Child("show_state"));
    }
  });
  std::map<std::string, int> pipes;
  for (const std::vector<Server>& of_one_thread : servers) {
    for (const Server& server : of_one_thread) {
      EXPECT_THAT(Texts(server), Contains("descriptors 0 1 2"));
      const DescriptorTable table = server.descriptors();
      ASSERT_THAT(table.Numbers(), ElementsAre(0, 1, 2)) << testing::PrintToString(table);
      EXPECT_EQ(table.Find(0)->target, "/dev/null");
      ++pipes[table.Find(1)->target];
      ++pipes[table.Find(2)->target];
    }
  }
  // No two of them hold the same pipe, so that none can delay the end of another one's output.
  EXPECT_EQ(pipes.size(), std::size_t{2 * kStarters * kRounds});
}

TEST(Descriptors, HandedOnPurposeReachTheServerAndNothingElseDoes) {
  InManyThreads([&](int) {
    ServerOptions options = Child("show_state");
    options.standard_input = Program("show_state");
    const Server server(options);
    EXPECT_THAT(Texts(server), Contains("descriptors 0 1 2"));
    EXPECT_EQ(server.descriptors().Find(0)->target, Program("show_state"));
  });
}

TEST(EndOfOutput, OfAServerThatLivesOnIsNotDelayedByOthers) {
  std::barrier all_started(kStarters);
  std::barrier all_seen(kStarters);
  InManyThreads([&](int) {
    Server server({.command = {Program("close_output")}, .ready = ready::Line("closing")});
    all_started.arrive_and_wait();
    EXPECT_THAT(server.WaitForLine("never", 60s).explanation(),
                HasSubstr("the server closed its output"));
    EXPECT_TRUE(server.running());
    all_seen.arrive_and_wait();  // nobody's end has helped
  });
}

TEST(EndOfOutput, OfAServerThatEndsIsCompleteWhileOthersGoOn) {
  std::barrier all_ended(kStarters);
  InManyThreads([&](int) {
    const Server before(Child("ready_and_wait"));
    Server server({.command = {Program("print_much"), "500"}});
    const Server after(Child("ready_and_wait"));
    EXPECT_EQ(server.WaitForExit(60s), ExitStatus::Exited{0});
    const std::vector<std::string> texts = Texts(server);
    EXPECT_EQ(texts.size(), 1001U);
    EXPECT_THAT(texts, Contains("the end"));
    EXPECT_THAT(texts, Contains("err 500"));
    all_ended.arrive_and_wait();
    EXPECT_TRUE(before.running());
    EXPECT_TRUE(after.running());
  });
}

class ClosedDescriptors : public testing::Test {
 protected:
  void SetUp() override {
    Server warm_up(Child("ready_and_wait"));  // the guardian, a keeper and the reader stay
    keeper_ = support::KeeperOf(warm_up);
    warm_up.Stop();
    before_ = support::DescriptorsButLogs();
  }
  void ExpectClosed() {
    EXPECT_EQ(support::DescriptorsButLogs(), before_);
    // The keeper closes its duplicates after it has told the end.
    EXPECT_TRUE(support::Eventually([&] {
      const DescriptorTable table = DescriptorTable::Of(keeper_);
      return std::none_of(table.begin(), table.end(), [](const Descriptor& each) {
        return each.kind == DescriptorKind::kPipe;
      });
    })) << testing::PrintToString(DescriptorTable::Of(keeper_));
  }

  pid_t keeper_ = -1;
  DescriptorTable before_;
};

TEST_F(ClosedDescriptors, AreThoseOfAStoppedServerThoughItsObjectLives) {
  Server server(Child("ready_and_wait"));
  server.Stop();
  ExpectClosed();
}

TEST_F(ClosedDescriptors, AreThoseOfAServerThatHasEndedByItself) {
  Server server({.command = {Program("print_much"), "10"}});
  server.WaitForExit();
  server.Stop();
  ExpectClosed();
}

TEST_F(ClosedDescriptors, AreThoseOfAServerWithADaemon) {
  Server server({.command = {Program("leave_daemon"), "exit"},
                 .ready = ready::Line("ready"),
                 .may_leave_processes = true});
  server.WaitForExit();
  server.Stop();
  ExpectClosed();
}

TEST_F(ClosedDescriptors, AreThoseOfAServerThatCouldNotBeStarted) {
  EXPECT_THROW(Server({.command = {Program("exit_with"), "1"}, .ready = ready::Line("ready")}),
               StartError);
  EXPECT_THROW(Server({.command = {"/"}}), StartError);
  ExpectClosed();
}

}  // namespace
}  // namespace tether
