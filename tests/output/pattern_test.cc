// What a line is searched for, and what a match gives.
#include "tether/output/pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tether/base/errors.h"
#include "tether/output/line_match.h"
#include "tether/output/regex.h"

namespace tether {
namespace {

using testing::HasSubstr;

TEST(Regex, IsSearchedForAndNeedNotMatchTheWholeLine) {
  EXPECT_TRUE(Regex("b+").Search("abbbc"));
  EXPECT_FALSE(Regex("^b+$").Search("abbbc"));
}

TEST(Regex, GivesNamedGroups) {
  const auto groups = Regex(R"((?<host>\S+):(?<port>\d+)(?<tls>!)?)").Search("on 127.0.0.1:8080");
  ASSERT_TRUE(groups);
  EXPECT_EQ(groups->at("host"), "127.0.0.1");
  EXPECT_EQ(groups->at("port"), "8080");
  EXPECT_FALSE(groups->contains("tls"));
}

TEST(Regex, SaysWhatIsWrongAndWhere) {
  const Regex wrong("port (\\d+");
  ASSERT_TRUE(wrong.error());
  EXPECT_THAT(*wrong.error(), HasSubstr("/port (\\d+/ is wrong at byte 9: "));
  EXPECT_THROW(wrong.Search("port 1"), Error);
}

TEST(Regex, SearchesALineOfManyMegabytes) {
  std::string line(32U << 20U, 'a');
  EXPECT_FALSE(Regex("(a|b)+c$").Search(line.substr(0, 200'000)));
  line += "needle 42";
  EXPECT_EQ(Regex(R"(needle (?<n>\d+))").Search(line)->at("n"), "42");
}

TEST(Regex, ThatExplodesIsAnErrorAndNoEndlessSearch) {
  EXPECT_THROW(Regex("(a+)+(a+)+(a+)+(a+)+$").Search(std::string(5000, 'a') + "b"), Error);
}

TEST(Regex, ThatNeedsTooMuchMemoryIsAnErrorToo) {
  EXPECT_THROW(Regex("^(a|b)*c").Search(std::string(20'000'000, 'a')), Error);
}

TEST(Regex, IsNotConfusedByBytesThatAreNoText) {
  EXPECT_TRUE(Regex("ready").Search(std::string("\0\xff ready", 8)));
}

TEST(Pattern, TakesPlainTextLiterally) {
  const Pattern pattern = "GET /a?x=(1)";
  EXPECT_TRUE(pattern.Search("log: GET /a?x=(1) 200"));
  EXPECT_FALSE(pattern.Search("GET /ax=1"));
  EXPECT_EQ(pattern.Describe(), "\"GET /a?x=(1)\"");
  EXPECT_EQ(Pattern(Regex("a|b")).Describe(), "/a|b/");
}

TEST(LineMatch, OfNothingExplainsItselfToGoogleTest) {
  const LineMatch nothing("no line with \"x\"");
  const testing::AssertionResult result = nothing;
  EXPECT_FALSE(result);
  EXPECT_STREQ(result.message(), "no line with \"x\"");
}

TEST(LineMatch, NamesTheGroupsThereAreWhenAskedForAnother) {
  const LineMatch match(Line{1, Stream::kOut, {}, "port 1"}, {{"port", "1"}, {"host", "h"}});
  EXPECT_TRUE(match);
  EXPECT_EQ(match["port"], "1");
  try {
    (void)match["prot"];
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "no group \"prot\" in the match; the groups are: host, port");
  }
}

}  // namespace
}  // namespace tether
