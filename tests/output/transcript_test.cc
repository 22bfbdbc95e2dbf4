// From bytes to lines to matches.
#include "tether/output/transcript.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <thread>
#include <utility>

#include "support/processes.h"
#include "support/temporary_directory.h"
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

// A sanitizer makes it many times slower.
constexpr unsigned kSeeds = support::kThreadSanitizer || support::kAddressSanitizer ? 3 : 30;

constexpr std::size_t kMemory = std::size_t{64} << 20U;

std::shared_ptr<internal::LogFile> NoLog() {
  return std::make_shared<internal::LogFile>(testing::TempDir() + "unused.log");
}

std::vector<std::string> Texts(const Transcript& transcript) {
  std::vector<std::string> texts;
  for (const Line& line : transcript.LinesSince(0)) texts.push_back(line.text);
  return texts;
}

TEST(Transcript, JoinsALineThatCameInPieces) {
  Transcript transcript(Clock::now(), NoLog(), kMemory);
  transcript.Append(Stream::kOut, "lis");
  transcript.Append(Stream::kOut, "tening\nsecond");
  EXPECT_THAT(Texts(transcript), ElementsAre("listening"));
  transcript.Append(Stream::kOut, "\n\n");
  EXPECT_THAT(Texts(transcript), ElementsAre("listening", "second", ""));
}

// The most memory that this process has had since it was last asked to forget it, in bytes.
std::size_t MostMemory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6)) * 1024;
  }
  return 0;
}

TEST(Transcript, HasAVeryLongLineInMemoryOnce) {
  if (support::kThreadSanitizer || support::kAddressSanitizer) {
    GTEST_SKIP() << "a sanitizer takes memory of its own for each byte, and keeps what was freed";
  }
  constexpr std::size_t kSize = std::size_t{128} << 20U;
  const support::TemporaryDirectory directory;
  const auto log = std::make_shared<internal::LogFile>(directory.path() / "log");
  Transcript transcript(Clock::now(), log, kMemory);
  const std::string piece(std::size_t{1} << 20U, 'x');
  for (std::size_t size = 0; size < kSize; size += piece.size()) {
    transcript.Append(Stream::kOut, piece);
  }
  transcript.Append(Stream::kOut, "x\n");
  std::ofstream("/proc/self/clear_refs") << "5";  // the most begins anew
  const std::size_t before = MostMemory();
  std::size_t size = 0;
  transcript.Visit(0, 1, [&](const internal::LineBlock& block) {
    size = block.text.size();
    return true;
  });
  EXPECT_EQ(size, kSize + 2);
  EXPECT_LT(MostMemory(), before + kSize + kSize / 2);
}

TEST(Transcript, DoesNotMixTheStreamsWithinALine) {
  Transcript transcript(Clock::now(), NoLog(), kMemory);
  transcript.Append(Stream::kOut, "out ");
  transcript.Append(Stream::kErr, "err ");
  transcript.Append(Stream::kOut, "1\n");
  transcript.Append(Stream::kErr, "2\n");
  EXPECT_THAT(Texts(transcript), ElementsAre("out 1", "err 2"));
  EXPECT_EQ(transcript.LinesSince(1).front().stream, Stream::kErr);
  EXPECT_EQ(transcript.LinesSince(1).front().number, 2U);
}

TEST(Transcript, KeepsALastLineWithoutNewline) {
  Transcript transcript(Clock::now(), NoLog(), kMemory);
  transcript.Append(Stream::kOut, "a\nlast words");
  transcript.Finish(Stream::kOut);
  transcript.Finish(Stream::kErr);
  EXPECT_THAT(Texts(transcript), ElementsAre("a", "last words"));
}

TEST(Transcript, KeepsEveryByte) {
  Transcript transcript(Clock::now(), NoLog(), kMemory);
  const std::string odd("nul \0 high \xff\xfe cr \r", 18);
  transcript.Append(Stream::kOut, odd + "\n");
  EXPECT_THAT(Texts(transcript), ElementsAre(odd));
}

TEST(Transcript, FindsFromAPositionOn) {
  Transcript transcript(Clock::now(), NoLog(), kMemory);
  for (int i = 0; i < 2000; ++i)
    transcript.Append(Stream::kOut, "line " + std::to_string(i) + "\n");
  EXPECT_EQ(transcript.Find("line 1", 0, 2000)->first.number, 2U);
  EXPECT_EQ(transcript.Find("line 1", 2, 2000)->first.number, 11U);
  EXPECT_EQ(transcript.Find("line 1999", 0, 2000)->first.number, 2000U);
  EXPECT_FALSE(transcript.Find("line 1999", 0, 1999));
  EXPECT_FALSE(transcript.Find("line", 5000, 6000));
}

// What a transcript should be, in the plainest form.
class Reference {
 public:
  void Append(Stream stream, const std::string& bytes) {
    std::string& rest = rest_[static_cast<int>(stream)];
    rest += bytes;
    for (std::size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
      lines_.push_back({stream, rest.substr(0, end)});
      rest.erase(0, end + 1);
    }
  }
  void Finish(Stream stream) {
    std::string& rest = rest_[static_cast<int>(stream)];
    if (!rest.empty()) lines_.push_back({stream, std::exchange(rest, {})});
  }

  std::vector<std::pair<Stream, std::string>> lines_;
  std::string rest_[2];
};

