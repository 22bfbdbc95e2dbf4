// What is measured without servers, on what keeps their output.
#include <array>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "output_scenarios.h"
#include "tether/output/log_directory.h"
#include "tether/output/transcript.h"

namespace {

using tether::Pattern;
using tether::Regex;
using tether::internal::Transcript;

constexpr int kWaits = 10'000;
constexpr std::size_t kReadAtOnce = std::size_t{64} << 10U;
constexpr std::size_t kMemory = std::size_t{64} << 20U;

std::unique_ptr<Transcript> TranscriptOf(std::string_view text) {
  auto log = std::make_shared<tether::internal::LogFile>(tether::internal::LogPathFor("benchmark"));
  auto transcript = std::make_unique<Transcript>(tether::Clock::now(), std::move(log), kMemory);
  for (; !text.empty(); text.remove_prefix(std::min(kReadAtOnce, text.size()))) {
    transcript->Append(tether::Stream::kOut, text.substr(0, kReadAtOnce));
  }
  return transcript;
}

double WaitsBehind(std::string_view text) {
  const auto transcript = TranscriptOf(text);
  const Pattern pattern = Regex(R"(^saved entry \d+$)");
  return MillisecondsOf([&] {
    for (int i = 0; i < kWaits; ++i) {
      const std::size_t position = transcript->size();
      std::array<char, 32> line{};
      const int size = std::snprintf(line.data(), line.size(), "saved entry %d\n", i);
      transcript->Append(tether::Stream::kOut, {line.data(), static_cast<std::size_t>(size)});
      if (!transcript->Find(pattern, position, SIZE_MAX))
        throw std::runtime_error("a line is lost");
    }
  });
}

double SearchFor(const Transcript& transcript, const Pattern& pattern) {
  return MillisecondsOf([&] {
    const auto found = transcript.Find(pattern, 0, SIZE_MAX);
    if (!found || found->first.number != transcript.size()) {
      throw std::runtime_error("the last line was not found");
    }
  });
}

double MemmemFor(const std::string& text, const std::string& literal) {
  return MillisecondsOf([&] {
    if (::memmem(text.data(), text.size(), literal.data(), literal.size()) == nullptr) {
      throw std::runtime_error("the last line was not found");
    }
  });
}

}  // namespace

std::string LogText(std::size_t bytes) {
  std::string text;
  text.reserve(bytes + 200);
  std::array<char, 200> line{};
  for (int i = 0; text.size() < bytes; ++i) {
    std::snprintf(line.data(), line.size(),
                  "2024-05-01T12:%02d:%02d.%03dZ INFO  [worker-%d] request %010d of client %06d "
                  "answered in %07d us: 200\n",
                  i / 60000 % 60, i / 1000 % 60, i % 1000, i % 8, i, i % 99991, i % 50021);
    text.append(line.data());
  }
  return text;
}

void MeasureTranscriptWaits(const Extent& extent, const std::string& text) {
  Comparison comparison("the same of a transcript alone", 1.0);
  for (int round = 0; round < extent.rounds; ++round) {
    const double floor = WaitsBehind("");
    comparison.Add(floor, WaitsBehind(text));
  }
  comparison.Print();
}

void MeasureSearch(const Extent& extent, const std::string& text) {
  const std::string literal = "has stopped after ";
  const std::string all = text + "the server has stopped after 12 requests\n";
  const auto transcript = TranscriptOf(all);
  Comparison with_text("search, expression with a text", 1.5);
  Comparison without_text("search, expression without a text");
  for (int round = 0; round < extent.rounds; ++round) {
    const double floor = MemmemFor(all, literal);
    with_text.Add(floor, SearchFor(*transcript, Regex(R"(has stopped after (?<count>\d+))")));
    without_text.Add(floor, SearchFor(*transcript, Regex("(?:stopped|aborted)")));
  }
  with_text.Print();
  without_text.Print();
}
