// Suites that use the fixtures, some of which fail on purpose: see fixture_run_test.cc.
#include <gmock/gmock.h>
#include <tether/tether.h>

#include <cstdio>
#include <cstdlib>
#include <optional>

#include "support/servers.h"

namespace {

using support::Child;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using tether::Program;
using tether::ServerOptions;

void Say(const char* text) {
  std::puts(text);
  std::fflush(stdout);
}

ServerOptions NeverReady() {
  return {.command = {Program("exit_with"), "3", "no database"},
          .ready = tether::ready::Line("never"),
          .files = {{"config", "port 80"}}};
}

// The order of what happens, and the suite's state, in one line each.
class Ordered : public tether::ServerTest {
 protected:
  ServerOptions Options() override {
    Say("Options");
    return Child("ready_and_wait");
  }
  void SetUp() override {
    Say("SetUp begins");
    ServerTest::SetUp();
    Say(server().running() ? "SetUp ends with a server" : "SetUp ends");
  }
  void TearDown() override {
    Say(server().running() ? "TearDown begins with a server" : "TearDown begins");
    ServerTest::TearDown();
    Say("TearDown ends");
  }
};
TEST_F(Ordered, Test) { Say("body"); }

class StartFails : public tether::ServerTest {
 protected:
  ServerOptions Options() override { return NeverReady(); }
  void SetUp() override {
    ServerTest::SetUp();
    Say("SetUp went on");
  }
  void TearDown() override {
    Say("TearDown");
    ServerTest::TearDown();
  }
};
TEST_F(StartFails, Test) { Say("body"); }

class SharedStartFails : public tether::SharedServerTest<SharedStartFails> {
 public:
  static ServerOptions Options() { return NeverReady(); }
  static void SetUpTestSuite() {
    SharedServerTest::SetUpTestSuite();
    Say("SetUpTestSuite went on");
  }
};
TEST_F(SharedStartFails, One) { Say("body"); }
TEST_F(SharedStartFails, Two) { Say("body"); }
TEST_F(SharedStartFails, Three) { Say("body"); }

class SecondStartFails : public tether::ServerTest {
 protected:
  ServerOptions Options() override { return Child("ready_and_wait"); }
  void SetUp() override {
    ServerTest::SetUp();
    second_.emplace(NeverReady());
    Say("SetUp went on");
  }

 private:
  std::optional<tether::Server> second_;
};
TEST_F(SecondStartFails, Test) { Say("body"); }

// Each test sees what was printed since it began, and nothing of the one before.
class Slices : public tether::SharedServerTest<Slices> {
 public:
  static ServerOptions Options() { return Child("say_on_signal", {"line 1", "line 2", "line 3"}); }

 protected:
  static void SeeTheNextLine() {
    EXPECT_THAT(server().test_log(), IsEmpty());
    EXPECT_THAT(server(), Not(tether::Logs("line")));
    server().Signal("USR1");
    EXPECT_THAT(server(), tether::Logs("line"));
    EXPECT_THAT(server().test_log().Texts(), ElementsAre(testing::StartsWith("line ")));
  }
};
TEST_F(Slices, First) { SeeTheNextLine(); }
TEST_F(Slices, Second) {
  SeeTheNextLine();
  server().Restart();
  EXPECT_THAT(server().test_log().Texts(), ElementsAre("ready"));
}
TEST_F(Slices, Third) { SeeTheNextLine(); }
TEST_F(Slices, Fails) { EXPECT_THAT(server(), tether::Logs("line", std::chrono::milliseconds(1))); }

TEST(Skips, Test) { GTEST_SKIP() << "on purpose"; }
TEST(Skips, Another) {}

// Keeps what it was given and wrote.
class Directory : public tether::ServerTest {
 protected:
  ServerOptions Options() override {
    return {.command = {"sh", "-c", "echo written >{dir}/data; echo ready; exec sleep 60"},
            .ready = tether::ready::Line("ready"),
            .files = {{"config", "port {port}"}}};
  }
};
TEST_F(Directory, Test) { EXPECT_EQ(std::getenv("FAIL"), nullptr); }
TEST(DirectoryOfABareServer, Test) {
  const tether::Server server({.command = {"sh", "-c", "cp {dir}/a {dir}/b; exec sleep 60"},
                               .ready = tether::ready::File("{dir}/b"),
                               .files = {{"a", "text"}}});
  EXPECT_EQ(std::getenv("FAIL"), nullptr);
}

}  // namespace