// Bytes that make lines of very different length, some of them without an end.
std::string RandomBytes(std::mt19937& random) {
  std::string bytes(std::size_t{1} << (random() % 18), '\0');
  const unsigned newline_each = 1U << (random() % 19);
  for (char& byte : bytes) {
    const auto value = static_cast<unsigned>(random());
    byte = value % newline_each == 0 ? '\n' : static_cast<char>('a' + (value >> 24U) % 26);
  }
  return bytes;
}

void ExpectSame(const Transcript& transcript, const Reference& reference, std::mt19937& random) {
  const auto& expected = reference.lines_;
  ASSERT_EQ(transcript.size(), expected.size());
  const std::vector<Line> lines = transcript.LinesSince(0);
  ASSERT_EQ(lines.size(), expected.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    ASSERT_EQ(lines[i].number, i + 1);
    ASSERT_EQ(lines[i].stream, expected[i].first) << i;
    ASSERT_TRUE(lines[i].text == expected[i].second) << i;
  }
  for (int round = 0; round < 20 && !expected.empty(); ++round) {
    std::size_t from = random() % expected.size();
    std::size_t to = random() % (expected.size() + 1);
    if (from > to) std::swap(from, to);
    const auto some = transcript.LinesSince(from, to);
    ASSERT_EQ(some.size(), to - from);
    ASSERT_TRUE(some.empty() || some.back().text == expected[to - 1].second);
    const std::string wanted = expected[random() % expected.size()].second.substr(0, 6);
    const auto model = std::find_if(
        expected.begin() + static_cast<std::ptrdiff_t>(from),
        expected.begin() + static_cast<std::ptrdiff_t>(to),
        [&](const auto& line) { return line.second.find(wanted) != std::string::npos; });
    const auto index = static_cast<std::size_t>(model - expected.begin());
    const auto found = transcript.Find(wanted, from, to);
    ASSERT_EQ(found ? found->first.number : 0, index == to ? 0 : index + 1) << wanted;
  }
}

TEST(Transcript, IsRightForAnyPiecesOfTwoStreams) {
  const support::TemporaryDirectory logs;
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto log = std::make_shared<internal::LogFile>(logs / "a" / "b.log");
    // With the least memory most of the text comes back from the file.
    Transcript transcript(Clock::now(), log, seed % 2 == 0 ? 0 : kMemory);
    Reference reference;
    for (int pieces = 0; pieces < 60; ++pieces) {
      const Stream stream = random() % 3 == 0 ? Stream::kErr : Stream::kOut;
      const std::string bytes = RandomBytes(random);
      transcript.Append(stream, bytes);
      reference.Append(stream, bytes);
      if (pieces % 20 == 0) ExpectSame(transcript, reference, random);
    }
    for (const Stream stream : {Stream::kErr, Stream::kOut}) {
      transcript.Finish(stream);
      reference.Finish(stream);
    }
    ExpectSame(transcript, reference, random);
    EXPECT_TRUE(log->Works()) << log->error().value_or("");
  }
}

// Lines of very different length, which tell their number.
std::string NumberedLine(std::size_t number) {
  std::string line = std::to_string(number) + " ";
  line.append(number % 1000 == 0 ? 300'000 : number % 500, static_cast<char>('a' + number % 26));
  return line + "\n";
}

bool IsNumbered(const Line& line) { return line.text + "\n" == NumberedLine(line.number); }

TEST(Transcript, CanBeReadWhileItGrows) {
  const support::TemporaryDirectory logs;
  const auto log = std::make_shared<internal::LogFile>(logs / "a" / "b.log");
  Transcript transcript(Clock::now(), log, 0);
  constexpr std::size_t kLines = 20'000;
  const auto check_latest = [&] {
    for (std::size_t size = 0; size < kLines;) {
      size = transcript.size();
      for (const Line& line : transcript.LastLines(2500)) ASSERT_TRUE(IsNumbered(line));
    }
  };
  std::thread one(check_latest);
  std::thread another(check_latest);
  for (std::size_t i = 1; i <= kLines; ++i) transcript.Append(Stream::kOut, NumberedLine(i));
  one.join();
  another.join();
}

TEST(Transcript, GivesNoPartOfALineWhoseBeginningIsLost) {
  const auto log = std::make_shared<internal::LogFile>("/proc/tether/cannot/be.log");
  Transcript transcript(Clock::now(), log, 0);
  for (std::size_t i = 1; i <= 20'000; ++i) {
    transcript.Append(Stream::kOut, NumberedLine(i));
    if (i % 2777 != 0) continue;
    const std::vector<Line> lines = transcript.LinesSince(0);
    const std::size_t first = lines.empty() ? i + 1 : lines.front().number;
    ASSERT_EQ(lines.size(), i + 1 - first);
    for (const Line& line : lines) ASSERT_TRUE(IsNumbered(line)) << line.number;
  }
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

TEST(LogFile, LeavesTheDirectoryOfOthersAloneThoughItIsEmptyThen) {
  const support::TemporaryDirectory directory;
  {
    internal::LogFile log((directory / "a" / "b.log").string());
    log.Append("x");
    ASSERT_TRUE(std::filesystem::exists(log.path()));
  }
  EXPECT_FALSE(std::filesystem::exists(directory / "a" / "b.log"));
  EXPECT_TRUE(std::filesystem::exists(directory / "a"));
}

}  // namespace
}  // namespace tether
