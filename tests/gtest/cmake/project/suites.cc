// Tests that pass, fail and are skipped on purpose. project_test.py says which is to do what.
#include <tether/tether.h>

namespace {

TEST(Passes, WithTheServerOfItsConfiguration) {
  tether::Server server(
      {.command = {tether::Program("say_configuration")}, .ready = tether::ready::Line("ready")});
  EXPECT_TRUE(server.WaitForLine("ready " CONFIGURATION));
}

TEST(Passes, DISABLED_IfItIsRun) { FAIL(); }

TEST(DISABLED_Passes, IfItIsRun) { FAIL(); }

TEST(AllSkipped, IsSkipped) { GTEST_SKIP() << "on purpose"; }

TEST(AllSkipped, IsSkippedToo) { GTEST_SKIP() << "on purpose"; }

TEST(SomeSkipped, IsSkipped) { GTEST_SKIP() << "on purpose"; }

TEST(SomeSkipped, Passes) {}

TEST(SomeSkipped, Fails) { FAIL() << "on purpose"; }

// Its tests are skipped, but the suite fails.
class DoesNotStart : public tether::SharedServerTest<DoesNotStart> {
 public:
  static tether::ServerOptions Options() { return {.command = {"./no_such_program"}}; }
};

TEST_F(DoesNotStart, IsNotRun) {}

class Values : public testing::TestWithParam<const char*> {};

TEST_P(Values, AreNotInNames) { EXPECT_STRNE(GetParam(), ""); }

INSTANTIATE_TEST_SUITE_P(Odd, Values, testing::Values("a;b", "[c", "# d"));

class Odd : public testing::Test {
 public:
  void TestBody() override {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    EXPECT_EQ(testing::UnitTest::GetInstance()->test_to_run_count() == 1, name != "of many");
  }
};

[[maybe_unused]] const auto* const kOdd =
    testing::RegisterTest("OddName", "with [a] bracket; and - others: *", nullptr, nullptr,
                          __FILE__, __LINE__, []() -> testing::Test* { return new Odd; });

}  // namespace
