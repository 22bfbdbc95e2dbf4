// The fixtures, from inside tests that pass.
#include <gmock/gmock.h>
#include <tether/tether.h>

#include <set>

#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::Child;

std::set<pid_t>& PidsSoFar() {
  static std::set<pid_t> pids;
  return pids;
}

class PerTest : public ServerTest {
 protected:
  ServerOptions Options() override { return Child("ready_and_wait"); }

  void SetUp() override {
    EXPECT_THROW(server(), std::logic_error);
    ServerTest::SetUp();
    EXPECT_TRUE(server().running());
  }

  void TearDown() override {
    const pid_t pid = server().pid();
    ServerTest::TearDown();
    EXPECT_TRUE(support::Gone(pid, std::chrono::milliseconds(0)));
    EXPECT_THROW(server(), std::logic_error);
  }
};

TEST_F(PerTest, HasAServerOfItsOwn) { EXPECT_TRUE(PidsSoFar().insert(server().pid()).second); }
TEST_F(PerTest, HasAnotherServerThanTheTestBefore) {
  EXPECT_TRUE(PidsSoFar().insert(server().pid()).second);
}

class PerSuite : public SharedServerTest<PerSuite> {
 public:
  static void SetUpTestSuite() {
    SharedServerTest::SetUpTestSuite();
    shared_pid_ = server().pid();
  }

 protected:
  static ServerOptions Options() { return Child("ready_and_wait"); }

  static inline pid_t shared_pid_ = -1;
};

TEST_F(PerSuite, SharesItsServer) { EXPECT_EQ(server().pid(), shared_pid_); }
TEST_F(PerSuite, SharesItWithTheNextTest) {
  EXPECT_EQ(server().pid(), shared_pid_);
  EXPECT_TRUE(server().running());
}

class WithParameter : public ServerTest, public testing::WithParamInterface<const char*> {
 protected:
  ServerOptions Options() override { return Child("ready_and_wait", {"ready", GetParam()}); }
};

TEST_P(WithParameter, KnowsItWhenTheServerStarts) { EXPECT_TRUE(server().WaitForLine(GetParam())); }

INSTANTIATE_TEST_SUITE_P(Texts, WithParameter, testing::Values("apple", "pear"));

TEST(WaitForLineInAssertion, PassesAndFailsWithItsExplanation) {
  Server server(Child("ready_and_wait"));
  EXPECT_TRUE(server.WaitForLine("ready"));
  const testing::AssertionResult failed = server.WaitForLine("x", std::chrono::milliseconds(1));
  EXPECT_FALSE(failed);
  EXPECT_THAT(failed.message(), testing::HasSubstr("no line with \"x\""));
}

}  // namespace
}  // namespace tether
