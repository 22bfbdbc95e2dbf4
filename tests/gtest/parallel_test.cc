// One suite several times at once: repeated, shuffled, in shards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tether/server/server.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "support/temporary_directory.h"

namespace {

using tether::ServerOptions;

constexpr int kRepetitions = 3;

// Servers with logs of their own in one run of all tests: three of PerTest, three of Bare.
constexpr int kServersWithLogs = 6;

std::string Content(const std::filesystem::path& file) {
  std::ostringstream content;
  content << std::ifstream(file).rdbuf();
  return content.str();
}

class Parallel : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"claims", "logs", "temporary"}) {
      std::filesystem::create_directory(directory_ / name);
    }
  }

  // With its shard, if it is not to run all tests.
  ServerOptions Suite(const char* shard = nullptr) const {
    ServerOptions options{.command = {tether::Program("parallel_suite"), "--gtest_shuffle",
                                      "--gtest_repeat=" + std::to_string(kRepetitions)},
                          .environment = {{"CLAIMS", directory_ / "claims"},
                                          {"TMPDIR", directory_ / "temporary"},
                                          {"TETHER_LOG_DIR", directory_ / "logs"},
                                          {"TETHER_KEEP_LOGS", "1"}},
                          .may_leave_processes = true};
    if (shard != nullptr) {
      options.environment["GTEST_TOTAL_SHARDS"] = "2";
      options.environment["GTEST_SHARD_INDEX"] = shard;
    }
    return options;
  }

  const support::TemporaryDirectory directory_;
};

TEST_F(Parallel, RunsDoNotMeetInPortsFilesOrNames) {
  auto runs = tether::StartAll({Suite(), Suite(), Suite("0"), Suite("1")});
  for (tether::Server& run : runs) {
    EXPECT_TRUE(run.ExpectExit(tether::ExitStatus::Exited{0}, std::chrono::seconds(100)))
        << run.Text();
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory_ / "claims"));
  int logs = 0;
  for (const auto& log : std::filesystem::recursive_directory_iterator(directory_ / "logs")) {
    if (!log.is_regular_file() || log.path().string().find("PerSuite") != std::string::npos)
      continue;
    ++logs;
    EXPECT_THAT(Content(log), testing::MatchesRegex("ready [0-9]+\n")) << log.path();
  }
  EXPECT_EQ(logs, 3 * kRepetitions * kServersWithLogs);
  int kept = 0;
  for (const auto& own : std::filesystem::directory_iterator(directory_ / "temporary")) {
    if (std::filesystem::exists(own.path() / "port")) ++kept;
  }
  EXPECT_GE(kept, logs);  // and those of PerSuite
}

}  // namespace
