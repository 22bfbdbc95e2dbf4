// A suite whose servers are found fault with, so that it fails: see findings_test.cc.
#include <tether/tether.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>

#include "support/servers.h"

namespace {

using namespace std::chrono_literals;
using support::Child;

void Kill(tether::Server& server) {
  ::kill(server.pid(), SIGUSR1);
  EXPECT_FALSE(server.WaitForLine("never", 1min));  // which ends with the server
}

TEST(Bare, EndsUnasked) {
  tether::Server server(Child("die_on_request"));
  Kill(server);
}

TEST(Bare, ExitsOtherwise) { const tether::Server server(Child("exit_at_term", {"3"})); }

class Fixture : public tether::ServerTest {
 protected:
  tether::ServerOptions Options() override {
    tether::ServerOptions options = Child("die_on_request");
    options.fatal = {"fatal:"};
    return options;
  }
  tether::Server other_{Child("exit_at_term", {"3"})};
};

TEST_F(Fixture, HasTwoServersWithFaults) { Kill(server()); }

class Outliving : public tether::ServerTest {
 protected:
  tether::ServerOptions Options() override {
    tether::ServerOptions options = Child("ignore_term");
    options.stop = {{SIGTERM, 50ms}, {SIGKILL}};
    return options;
  }
};

TEST_F(Outliving, HasToBeKilled) {}

// The server ends in the second test.
class Shared : public tether::SharedServerTest<Shared> {
 public:
  static tether::ServerOptions Options() { return Child("die_on_request"); }
};

TEST_F(Shared, First) { EXPECT_TRUE(server().running()); }
TEST_F(Shared, Second) { Kill(server()); }
TEST_F(Shared, Third) { std::puts("the third body was run"); }
TEST_F(Shared, Fourth) { std::puts("the fourth body was run"); }

class Restarting : public tether::SharedServerTest<Restarting> {
 public:
  static tether::ServerOptions Options() {
    tether::ServerOptions options = Child("die_on_request");
    options.restart_when_ended = true;
    return options;
  }
};

TEST_F(Restarting, First) { Kill(server()); }
TEST_F(Restarting, Second) {
  EXPECT_TRUE(server().running());
  server().Stop();
}
TEST_F(Restarting, Third) { EXPECT_TRUE(server().running()); }

// The server ends before the SetUp() of the second test.
class Between : public tether::SharedServerTest<Between> {
 public:
  static tether::ServerOptions Options() { return Child("die_on_request"); }

 protected:
  void SetUp() override {
    if (runs_++ == 1) Kill(server());
    SharedServerTest::SetUp();
  }

  static inline int runs_ = 0;
};

TEST_F(Between, First) {}
TEST_F(Between, Second) { std::puts("the second body was run"); }

// A derived SetUp() that leaves the one of the base out.
class Careless : public tether::SharedServerTest<Careless> {
 public:
  static tether::ServerOptions Options() { return Child("die_on_request"); }

 protected:
  void SetUp() override {}
};

TEST_F(Careless, First) { Kill(server()); }
TEST_F(Careless, Second) {}

// A server of all tests, which no fixture looks after.
class Global : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_.emplace(Child("exit_at_term", {"0"})); }
  static void TearDownTestSuite() { server_.reset(); }

  static inline std::optional<tether::Server> server_;
};

TEST_F(Global, LosesItsServer) {
  ::kill(server_->pid(), SIGKILL);
  EXPECT_FALSE(server_->WaitForLine("never", 1min));
}
TEST_F(Global, IsNotToldOfItAgain) {}

}  // namespace
