// Regular expressions: what they find, and what is wrong with them.
#include "tether/output/regex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "tether/base/errors.h"

namespace tether {
namespace {

using testing::AllOf;
using testing::AnyOf;
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

TEST(Regex, ShowsThePlaceThatIsWrong) {
  EXPECT_EQ(*Regex("port (\\d+").error(),
            "the regular expression /port (\\d+/ is wrong at byte 9: missing closing parenthesis "
            "(after \"port (\\d+\", at the end)");
  // A newer PCRE2 tells the place behind what is wrong, an older one that before it.
  EXPECT_THAT(*Regex("ab)cd").error(),
              AnyOf(AllOf(HasSubstr("at byte 2: "), HasSubstr("(after \"ab\", before \")cd\")")),
                    AllOf(HasSubstr("at byte 3: "), HasSubstr("(after \"ab)\", before \"cd\")"))));
  EXPECT_THAT(*Regex("*").error(), AnyOf(HasSubstr("(at the beginning, before \"*\")"),
                                         HasSubstr("(after \"*\", at the end)")));
  EXPECT_THAT(*Regex(std::string(30, 'a') + ")" + std::string(30, '\n')).error(),
              AnyOf(HasSubstr("(after ...\"aaaaaaaaaaaaaaaaaaaa\", before \")\\x0a"),
                    HasSubstr("(after ...\"aaaaaaaaaaaaaaaaaaa)\", before \"\\x0a")));
}

TEST(Regex, MayIgnoreCase) {
  EXPECT_FALSE(Regex("ready: [a-z]+").Search("Ready: YES"));
  EXPECT_TRUE(Regex("ready: [a-z]+", Regex::kIgnoreCase).Search("Ready: YES"));
}

TEST(Regex, SearchesFromManyThreadsWithGroupsOfManyCounts) {
  const Regex none("x"), one("(?<a>[0-9]+)$"), three("(?<a>.)(?<b>.)(?<c>[0-9])");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, line = std::string("x").append(std::to_string(100 + i))] {
      for (int turn = 0; turn < 1000; ++turn) {
        ASSERT_TRUE(none.Search(line));
        ASSERT_EQ(one.Search(line)->at("a"), line.substr(1));
        ASSERT_EQ(three.Search(line)->at("c"), line.substr(2, 1));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// Searches when the objects of the thread, the memory for its searches too, are gone already.
struct SearchesAtTheEnd {
  ~SearchesAtTheEnd() {
    if (!Regex("(a)b+").Search("abb")) std::abort();
    std::fprintf(stderr, "searched at the end\n");
    std::_Exit(0);
  }
};

void SearchUntilTheEnd() {
  static const SearchesAtTheEnd last;
  if (Regex("a").Search("a")) std::exit(1);
}

TEST(RegexDeathTest, SearchesInTheDestructorsOfStaticObjectsToo) {
  EXPECT_EXIT(SearchUntilTheEnd(), testing::ExitedWithCode(0), "searched at the end");
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
  const std::string line("\0\xff ready \xc3\0", 11);
  EXPECT_TRUE(Regex("ready").Search(line));
  EXPECT_TRUE(Regex("^\\x00.ready? *").Search(std::string("\0\xffready", 7)));
  EXPECT_EQ(Regex("(?<all>.*)$").Search(line)->at("all"), line);
}

TEST(Regex, ThatSeesCharactersTakesLinesWithOtherBytesToo) {
  EXPECT_TRUE(Regex("(*UTF)^f.r ready").Search("f\xc3\xbcr ready"));
  EXPECT_FALSE(Regex("^f.r ready").Search("f\xc3\xbcr ready"));
  EXPECT_TRUE(Regex("(*UTF)r. ready").Search("\xff\xfe r\xc3\xbc ready\xc3"));
}

}  // namespace
}  // namespace tether
