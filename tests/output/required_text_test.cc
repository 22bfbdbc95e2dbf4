// What a line must contain for a regular expression to be found in it.
#include "tether/output/required_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

#include "tether/output/regex.h"

namespace tether::internal {
namespace {

std::string Required(std::string_view expression) {
  EXPECT_EQ(Regex(std::string(expression)).error(), std::nullopt);
  return RequiredText(expression).value_or("nothing");
}

TEST(RequiredText, IsTheLongestRunOfText) {
  EXPECT_EQ(Required("ready"), "ready");
  EXPECT_EQ(Required(R"(listening on port (?<port>\d+))"), "listening on port ");
  EXPECT_EQ(Required(R"(^\d+ GET /kv/\w+ 404$)"), " GET /kv/");
  EXPECT_EQ(Required(R"(a.b\dcde[f]g)"), "cde");
  EXPECT_EQ(Required("f\xc3\xbcr x"), "f\xc3\xbcr x");
  EXPECT_EQ(Required(R"({"level":"error"})"), R"({"level":"error"})");
  EXPECT_EQ(Required("a]b}"), "a]b}");
}

TEST(RequiredText, HasEscapedPunctuation) {
  EXPECT_EQ(Required(R"(127\.0\.0\.1:\d+)"), "127.0.0.1:");
  EXPECT_EQ(Required(R"(a\(b\)\[c\]\\\/\ )"), "a(b)[c]\\/ ");
}

TEST(RequiredText, HasNoByteThatMayBeMissing) {
  EXPECT_EQ(Required("abc?"), "ab");
  EXPECT_EQ(Required("abc*d"), "ab");
  EXPECT_EQ(Required("abc{0,2}d"), "ab");
  EXPECT_EQ(Required("abc{2}d"), "ab");
  EXPECT_EQ(Required("abc{1,}?d"), "ab");
  EXPECT_EQ(Required("abc*?d"), "ab");
  EXPECT_EQ(Required(R"(ab\.?d)"), "ab");
  EXPECT_EQ(Required("f\xc3\xbc?"), "f\xc3");
  EXPECT_EQ(Required("a?"), "nothing");
}

TEST(RequiredText, HasOneOfABytesRepetitions) {
  EXPECT_EQ(Required("abc+d"), "abc");
  EXPECT_EQ(Required("abc+?de"), "abc");
  EXPECT_EQ(Required("ab++cde"), "cde");
}

TEST(RequiredText, DoesNotLookIntoGroupsAndClasses) {
  EXPECT_EQ(Required("(abcdef)gh"), "gh");
  EXPECT_EQ(Required("(ab|cd(ef|[)]x)\\)y)+?gh(?:i)?"), "gh");
  EXPECT_EQ(Required("(?<name>x)a(?'name2'x)b(?P<_c>x)cd"), "cd");
  EXPECT_EQ(Required("ab(?=cde)(?!fgh)(?<=ijk)(?<!lmn)(?>opq)"), "ab");
  EXPECT_EQ(Required("[]xyz]a[^]xyz]b[[:alpha:]xyz]c[\\]xyz]d[x[yz]"), "a");
  EXPECT_EQ(Required("[abc]{3}de"), "de");
}

TEST(RequiredText, IsNothingWhereTheScanCannotBeSure) {
  for (const char* expression : {"abc|def",
                                 "(?i)abc",
                                 "abc(?x) d e",
                                 "a(?i:b)c",
                                 "(?:(?i)a)b",
                                 "(*UTF)abc",
                                 "(*COMMIT)abc",
                                 R"(\Qa.c\E)",
                                 R"([\Q]\E]ab)",
                                 R"(\x41bc)",
                                 R"(\x{41}bc)",
                                 R"(\cAbc)",
                                 R"(\o{101}bc)",
                                 R"(\101bc)",
                                 R"((a)\1bc)",
                                 R"((a)\g{1}bc)",
                                 R"((?<n>a)\k<n>bc)",
                                 R"(\pLabc)",
                                 R"(\p{Lu}abc)",
                                 R"(\Kabc)",
                                 R"(\Nabc)",
                                 R"(\Rabc)",
                                 R"(\Xabc)",
                                 "(?#abc)abc",
                                 "(?|a|b)c",
                                 "(a)(?1)bc",
                                 "(?R)?abc",
                                 "(?<n>a)(?&n)bc",
                                 "(?<n>a)(?P>n)bc",
                                 "(?<n>a)(?P=n)bc",
                                 "(a)?(?(1)b|c)de",
                                 "[[:<:]]abc",
                                 "(?C1)abc",
                                 "a{ 2}bc",
                                 "a{2bc",
                                 "(?^)abc",
                                 "(?-i)abc",
                                 "a(*ACCEPT)bcdef",
                                 "",
                                 "^$",
                                 ".*",
                                 R"(\d)"}) {
    EXPECT_EQ(Required(expression), "nothing") << expression;
  }
}

TEST(RequiredText, SurvivesExpressionsCutAnywhere) {
  const std::string whole = R"(a\(b(?<c>d[[:alpha:]^]\d)e{2,3}?(?:f|g)*h[^]i]\.(?'j'k)(?P<l>m){n})";
  for (std::size_t length = 0; length < whole.size(); ++length) {
    (void)RequiredText(whole.substr(0, length));
  }
}

// Expressions and lines of the same few bytes, so that many match.
class Dice {
 public:
  template <std::size_t kCount>
  std::string Join(const std::array<const char*, kCount>& parts, std::size_t most) {
    std::string text;
    for (std::size_t count = Number(most) + 1; count > 0; --count) text += parts[Number(kCount)];
    return text;
  }

