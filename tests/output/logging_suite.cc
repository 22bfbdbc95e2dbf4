// A suite whose servers print, and whose tests pass or fail as asked: see log_test.cc.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <tether/tether.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "support/servers.h"

namespace {

using support::Child;

bool Fails() { return std::getenv("FAIL") != nullptr; }

TEST(Bare, Prints) {
  const tether::Server server(Child("ready_and_wait", {"ready", "second"}));
  EXPECT_FALSE(Fails());
}

TEST(Bare, GoesElsewhere) {
  ASSERT_EQ(::chdir("/"), 0);
  const tether::Server server(Child("ready_and_wait"));
  EXPECT_FALSE(Fails());
}

TEST(Bare, PrintsMuch) {
  tether::Server server({.command = {tether::Program("print_much"), "50000"}});
  ASSERT_TRUE(server.WaitForExit());
  EXPECT_EQ(server.Lines().size(), 100'001U);
  EXPECT_FALSE(Fails());
}

TEST(Bare, SeveralPrintMuch) {
  auto servers = tether::StartAll(
      std::vector<tether::ServerOptions>(4, {.command = {tether::Program("print_much"), "1000"}}));
  for (auto& server : servers) EXPECT_TRUE(server.WaitForExit());
}

TEST(Bare, HasTwoOfTheSameName) {
  const tether::Server one(Child("ready_and_wait"));
  const tether::Server another(Child("ready_and_wait"));
  EXPECT_FALSE(Fails());
}

TEST(Bare, DoesNotGetReady) {
  EXPECT_THROW(tether::Server(Child("print_much", {"3"})), tether::StartError);
  EXPECT_FALSE(Fails());
}

// Ends only when it is killed.
TEST(Killed, WhileItsServerLives) {
  tether::Server server(Child("save_on_term"));
  tether::Server many({.command = {tether::Program("print_much"), "50000"}});
  many.WaitForExit();
  std::puts("waiting");
  std::fflush(stdout);
  for (;;) ::pause();
}

TEST(Full, StillKeepsAllLines) {
  const tether::Server first(Child("ready_and_wait"));  // the guardian's program is a file, too
  const rlimit limit{20'000, 20'000};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  tether::Server server({.command = {tether::Program("print_much"), "50000"}});
  ASSERT_TRUE(server.WaitForExit());
  EXPECT_EQ(server.Lines().size(), 100'001U);
  EXPECT_EQ(server.Lines({.stream = tether::Stream::kOut}).back().text, "the end");
}

class Named : public testing::TestWithParam<std::string> {};
TEST_P(Named, ByItsParameter) {
  const tether::Server server(Child("ready_and_wait"));
  EXPECT_FALSE(Fails());
}
INSTANTIATE_TEST_SUITE_P(Odd, Named, testing::Values("x"));

class Shared : public tether::SharedServerTest<Shared> {
 public:
  static tether::ServerOptions Options() { return Child("ready_and_wait"); }
};
TEST_F(Shared, First) { EXPECT_FALSE(Fails()); }
TEST_F(Shared, Second) {}

using CopyDeathTest = testing::Test;
TEST(CopyDeathTest, HasALogOfItsOwn) {
  EXPECT_EXIT(
      {
        const tether::Server server(Child("ready_and_wait"));
        std::exit(7);
      },
      testing::ExitedWithCode(7), "");
}

}  // namespace
