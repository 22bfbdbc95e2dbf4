// The guardian dies at some moment: whoever uses a server then is told so, nothing is left, and the
// next server has another guardian.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <latch>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support/guardian.h"
#include "support/processes.h"
#include "support/servers.h"
#include "tether/base/deadline.h"

namespace tether {
namespace {

using support::Child;
using support::GuardianOf;
using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr const char* kReason = "tether's guardian, the process that starts servers, has gone";

// Waits for what never comes: it ends since the guardian has gone.
void ExpectLost(Server& server) {
  EXPECT_THAT(server.WaitForLine("never", 60s).explanation(), HasSubstr(kReason));
  const pid_t pid = server.pid();
  server.Stop();
  EXPECT_TRUE(support::Gone(pid, 0ms));
  EXPECT_THAT(support::TakeFindings(server), testing::ElementsAre(Finding::Kind::kLost));
}

// Kills a guardian from another thread, a little later than asked to.
class LateKill {
 public:
  LateKill(pid_t guardian, std::chrono::microseconds delay)
      : thread_([this, guardian, delay] {
          begin_.arrive_and_wait();
          // Spun away: a sleep takes longer than what it shall meet.
          const auto moment = Clock::now() + delay;
          while (Clock::now() < moment) {
          }
          ::kill(guardian, SIGKILL);
        }) {}
  LateKill(const LateKill&) = delete;
  LateKill& operator=(const LateKill&) = delete;
  ~LateKill() { thread_.join(); }

  void Begin() { begin_.arrive_and_wait(); }

 private:
  std::latch begin_{2};
  std::thread thread_;
};

TEST(GuardianLoss, DuringAWaitEndsItWithTheReason) {
  for (auto delay = 0us; delay < 1ms; delay += 50us) {
    Server server(Child("ready_and_wait"));
    LateKill kill(GuardianOf(server), delay);
    kill.Begin();
    ExpectLost(server);
  }
}

TEST(GuardianLoss, BetweenTwoServersGoesUnnoticed) {
  std::optional<Server> server(Child("ready_and_wait"));
  const pid_t guardian = GuardianOf(*server);
  server.reset();
  ::kill(guardian, SIGKILL);
  ASSERT_TRUE(support::Gone(guardian));
  server.emplace(Child("ready_and_wait"));
  EXPECT_NE(GuardianOf(*server), guardian);
  EXPECT_EQ(server->Stop(), ExitStatus::Signaled{SIGTERM});
}

TEST(GuardianLoss, WithManyServersIsToldByEachOfThem) {
  std::vector<Server> servers;
  for (int i = 0; i < 10; ++i) servers.emplace_back(Child("ready_and_wait"));
  ::kill(GuardianOf(servers.front()), SIGKILL);
  for (Server& server : servers) ExpectLost(server);
}

// Not so if the server or its keeper has gone, too.
bool HasGuardian(const Server& server, pid_t guardian) {
  try {
    return GuardianOf(server) == guardian;
  } catch (const std::runtime_error&) {
    return false;
  }
}

// Starts a server while the guardian is killed. That is an error that says so, or gives a server that
// is lost like any other one, or one that has the next guardian already.
void StartWhileItIsKilled(pid_t guardian, std::chrono::microseconds delay) {
  std::optional<Server> server;
  {
    LateKill kill(guardian, delay);
    kill.Begin();
    try {
      server.emplace(Child("ready_and_wait"));
    } catch (const StartError& error) {
      EXPECT_THAT(error.what(), HasSubstr(kReason));
    }
  }
  ASSERT_TRUE(support::Gone(guardian));
  const Server next(Child("ready_and_wait"));
  if (server && !HasGuardian(*server, GuardianOf(next))) ExpectLost(*server);
}

TEST(GuardianLoss, DuringAStartIsTheReasonToldAndTheNextServerStarts) {
  for (auto delay = 0us; delay < 2ms; delay += 20us) {
    Server other(Child("ready_and_wait"));
    StartWhileItIsKilled(GuardianOf(other), delay);
    ExpectLost(other);
  }
}

}  // namespace
}  // namespace tether
