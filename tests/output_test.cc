// From bytes to lines to matches.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tether/base/errors.h"
#include "tether/base/printable.h"
#include "tether/output/line_match.h"
#include "tether/output/pattern.h"
#include "tether/output/regex.h"
#include "tether/output/transcript.h"

namespace tether {
namespace {

using internal::Transcript;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> Texts(const Transcript& transcript) {
  std::vector<std::string> texts;
  for (const Line& line : transcript.LinesSince(0)) texts.push_back(line.text);
  return texts;
}

TEST(Transcript, JoinsALineThatCameInPieces) {
  Transcript transcript(Clock::now());
  transcript.Append(Stream::kOut, "lis");
  transcript.Append(Stream::kOut, "tening\nsecond");
  EXPECT_THAT(Texts(transcript), ElementsAre("listening"));
  transcript.Append(Stream::kOut, "\n\n");
  EXPECT_THAT(Texts(transcript), ElementsAre("listening", "second", ""));
}

TEST(Transcript, DoesNotMixTheStreamsWithinALine) {
  Transcript transcript(Clock::now());
  transcript.Append(Stream::kOut, "out ");
  transcript.Append(Stream::kErr, "err ");
  transcript.Append(Stream::kOut, "1\n");
  transcript.Append(Stream::kErr, "2\n");
  EXPECT_THAT(Texts(transcript), ElementsAre("out 1", "err 2"));
  EXPECT_EQ(transcript.LinesSince(1).front().stream, Stream::kErr);
  EXPECT_EQ(transcript.LinesSince(1).front().number, 2U);
}

TEST(Transcript, KeepsALastLineWithoutNewline) {
  Transcript transcript(Clock::now());
  transcript.Append(Stream::kOut, "a\nlast words");
  transcript.Finish(Stream::kOut);
  transcript.Finish(Stream::kErr);
  EXPECT_THAT(Texts(transcript), ElementsAre("a", "last words"));
}

TEST(Transcript, KeepsEveryByte) {
  Transcript transcript(Clock::now());
  const std::string odd("nul \0 high \xff\xfe cr \r", 18);
  transcript.Append(Stream::kOut, odd + "\n");
  EXPECT_THAT(Texts(transcript), ElementsAre(odd));
}

TEST(Transcript, FindsFromAPositionOn) {
  Transcript transcript(Clock::now());
  for (int i = 0; i < 2000; ++i)
    transcript.Append(Stream::kOut, "line " + std::to_string(i) + "\n");
  EXPECT_EQ(transcript.Find("line 1", 0, 2000)->first.number, 2U);
  EXPECT_EQ(transcript.Find("line 1", 2, 2000)->first.number, 11U);
  EXPECT_EQ(transcript.Find("line 1999", 0, 2000)->first.number, 2000U);
  EXPECT_FALSE(transcript.Find("line 1999", 0, 1999));
  EXPECT_FALSE(transcript.Find("line", 5000, 6000));
}

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

TEST(Printable, LeavesTextAndEscapesWhatATerminalShouldNotGet) {
  using internal::Printable;
  EXPECT_EQ(Printable("tab\tgrün €𝄞", 100), "tab\tgrün €𝄞");
  EXPECT_EQ(Printable("\x1b[31m\r", 100), "\\x1b[31m\\x0d");
  EXPECT_EQ(Printable("\x9b"
                      "31m \xc2\x9b",
                      100),
            "\\x9b31m \\xc2\\x9b");
  EXPECT_EQ(Printable("\xff\xc0\xaf\xed\xa0\x80\xe2\x82", 100),
            "\\xff\\xc0\\xaf\\xed\\xa0\\x80\\xe2\\x82");
  EXPECT_EQ(Printable("12345", 3), "123... (5 bytes)");
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
