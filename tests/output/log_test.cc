// The logs of servers on disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using namespace std::chrono_literals;

std::string Content(const std::filesystem::path& file) {
  std::ostringstream content;
  content << std::ifstream(file).rdbuf();
  return content.str();
}

// Runs a suite with a log directory of its own.
class Log : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  ServerOptions Suite(const std::string& filter,
                      std::map<std::string, std::optional<std::string>> environment = {},
                      std::vector<std::string> flags = {}) const {
    environment["TETHER_LOG_DIR"] = directory_.string();
    environment["GTEST_COLOR"] = "no";
    std::vector<std::string> command = {Program("logging_suite"), "--gtest_filter=" + filter};
    command.insert(command.end(), flags.begin(), flags.end());
    return {.command = command,
            .environment = environment,
            .may_leave_processes = true};  // a guardian of its own ends a moment after it
  }

  // Runs the suite to its end, and gives what it printed.
  std::string Run(const ServerOptions& options, int code) const {
    Server suite(options);
    EXPECT_EQ(suite.WaitForExit(60s), ExitStatus::Exited{code});
    suite.Stop();
    std::string output;
    for (const Line& line : suite.Lines()) output += line.text + "\n";
    return output;
  }

  // The paths of all files, in what is below "<program>.<pid>".
  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& each : std::filesystem::recursive_directory_iterator(directory_)) {
      if (!each.is_regular_file()) continue;
      const auto path = std::filesystem::relative(each.path(), directory_);
      EXPECT_THAT(path.begin()->string(), testing::StartsWith("logging_suite."));
      files.push_back(std::filesystem::relative(path, *path.begin()).string());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  std::filesystem::path Path(const std::string& file) const {
    for (const auto& each : std::filesystem::directory_iterator(directory_)) {
      if (std::filesystem::exists(each.path() / file)) return each.path() / file;
    }
    return {};
  }

  const std::filesystem::path directory_ =
      testing::TempDir() + "tether_log_test_" + std::to_string(::getpid());
};

const std::map<std::string, std::optional<std::string>> kFail = {{"FAIL", "1"}};

TEST_F(Log, OfATestThatPassesIsRemovedWithItsDirectories) {
  Run(Suite("Bare.Prints*"), 0);
  EXPECT_TRUE(std::filesystem::is_empty(directory_));
}

TEST_F(Log, OfATestThatFailsStaysAndItsPathIsReported) {
  const std::string output = Run(Suite("Bare.Prints", kFail), 1);
  EXPECT_THAT(Files(), ElementsAre("Bare.Prints/ready_and_wait.log"));
  const auto path = Path("Bare.Prints/ready_and_wait.log");
  EXPECT_EQ(Content(path), "ready\nsecond\n");
  EXPECT_THAT(output, HasSubstr("  log:      " + path.string() + "\n"));
}

TEST_F(Log, InARelativeDirectoryIsThereWhereverTheTestGoes) {
  ServerOptions suite = Suite("Bare.GoesElsewhere", kFail);
  suite.working_directory = directory_;
  suite.environment["TETHER_LOG_DIR"] = ".";
  Run(suite, 1);
  EXPECT_THAT(Files(), ElementsAre("Bare.GoesElsewhere/ready_and_wait.log"));
}

TEST_F(Log, HasAllOfALongOutput) {
  Run(Suite("Bare.PrintsMuch", kFail), 1);
  ASSERT_THAT(Files(), ElementsAre("Bare.PrintsMuch/print_much.log"));
  const std::string content = Content(Path("Bare.PrintsMuch/print_much.log"));
  std::size_t size = std::string("the end").size();
  for (int i = 1; i <= 50'000; ++i) size += 2 * std::to_string(i).size() + 10;
  EXPECT_EQ(content.size(), size);
}

TEST_F(Log, StaysWhenItIsAskedFor) {
  Run(Suite("Bare.Prints", {{"TETHER_KEEP_LOGS", "1"}}), 0);
  EXPECT_THAT(Files(), ElementsAre("Bare.Prints/ready_and_wait.log"));
}

TEST_F(Log, OfServersOfTheSameNameAndOfRepeatsDoNotCollide) {
  Run(Suite("Bare.HasTwoOfTheSameName", kFail, {"--gtest_repeat=2"}), 1);
  EXPECT_THAT(Files(), SizeIs(4));
}

TEST_F(Log, OfAServerThatDoesNotGetReadyStaysWhenTheTestFails) {
  Run(Suite("Bare.DoesNotGetReady", kFail), 1);
  ASSERT_THAT(Files(), ElementsAre("Bare.DoesNotGetReady/print_much.log"));
  EXPECT_THAT(Content(Path(Files().front())), HasSubstr("the end"));
}

TEST_F(Log, OfATestWithParametersHasASafeName) {
  Run(Suite("Odd/Named*", kFail), 1);
  EXPECT_THAT(Files(), ElementsAre("Odd_Named.ByItsParameter_0/ready_and_wait.log"));
}

TEST_F(Log, OfASharedServerStaysWhenOneOfTheTestsFails) {
  Run(Suite("Shared.*", kFail), 1);
  EXPECT_THAT(Files(), ElementsAre("Shared/ready_and_wait.log"));
}

TEST_F(Log, OfADeathTestIsThatOfAnotherProcess) {
  Run(Suite("CopyDeathTest.*", {{"TETHER_KEEP_LOGS", "1"}}), 0);
  EXPECT_THAT(Files(), testing::Each("no_test/ready_and_wait.log"));
}

TEST_F(Log, IsCompleteWhenTheTestIsKilled) {
  Server suite(Suite("Killed.*"));
  ASSERT_TRUE(suite.WaitForLine("waiting", 60s));
  ::kill(suite.pid(), SIGKILL);
  suite.WaitForExit();
  const std::string big = "Killed.WhileItsServerLives/print_much.log";
  EXPECT_THAT(Content(Path(big)), HasSubstr("err 50000\n"));
  EXPECT_THAT(Content(Path(big)), HasSubstr("the end"));
  // What was in memory, and what the server said when it was ended since nobody was there any more.
  const auto last_words = [&] {
    const std::string content = Content(Path("Killed.WhileItsServerLives/save_on_term.log"));
    return content.size() > (std::size_t{1} << 20U) && content.starts_with("ready\n") &&
           content.find("saved\n") != std::string::npos;
  };
  EXPECT_TRUE(support::Eventually(last_words));
}

TEST_F(Log, ThatCannotBeMadeIsReportedAndTheLinesAreKept) {
  ServerOptions options = Suite("Bare.PrintsMuch");
  options.environment["TETHER_LOG_DIR"] = "/proc/no/such/directory";
  EXPECT_THAT(Run(options, 0),
              HasSubstr("tether: the log of server \"print_much\" is not complete on disk: making "
                        "/proc/no/such/directory/logging_suite."));
}

TEST_F(Log, ThatCannotGrowIsReportedAndTheLinesAreKept) {
  EXPECT_THAT(Run(Suite("Full.*"), 0),
              HasSubstr("tether: the log of server \"print_much\" is not complete on disk: "));
}

TEST_F(Log, IsThereWhileTheServerRuns) {
  ServerOptions options = support::Child("ready_and_wait");
  const Server server(options);
  EXPECT_TRUE(support::Eventually([&] {
    const std::string report = server.Report();
    const std::size_t at = report.find("  log:      ");
    if (at == std::string::npos) return false;
    const std::string path = report.substr(at + 12, report.find('\n', at) - at - 12);
    return Content(path) == "ready\n";
  }));
}

}  // namespace
}  // namespace tether
