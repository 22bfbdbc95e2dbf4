// What a line is searched for: text, predicates, combinations.
#include "tether/output/pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <thread>
#include <vector>

#include "tether/base/errors.h"

namespace tether {
namespace {

// As in the tests of users: no collision with tether's own.
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;
using testing::Optional;

std::optional<Groups> Search(const Pattern& pattern, std::string_view text) {
  return pattern.Search({.number = 1, .text = text});
}

bool IsEven(std::string_view text) { return text.size() % 2 == 0; }

TEST(Pattern, TakesPlainTextLiterally) {
  const Pattern pattern = "GET /a?x=(1)";
  EXPECT_TRUE(Search(pattern, "log: GET /a?x=(1) 200"));
  EXPECT_FALSE(Search(pattern, "GET /ax=1"));
  EXPECT_EQ(pattern.Describe(), "\"GET /a?x=(1)\"");
  EXPECT_EQ(Pattern(Regex("a|b")).Describe(), "/a|b/");
}

TEST(Pattern, IsMadeOfTextInAnyForm) {
  EXPECT_TRUE(Search(std::string("b"), "abc"));
  EXPECT_TRUE(Search(std::string_view("b"), "abc"));
  EXPECT_TRUE(Search("", ""));
  EXPECT_TRUE(Search(std::string("\0", 1), std::string("a\0b", 3)));
  EXPECT_FALSE(Search("abcd", "abc"));
}

TEST(Pattern, OfANullPointerIsRefused) {
  const char* nothing = nullptr;
  const Pattern pattern = nothing;
  EXPECT_THAT(pattern.error(), Optional(HasSubstr("null pointer")));
  EXPECT_THROW(Search(pattern, "x"), Error);
}

TEST(Pattern, DescribesTextSoThatATerminalCanShowIt) {
  EXPECT_EQ(Pattern("\x1b[1m\xff").Describe(), R"("\x1b[1m\xff")");
  EXPECT_EQ(Pattern(Regex("\n", Regex::kIgnoreCase)).Describe(), R"(/\x0a/i)");
}

TEST(Pattern, MayBeAPredicateOnAnyFormOfALine) {
  const LineView line{3, Stream::kErr, std::chrono::seconds(1), "text"};
  EXPECT_TRUE(Pattern([](const LineView& l) { return l.number == 3; }).Search(line));
  EXPECT_TRUE(Pattern([](const Line& l) { return l.text == "text"; }).Search(line));
  EXPECT_TRUE(Pattern([](std::string_view t) { return t == "text"; }).Search(line));
  EXPECT_TRUE(Pattern([](const std::string& t) { return t == "text"; }).Search(line));
  EXPECT_TRUE(Pattern(IsEven).Search(line));
  EXPECT_TRUE(Pattern(std::function<bool(Line)>([](const Line& l) {
                return l.stream == Stream::kErr;
              })).Search(line));
  EXPECT_FALSE(Pattern([](const auto& l) { return l.number == 4; }).Search(line));
}

TEST(Pattern, CarriesWordsForAPredicate) {
  EXPECT_EQ(pattern::Predicate(IsEven, "an even length").Describe(), "an even length");
  EXPECT_EQ(Pattern(IsEven).Describe(), "what a predicate accepts");
}

TEST(Pattern, OfAnEmptyFunctionIsRefused) {
  EXPECT_THAT(Pattern(std::function<bool(const Line&)>()).error(),
              Optional(HasSubstr("empty function")));
  EXPECT_THAT(pattern::Predicate(std::function<bool(std::string_view)>(), "a port").error(),
              Optional(HasSubstr("(a port)")));
}

TEST(Pattern, LetsThroughWhatAPredicateThrows) {
  const Pattern pattern = [](std::string_view) -> bool { throw std::out_of_range("x"); };
  EXPECT_THROW(Search(pattern, "x"), std::out_of_range);
}

TEST(AnyOfPatterns, IsFoundWhereOneIsAndGivesTheGroupsOfTheFirst) {
  const Pattern any =
      pattern::AnyOf("fatal", Regex(R"(port (?<port>\d+))"), Regex(R"((?<word>\w+))"));
  EXPECT_EQ(*Search(any, "fatal: port 1"), Groups());
  EXPECT_EQ(*Search(any, "port 1"), (Groups{{"port", "1"}}));
  EXPECT_EQ(*Search(any, "prot 1"), (Groups{{"word", "prot"}}));
  EXPECT_FALSE(Search(any, "---"));
}

TEST(AllOfPatterns, IsFoundWhereAllAreAndMergesTheirGroups) {
  const Pattern all =
      pattern::AllOf("GET", Regex("(?<id>[a-z]+)="), Regex("=(?<value>.*)"), Regex("(?<id>G)"));
  EXPECT_EQ(*Search(all, "GET a=b"), (Groups{{"id", "a"}, {"value", "b"}}));
  EXPECT_FALSE(Search(all, "PUT a=b"));
}

TEST(NotPattern, IsFoundWhereItsPartIsNotAndGivesNoGroups) {
  const Pattern no_port = pattern::Not(Regex(R"(port (?<port>\d+))"));
  EXPECT_EQ(*Search(no_port, "prot 1"), Groups());
  EXPECT_FALSE(Search(no_port, "port 1"));
  EXPECT_EQ(*Search(pattern::Not(no_port), "port 1"), Groups());
}

TEST(CombinedPatterns, TakeListsToo) {
  std::vector<Pattern> parts = {"a", Regex("b")};
  EXPECT_TRUE(Search(pattern::AnyOf(parts), "b"));
  EXPECT_FALSE(Search(pattern::AllOf({"a", Regex("b")}), "b"));
  EXPECT_TRUE(Search(pattern::AnyOf({"x", "b"}), "b"));
  EXPECT_TRUE(Search(pattern::AllOf("b"), "b"));
}

TEST(CombinedPatterns, DescribeTheirParts) {
  EXPECT_EQ(pattern::AnyOf("a", Regex("b")).Describe(), "any of (\"a\", /b/)");
  EXPECT_EQ(pattern::AllOf(pattern::AnyOf("a", "b"), pattern::Not("c")).Describe(),
            "all of (any of (\"a\", \"b\"), not \"c\")");
}

TEST(CombinedPatterns, OfNothingAreRefused) {
  EXPECT_THAT(pattern::AnyOf({}).error(), Optional(HasSubstr("pattern::AnyOf() got an empty")));
  EXPECT_THAT(pattern::AllOf({}).error(), Optional(HasSubstr("pattern::AllOf() got an empty")));
}

TEST(CombinedPatterns, AreWrongWhenAPartIs) {
  const Pattern wrong = Regex("a)");
  EXPECT_EQ(pattern::AnyOf("a", pattern::AllOf("b", pattern::Not(wrong))).error(), wrong.error());
  EXPECT_EQ(wrong.WithoutColours().error(), wrong.error());
  EXPECT_EQ(pattern::AnyOf("a", Regex("b")).error(), std::nullopt);
}

TEST(RequiredText, IsTheTextOrTheLongestOfAllParts) {
  EXPECT_EQ(Pattern("GET (").RequiredText(), "GET (");
  EXPECT_EQ(Pattern(Regex("GET (.*)")).RequiredText(), "GET ");
  EXPECT_EQ(pattern::AllOf("ab", Regex("abc+"), pattern::Not("abcd")).RequiredText(), "abc");
  EXPECT_EQ(Pattern("").RequiredText(), std::nullopt);
  EXPECT_EQ(Pattern(Regex("a", Regex::kIgnoreCase)).RequiredText(), std::nullopt);
  EXPECT_EQ(pattern::AnyOf("a", "a").RequiredText(), std::nullopt);
  EXPECT_EQ(pattern::Not("a").RequiredText(), std::nullopt);
  EXPECT_EQ(Pattern(IsEven).RequiredText(), std::nullopt);
  EXPECT_EQ(Pattern("a").WithoutColours().RequiredText(), std::nullopt);
  EXPECT_EQ(Pattern("a").IgnoringCase()->RequiredText(), std::nullopt);
}

TEST(IgnoringCase, FindsWhatNearlyMatched) {
  EXPECT_TRUE(Search(*Pattern("Ready").IgnoringCase(), "server rEADY now"));
  EXPECT_FALSE(Search(*Pattern("Ready").IgnoringCase(), "read"));
  EXPECT_TRUE(Search(*Pattern(Regex("on (?<host>[a-z]+)")).IgnoringCase(), "On HOST"));
  EXPECT_EQ(Pattern("Ready").IgnoringCase()->Describe(), "\"Ready\" (case ignored)");
  EXPECT_EQ(Pattern(Regex("x")).IgnoringCase()->Describe(), "/x/i");
}

TEST(IgnoringCase, ReachesThePartsButNotThoseThatMustNotBeThere) {
  const Pattern all = pattern::AllOf("GET", pattern::Not("debug"), IsEven).WithoutColours();
  EXPECT_FALSE(Search(all, "get DEBUG."));
  EXPECT_TRUE(Search(*all.IgnoringCase(), "g\x1b[1met DEBUG."));
  EXPECT_FALSE(Search(*all.IgnoringCase(), "get debug."));
  EXPECT_TRUE(Search(*pattern::AnyOf("1", "x").IgnoringCase(), "X"));
}

TEST(IgnoringCase, IsNothingWhereItWouldChangeNothing) {
  EXPECT_FALSE(Pattern("404: ").IgnoringCase());
  EXPECT_FALSE(Pattern("x").IgnoringCase()->IgnoringCase());
  EXPECT_FALSE(Pattern(Regex("x", Regex::kIgnoreCase)).IgnoringCase());
  EXPECT_FALSE(Pattern(Regex("x)")).IgnoringCase());
  EXPECT_FALSE(Pattern(IsEven).IgnoringCase());
  EXPECT_FALSE(pattern::Not("x").IgnoringCase());
  EXPECT_FALSE(pattern::AnyOf("1", IsEven).IgnoringCase());
  EXPECT_FALSE(Pattern("1").WithoutColours().IgnoringCase());
}

TEST(WithoutColours, SeesThroughThem) {
  const std::string line = "\x1b[32mport\x1b[0m \x1b[1;31m80\x1b[m";
  EXPECT_FALSE(Search("port 80", line));
  EXPECT_TRUE(Search(Pattern("port 80").WithoutColours(), line));
  EXPECT_EQ(Search(Pattern(Regex("^port (?<port>.*)$")).WithoutColours(), line)->at("port"), "80");
  EXPECT_TRUE(Search(Pattern("port 80").WithoutColours(), "port 80"));
  EXPECT_EQ(Pattern("a").WithoutColours().Describe(), "\"a\" (colours ignored)");
}

TEST(WithoutColours, LeavesThePredicateTheRestOfTheLine) {
  const Pattern pattern = Pattern([](const Line& line) {
                            return line.number == 9 && line.text == "a";
                          }).WithoutColours();
  EXPECT_TRUE(pattern.Search({.number = 9, .text = "\x1b[1ma"}));
}

TEST(Pattern, IsSharedByThreads) {
  const Pattern all = pattern::AllOf("x", Regex("(?<n>[0-9]+)")).WithoutColours();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([copy = all, &all, i] {
      const std::string number = std::to_string(i);
      for (int turn = 0; turn < 500; ++turn) {
        ASSERT_EQ(Search(turn % 2 == 0 ? all : copy, "x\x1b[m" + number)->at("n"), number);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Pattern, DoesNotTakeWhatIsNoPattern) {
  static_assert(!std::convertible_to<int, Pattern>);
  static_assert(!std::convertible_to<std::vector<std::string>, Pattern>);
  static_assert(!std::convertible_to<decltype([](int) { return true; }), Pattern>);
  // Matchers need the header in gtest/.
  static_assert(!std::convertible_to<decltype(HasSubstr("x")), Pattern>);
}

}  // namespace
}  // namespace tether
