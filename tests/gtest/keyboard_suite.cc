// A suite that a person directs by environment variables: see keyboard_settings_test.cc, debug_test.cc and
// pause_test.cc.
#include <gtest/gtest.h>
#include <tether/tether.h>

#include <chrono>
#include <cstdio>

#include "support/servers.h"

namespace {

using support::Child;
using namespace std::chrono_literals;

TEST(Two, Passes) { const tether::Server server(Child("ready_and_wait")); }
TEST(Two, PassesAgain) { const tether::Server server(Child("ready_and_wait")); }

class Fixture : public tether::ServerTest {
 protected:
  tether::ServerOptions Options() override {
    tether::ServerOptions options = Child("serve_ports", {"{port}"});
    options.ready = tether::ready::Line(tether::Regex("^ready (?<port>\\d+)"));
    options.reuses_ports = false;
    return options;
  }
};

TEST_F(Fixture, FailsTwice) {
  EXPECT_EQ(1, 2) << "first failure";
  EXPECT_EQ(1, 2) << "second failure";
}

TEST(Bare, Fails) {
  const tether::Server server(Child("ready_and_wait"));
  EXPECT_TRUE(server.running() && false);
}

TEST(Bare, FailsWithoutAServer) { FAIL(); }

// Longer than its time limits, when somebody holds it in a debugger.
TEST(Held, GetsReadyInAMoment) {
  tether::ServerOptions options = Child("ready_and_wait", {"ready", "second"});
  options.start_timeout = 300ms;
  tether::Server server(options);
  EXPECT_TRUE(server.WaitForLine("second", 300ms));
  EXPECT_TRUE(server.ExpectNoLine("third", {.since = server.Mark(), .lasting = 10ms}));
  EXPECT_EQ(server.Stop(), tether::ExitStatus::Signaled{SIGTERM});
}

}  // namespace