 private:
  std::size_t Number(std::size_t end) { return random_() % end; }

  std::mt19937 random_{20240229};  // the same in each run
};

TEST(RequiredText, IsInEveryLineThatMatches) {
  constexpr std::array kParts = {
      "a",    "b",     "ab",    "ba",      "-",    "]",     "}",     "{",        "{2}",
      "{0,}", "{,1}",  "{1,2}", "?",       "*",    "+",     "??",    "+?",       "*+",
      ".",    "\\d",   "\\-",   "\\.",     "\\b",  "\\w",   "^",     "$",        "|",
      "(",    ")",     "(?:",   "(?<n>",   "(?=",  "(?!",   "(?<=",  "(?<!",     "(?>",
      "(?i)", "(?x)",  "(?-i)", "(?i:",    "[ab]", "[^a]",  "[]a]",  "[^]b]",    "[[:digit:]-]",
      "[a",   "[",     "\\Q",   "\\E",     "\\1",  "\\x61", "\\ca",  "(?#",      "(*ACCEPT)",
      "(?1)", "(?'m'", "(?P<p", "\\g{-1}", ">",    "\\K",   "(?(1)", "(?|",      "\\p{L}",
      "#",    " ",     "\\ ",   "A",       "B",    "\\\\",  "[\\]]", "[[:word:", ":]"};
  constexpr std::array kBytes = {"a", "b", "ab",  "A", "B", "-",  ".", "1", " ",
                                 "]", "}", "{2}", "#", ":", "\\", ">", "n", "x"};
  Dice dice;
  int right = 0;
  int required = 0;
  int matches = 0;
  for (int turn = 0; turn < 150'000; ++turn) {
    const std::string expression = dice.Join(kParts, 7);
    const Regex regex(expression);
    if (regex.error()) continue;
    ++right;
    const auto text = RequiredText(expression);
    if (!text) continue;
    ++required;
    for (int i = 0; i < 30; ++i) {
      const std::string line = dice.Join(kBytes, 12);
      if (!regex.Search(line)) continue;
      ++matches;
      ASSERT_THAT(line, testing::HasSubstr(*text)) << "for /" << expression << "/";
    }
  }
  // The test means nothing if it tries nothing.
  EXPECT_GT(right, 10'000);
  EXPECT_GT(required, 5'000);
  EXPECT_GT(matches, 10'000);
}

}  // namespace
}  // namespace tether::internal
