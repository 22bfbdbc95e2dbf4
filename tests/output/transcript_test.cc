// From bytes to lines to matches.
#include "tether/output/transcript.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tether/base/errors.h"
#include "tether/base/printable.h"
#include "tether/output/line_match.h"
#include "tether/output/pattern.h"
#include "tether/output/regex.h"

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

}  // namespace
}  // namespace tether
