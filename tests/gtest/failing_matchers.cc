// Assertions with matchers that fail on purpose: see matcher_texts_test.cc.
#include <gmock/gmock.h>
#include <tether/tether.h>

#include "support/servers.h"

namespace {

using support::Child;
using testing::AllOf;
using testing::Not;
using namespace std::chrono_literals;
using namespace tether;

class Failing : public ServerTest {
 protected:
  ServerOptions Options() override { return Child("ready_and_wait", {"first", "ready"}); }
};

TEST_F(Failing, Logs) { EXPECT_THAT(server(), Logs("saved", 10ms)); }
TEST_F(Failing, NotLogs) { EXPECT_THAT(server(), Not(Logs("first"))); }
TEST_F(Failing, AllOf) { EXPECT_THAT(server(), AllOf(IsRunning(), Logs("saved", 10ms))); }
TEST_F(Failing, ListensOn) { EXPECT_THAT(server(), ListensOn(80)); }
TEST_F(Failing, Exited) { EXPECT_THAT(server().Stop(), Exited(0)); }
TEST_F(Failing, KilledBy) { EXPECT_THAT(server().Stop(), KilledBy(SIGKILL)); }
TEST_F(Failing, ExpectExit) { EXPECT_TRUE(server().ExpectExit(Exited(0), 10ms)); }
TEST_F(Failing, TestLog) { EXPECT_THAT(server().test_log(), testing::IsEmpty()); }

}  // namespace
