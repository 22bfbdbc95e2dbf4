// With PER_SUITE a suite is one of ctest's tests, and a process with no other suite in it.
#include <gmock/gmock.h>
#include <tether/tether.h>

#include <set>
#include <string>

#include "support/servers.h"

namespace tether {
namespace {

using support::Child;
using testing::ElementsAre;

// The pids of the servers that tests of this process have used, and the tests themselves.
std::set<pid_t> pids;
std::vector<std::string> tests;

void NoteTest(const Server& server) {
  pids.insert(server.pid());
  tests.emplace_back(testing::UnitTest::GetInstance()->current_test_info()->name());
}

class SharedServer : public SharedServerTest<SharedServer> {
 public:
  static ServerOptions Options() { return Child("ready_and_wait"); }
};

TEST_F(SharedServer, IsStartedForTheFirstTest) { NoteTest(server()); }

TEST_F(SharedServer, IsTheSameInTheNextTest) {
  NoteTest(server());
  EXPECT_EQ(pids.size(), 1u);
  EXPECT_THAT(tests, ElementsAre("IsStartedForTheFirstTest", "IsTheSameInTheNextTest"));
}

class SharedByParameters : public SharedServerTest<SharedByParameters>,
                           public testing::WithParamInterface<int> {
 public:
  static ServerOptions Options() { return Child("ready_and_wait"); }
};

TEST_P(SharedByParameters, IsTheSameForEach) {
  NoteTest(server());
  EXPECT_EQ(pids.size(), 1u);
  EXPECT_EQ(tests.size(), static_cast<std::size_t>(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Counted, SharedByParameters, testing::Values(1, 2, 3));

template <typename T>
class SharedByType : public SharedServerTest<SharedByType<T>> {
 public:
  static ServerOptions Options() { return Child("ready_and_wait"); }
};

using Types = testing::Types<char, int>;
TYPED_TEST_SUITE(SharedByType, Types);

TYPED_TEST(SharedByType, IsStartedForTheFirstTest) { NoteTest(this->server()); }

TYPED_TEST(SharedByType, IsTheSameInTheNextTest) {
  NoteTest(this->server());
  EXPECT_EQ(pids.size(), 1u);
  EXPECT_EQ(tests.size(), 2u);
}

TEST(PlainSuite, IsAloneInItsProcess) {
  EXPECT_EQ(testing::UnitTest::GetInstance()->test_suite_to_run_count(), 1);
}

}  // namespace
}  // namespace tether
