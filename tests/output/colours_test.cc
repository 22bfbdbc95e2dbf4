// Lines as they look on a terminal, without the colours.
#include "tether/output/colours.h"

#include <gtest/gtest.h>

namespace tether {
namespace {

TEST(StripColours, TakesOutWhatSetsColoursAndCursors) {
  EXPECT_EQ(StripColours("\x1b[31mred\x1b[0m"), "red");
  EXPECT_EQ(StripColours("\x1b[38;5;196ma\x1b[48:2::1:2:3mb\x1b[m"), "ab");
  EXPECT_EQ(StripColours("\x1b[2K\x1b[1G\x1b[?25lprogress\x1b[1 q"), "progress");
  EXPECT_EQ(StripColours("\x1b[32m\x1b[m"), "");
}

TEST(StripColours, TakesOutTitlesAndLinks) {
  EXPECT_EQ(StripColours("\x1b]0;a title\ashown"), "shown");
  EXPECT_EQ(StripColours("\x1b]8;;http://x/\x1b\\link\x1b]8;;\x1b\\."), "link.");
}

TEST(StripColours, TakesOutTheChangeOfCharacterSetsThatTputPrints) {
  EXPECT_EQ(StripColours("\x1b[1mbold\x1b(B\x1b[m"), "bold");
}

TEST(StripColours, KeepsTextAsItIs) {
  EXPECT_EQ(StripColours(""), "");
  EXPECT_EQ(StripColours("[31m no escape"), "[31m no escape");
  EXPECT_EQ(StripColours("caf\xc3\xa9 \xc2\x9b \xff"), "caf\xc3\xa9 \xc2\x9b \xff");
  const std::string zeros("a\0b\x1b[1m\0", 8);
  EXPECT_EQ(StripColours(zeros), std::string("a\0b\0", 4));
}

TEST(StripColours, KeepsWhatIsNoCompleteSequence) {
  for (const char* text : {"\x1b", "a\x1b[", "\x1b[31", "\x1b[31\x01m", "\x1b]0;title",
                           "\x1b]0;a\x1b", "\x1b(", "\x1bx", "\x1b\x1b", "\x1b[3\xc3\xa9"}) {
    EXPECT_EQ(StripColours(text), text);
  }
  EXPECT_EQ(StripColours("\x1b\x1b[31mred"), "\x1bred");
  EXPECT_EQ(StripColours("\x1b]0;cut off\x1b[31mred"),
            "\x1b]0;cut off"
            "red");
}

TEST(StripColours, TakesTimeInProportionToTheLine) {
  std::string line;
  for (int i = 0; i < 200'000; ++i) line += "\x1b]0;\x1b[1;2;3";
  EXPECT_EQ(StripColours(line).size(), line.size());
}

}  // namespace
}  // namespace tether
