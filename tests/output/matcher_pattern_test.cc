// The matchers of GoogleTest, and those that users write, as patterns.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/servers.h"
#include "tether/tether.h"

namespace tether {
namespace {

using support::Child;
using testing::AllOf;
using testing::AnyOf;
using testing::ContainsRegex;
using testing::EndsWith;
using testing::Eq;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::ResultOf;
using testing::SizeIs;
using testing::StartsWith;
using testing::StrCaseEq;
using testing::Truly;

bool Finds(const Pattern& pattern, std::string_view text) {
  return pattern.Search({.number = 1, .text = text}).has_value();
}

MATCHER(IsShout, negation ? "isn't loud" : "is loud") { return std::string(arg).back() == '!'; }
MATCHER_P(HasLetters, count, "") { return arg.size() == static_cast<std::size_t>(count); }

// Without gmock, as GoogleTest documents it in gtest-matchers.h.
struct IsUpper {
  using is_gtest_matcher = void;
  bool MatchAndExplain(const std::string& text, std::ostream*) const { return text == "UP"; }
  void DescribeTo(std::ostream* out) const { *out << "is upper"; }
  void DescribeNegationTo(std::ostream* out) const { *out << "is lower"; }
};

TEST(MatcherPattern, IsMadeOfAnyMatcherForStrings) {
  EXPECT_TRUE(Finds(HasSubstr("port"), "on port 1"));
  EXPECT_TRUE(Finds(StartsWith("GET "), "GET /"));
  EXPECT_TRUE(Finds(EndsWith("/"), "GET /"));
  EXPECT_TRUE(Finds(ContainsRegex("[0-9]+"), "on port 1"));
  EXPECT_TRUE(Finds(MatchesRegex("[a-z 1]+"), "on port 1"));
  EXPECT_TRUE(Finds(Eq("ready"), "ready"));
  EXPECT_TRUE(Finds(StrCaseEq("READY"), "ready"));
  EXPECT_TRUE(Finds(IsEmpty(), ""));
  EXPECT_TRUE(Finds(SizeIs(3), "abc"));
  EXPECT_TRUE(Finds(testing::_, "abc"));
  EXPECT_TRUE(Finds(testing::Contains('b'), "abc"));
  EXPECT_TRUE(Finds(Truly([](const std::string& text) { return text == "x"; }), "x"));
  EXPECT_TRUE(Finds(ResultOf([](const std::string& text) { return text.size(); }, Eq(2)), "ab"));
  EXPECT_TRUE(Finds(IsShout(), "ready!"));
  EXPECT_TRUE(Finds(HasLetters(5), "ready"));
  EXPECT_TRUE(Finds(IsUpper(), "UP"));
}

TEST(MatcherPattern, SeesTheWholeLine) {
  EXPECT_FALSE(Finds(StartsWith("port"), "on port 1"));
  EXPECT_FALSE(Finds(Eq("port"), "on port 1"));
  EXPECT_FALSE(Finds(MatchesRegex("[a-z]+"), "on port 1"));
}

TEST(MatcherPattern, TakesMatchersMadeOfMatchers) {
  EXPECT_TRUE(Finds(AllOf(HasSubstr("a"), Not(HasSubstr("b"))), "a"));
  EXPECT_FALSE(Finds(AllOf(HasSubstr("a"), Not(HasSubstr("b"))), "ab"));
  EXPECT_TRUE(Finds(AnyOf(HasSubstr("a"), StartsWith("b"), EndsWith("c")), "bc"));
  const auto kept = Not(StartsWith("a"));
  EXPECT_TRUE(Finds(kept, "b"));
}

TEST(MatcherPattern, TakesMatchersOfAnyStringType) {
  EXPECT_TRUE(Finds(testing::Matcher<const std::string&>(HasSubstr("a")), "abc"));
  EXPECT_TRUE(Finds(testing::Matcher<std::string>(HasSubstr("a")), "abc"));
  EXPECT_TRUE(Finds(testing::Matcher<std::string_view>(HasSubstr("a")), "abc"));
  EXPECT_TRUE(Finds(testing::Matcher<const std::string_view&>(HasSubstr("a")), "abc"));
  EXPECT_FALSE(Finds(testing::Matcher<std::string_view>("a"), "abc"));
  static_assert(!std::convertible_to<testing::Matcher<int>, Pattern>);
}

TEST(MatcherPattern, TakesLinesOfAnyBytes) {
  EXPECT_TRUE(Finds(EndsWith("b"), std::string_view("\xff\0b", 3)));
}

TEST(MatcherPattern, IsDescribedAsTheMatcherDescribesItself) {
  EXPECT_EQ(Pattern(HasSubstr("x")).Describe(), "text that has substring \"x\"");
  EXPECT_EQ(Pattern(Not(IsShout())).Describe(), "text that isn't loud");
}

TEST(MatcherPattern, IsPartOfCombinationsWithOtherPatterns) {
  const Pattern all =
      pattern::AllOf(StartsWith("GET"), Regex("/(?<path>.*)"), pattern::Not(HasSubstr("debug")));
  EXPECT_EQ(all.Search({.text = "GET /a"})->at("path"), "a");
  EXPECT_FALSE(Finds(all, "GET /debug"));
  EXPECT_TRUE(Finds(pattern::AnyOf({"x", HasSubstr("y")}), "y"));
  EXPECT_EQ(pattern::AnyOf("a", HasSubstr("y")).Describe(),
            "any of (\"a\", text that has substring \"y\")");
}

TEST(MatcherPattern, HasNeitherRequiredTextNorCase) {
  EXPECT_FALSE(Pattern(HasSubstr("x")).RequiredText());
  EXPECT_FALSE(Pattern(HasSubstr("x")).IgnoringCase());
}

TEST(MatcherPattern, IsWhatAServerIsWaitedFor) {
  ServerOptions options = Child("ready_and_wait", {"GET /a 404", "ready"});
  options.ready = ready::Line(AllOf(StartsWith("rea"), EndsWith("dy")));
  Server server(options);
  EXPECT_TRUE(server.WaitForLine(ContainsRegex("GET .* 404")));
  EXPECT_TRUE(server.WaitForLine([](const Line& line) { return line.number == 2; }));
  const LineMatch none = server.WaitForLine(HasSubstr("GET"), std::chrono::milliseconds(1));
  EXPECT_THAT(none.explanation(), StartsWith("no line with text that has substring \"GET\" from "));
}

}  // namespace
}  // namespace tether
