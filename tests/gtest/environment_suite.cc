// A program with servers for all of its tests, one of which does not start where FAIL is set: see
// fixture_run_test.cc.
#include <gmock/gmock.h>
#include <tether/tether.h>

#include <cstdio>
#include <cstdlib>

#include "support/servers.h"

namespace {

using support::Child;
using tether::IsRunning;

class Database : public tether::ServerEnvironment<Database> {
 public:
  static tether::ServerOptions Options() {
    std::puts("Database is started");
    tether::ServerOptions options = Child("ready_and_wait");
    if (std::getenv("FAIL") != nullptr) options.command = {tether::Program("exit_with"), "3"};
    options.name = "database";
    options.restart_when_ended = std::getenv("RESTART") != nullptr;
    return options;
  }
};
const auto* const kDatabase = testing::AddGlobalTestEnvironment(new Database);

class Proxy : public tether::ServerEnvironment<Proxy> {
 protected:
  friend ServerEnvironment;
  static tether::ServerOptions Options() {
    std::puts("Proxy is started");
    return Child("ready_and_wait", {"ready", std::to_string(Database::server().pid())});
  }
};
const auto* const kProxy = testing::AddGlobalTestEnvironment(new Proxy);

class Unregistered : public tether::ServerEnvironment<Unregistered> {
 public:
  static tether::ServerOptions Options() { return Child("ready_and_wait"); }
};

pid_t& PidOfTheTestBefore() {
  static pid_t pid = Database::server().pid();
  return pid;
}

TEST(Environment, HasAServer) {
  EXPECT_THAT(Database::server(), IsRunning());
  EXPECT_EQ(Database::server().pid(), PidOfTheTestBefore());
}
TEST(Environment, HasTheSameServerInEachTest) {
  EXPECT_EQ(Database::server().pid(), PidOfTheTestBefore());
  EXPECT_THAT(Database::server().test_log(), testing::IsEmpty());
}
TEST(Environment, KnowsTheOneThatWasStartedBefore) {
  EXPECT_THAT(Proxy::server().Text(), testing::EndsWith(std::to_string(Database::server().pid())));
}
TEST(Environment, SaysThatItIsNotRegistered) {
  try {
    Unregistered::server();
    FAIL() << "no error";
  } catch (const std::logic_error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("AddGlobalTestEnvironment"));
  }
}

// In its own suite, which is run only where it is asked for.
class Ends : public testing::Test {
 protected:
  void SetUp() override { std::puts("SetUp of Ends"); }
};
TEST_F(Ends, First) {
  if (std::getenv("END") == nullptr) GTEST_SKIP() << "END is not set";
  Database::server().Signal(SIGKILL);
  EXPECT_TRUE(Database::server().WaitForLine("never", std::chrono::minutes(1)));
}
TEST_F(Ends, Second) { std::puts("body of Second"); }
TEST_F(Ends, Third) { std::puts("body of Third"); }

}  // namespace
