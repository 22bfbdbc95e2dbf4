// With SHARDS a program is so many of ctest's tests, each with its share of the program's tests.
#include <gmock/gmock.h>
#include <tether/tether.h>

#include <cstdlib>
#include <string>

namespace {

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

class Sharded : public testing::TestWithParam<int> {};

TEST_P(Sharded, RunsWithAThirdOfTheTests) {
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  EXPECT_EQ(all.total_test_count(), 12);
  EXPECT_EQ(all.test_to_run_count(), 4);
}

TEST_P(Sharded, KnowsWhichShardItIs) {
  EXPECT_EQ(Variable("GTEST_TOTAL_SHARDS"), "3");
  EXPECT_THAT(Variable("GTEST_SHARD_INDEX"), testing::AnyOf("0", "1", "2"));
}

INSTANTIATE_TEST_SUITE_P(Six, Sharded, testing::Range(0, 6));

}  // namespace
