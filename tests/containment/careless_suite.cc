// A suite whose servers leave something behind, so that it fails: see left_behind_test.cc.
#include <gtest/gtest.h>
#include <tether/tether.h>

#include <chrono>
#include <csignal>
#include <optional>

#include "support/guardian.h"
#include "support/servers.h"

namespace {

using support::Child;

TEST(Bare, LeavesADaemon) { const tether::Server server(Child("leave_daemon")); }

TEST(Many, OnlyTheFirstLeavesADaemon) {
  const auto run = [](const char* name) { const tether::Server server(Child(name)); };
  run("leave_daemon");
  for (int i = 0; i < 40; ++i) run("ready_and_wait");
}

class Fixture : public tether::ServerTest {
 protected:
  tether::ServerOptions Options() override { return Child("leave_daemon"); }
};

TEST_F(Fixture, DiesAndLeavesADaemon) { ::kill(server().pid(), SIGKILL); }

class Shared : public tether::SharedServerTest<Shared> {
 public:
  static tether::ServerOptions Options() { return Child("leave_daemon"); }
};

TEST_F(Shared, Passes) { EXPECT_TRUE(server().running()); }

std::optional<tether::Server> static_server;

TEST(Static, EndsAfterAllTests) { static_server.emplace(Child("leave_daemon")); }

TEST(Guardian, IsKilled) {
  tether::Server server(Child("ready_and_wait"));
  ::kill(support::GuardianOf(server), SIGKILL);
  EXPECT_FALSE(server.WaitForLine("never", std::chrono::minutes(1)));
}

}  // namespace
