// Servers that print much, while nobody waits for any of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::Ending;
using namespace std::chrono_literals;

constexpr int kLines = 6'000;

// Prints so many lines to each of its streams, and ends.
ServerOptions Talker(const std::string& name) {
  return Ending({.command = {Program("print_much"), std::to_string(kLines)}, .name = name});
}

std::vector<std::string> Numbered(const std::string& before) {
  std::vector<std::string> lines;
  for (int i = 1; i <= kLines; ++i) lines.push_back(before + std::to_string(i));
  return lines;
}

TEST(ManyLogs, AreReadWholeWhileNobodyWaits) {
  const Server left(Talker("left"));
  const Server right(Talker("right"));
  for (const Server* server : {&left, &right}) {
    // They could not end if anything held up their output. This waits without the library.
    ASSERT_TRUE(support::Gone(server->pid()));
    server->Mark();  // takes what has just come
    std::vector<std::string> errors;
    for (const Line& line : server->Lines({.stream = Stream::kErr})) errors.push_back(line.text);
    EXPECT_EQ(errors, Numbered("err "));
  }
}

// What follows `beginning` in the lines that begin so.
std::vector<std::string> After(const std::string& beginning, const std::vector<Line>& lines) {
  std::vector<std::string> texts;
  for (const Line& line : lines) {
    if (line.text.starts_with(beginning)) texts.push_back(line.text.substr(beginning.size()));
  }
  return texts;
}

TEST(ManyLogs, AreEchoedWithTheNamesOfTheServers) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe");
  Server suite(Ending({.command = {self, "--gtest_filter=ManyLogs.AreReadWholeWhileNobodyWaits"},
                       .environment = {{"TETHER_ECHO", "1"}, {"GTEST_COLOR", "no"}},
                       .may_leave_processes = true}));  // a guardian of its own ends a moment later
  EXPECT_EQ(suite.WaitForExit(60s), ExitStatus::Exited{0});
  suite.Stop();
  const std::vector<Line> echo = suite.Lines({.stream = Stream::kErr});
  EXPECT_EQ(After("left err| ", echo), Numbered("err "));
  EXPECT_EQ(After("right err| ", echo), Numbered("err "));
}

}  // namespace
}  // namespace tether
