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

class SharedWithParameter : public SharedServerTest<SharedWithParameter>,
                            public testing::WithParamInterface<const char*> {
 public:
  static ServerOptions Options() { return Child("ready_and_wait", {"ready", "apple", "pear"}); }
};

TEST_P(SharedWithParameter, HasOneServerForAllParameters) {
  EXPECT_THAT(server().Text(), testing::HasSubstr(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Texts, SharedWithParameter, testing::Values("apple", "pear"));

struct Apple {
  static constexpr const char* kName = "apple";
};
struct Pear {
  static constexpr const char* kName = "pear";
};
using Fruits = testing::Types<Apple, Pear>;

template <typename Fruit>
class Typed : public ServerTest {
 protected:
  ServerOptions Options() override { return Child("ready_and_wait", {"ready", Fruit::kName}); }
};
TYPED_TEST_SUITE(Typed, Fruits);

TYPED_TEST(Typed, HasAServerOfItsType) { EXPECT_THAT(this->server(), Logs(TypeParam::kName)); }

template <typename Fruit>
class SharedTyped : public SharedServerTest<SharedTyped<Fruit>> {
 public:
  static ServerOptions Options() { return Child("ready_and_wait", {"ready", Fruit::kName}); }
};
TYPED_TEST_SUITE(SharedTyped, Fruits);

TYPED_TEST(SharedTyped, HasOneServerForEachType) {
  EXPECT_TRUE(TestFixture::server().WaitForLine(TypeParam::kName));
}
TYPED_TEST(SharedTyped, KeepsItForTheNextTest) {
  EXPECT_THAT(this->server().Text(), testing::EndsWith(TypeParam::kName));
}

template <typename Fruit>
class TypeParameterised : public SharedServerTest<TypeParameterised<Fruit>> {
 public:
  static ServerOptions Options() { return Child("ready_and_wait", {"ready", Fruit::kName}); }
};
TYPED_TEST_SUITE_P(TypeParameterised);
TYPED_TEST_P(TypeParameterised, HasAServer) {
  EXPECT_THAT(this->server().Text(), testing::EndsWith(TypeParam::kName));
}
REGISTER_TYPED_TEST_SUITE_P(TypeParameterised, HasAServer);
INSTANTIATE_TYPED_TEST_SUITE_P(Fruit, TypeParameterised, Fruits);

// Several servers in one fixture: the one of the base, and those that the derived class adds.
class Several : public ServerTest {
 protected:
  ServerOptions Options() override { return Child("ready_and_wait", {"ready", "front"}); }

  void SetUp() override {
    ServerTest::SetUp();
    backends_ = StartAll(std::vector<ServerOptions>(
        2, Child("ready_and_wait", {"ready", std::to_string(server().pid())})));
  }

  void TearDown() override {
    for (const ExitStatus& status : StopAll(backends_)) EXPECT_THAT(status, KilledBy("TERM"));
    EXPECT_THAT(server(), IsRunning());
    ServerTest::TearDown();
  }

  std::vector<Server> backends_;
};

TEST_F(Several, AreAllThere) {
  EXPECT_THAT(server(), IsRunning());
  EXPECT_THAT(backends_, testing::Each(Logs(std::to_string(server().pid()))));
}

class ForAll : public ServerEnvironment<ForAll> {
 public:
  static ServerOptions Options() { return Child("ready_and_wait", {"ready", "for all"}); }
};
[[maybe_unused]] const auto* const kForAll = testing::AddGlobalTestEnvironment(new ForAll);

TEST(ServerOfTheProgram, IsReachedByItsClass) {
  EXPECT_TRUE(ForAll::server().WaitForLine("for all"));
  EXPECT_THAT(ForAll::server(), IsRunning());
}

TEST(WaitForLineInAssertion, PassesAndFailsWithItsExplanation) {
  Server server(Child("ready_and_wait"));
  EXPECT_TRUE(server.WaitForLine("ready"));
  const testing::AssertionResult failed = server.WaitForLine("x", std::chrono::milliseconds(1));
  EXPECT_FALSE(failed);
  EXPECT_THAT(failed.message(), testing::HasSubstr("no line with \"x\""));
}

}  // namespace
}  // namespace tether
