// The fixtures, as a run of a whole program shows them: order, start failures, what is kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tether/output/regex.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "support/suite_run.h"
#include "support/temporary_directory.h"

namespace {

using support::RunSuite;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using tether::ExitStatus;

const ExitStatus kPassed = ExitStatus::Exited{0};
const ExitStatus kFailed = ExitStatus::Exited{1};

support::SuiteRun RunTests(
    const std::string& filter,
    const std::map<std::string, std::optional<std::string>>& environment = {}) {
  return RunSuite("fixture_suite", {"--gtest_filter=" + filter}, environment);
}

std::size_t Count(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
  return count;
}

std::string Content(const std::filesystem::path& file) {
  std::ostringstream content;
  content << std::ifstream(file).rdbuf();
  return content.str();
}

// Where a report says that the server had its directory.
std::filesystem::path DirectoryIn(const std::string& output) {
  const std::string label = "  dir:      ";
  const auto begin = output.find(label);
  if (begin == std::string::npos) return {};
  return output.substr(begin + label.size(), output.find('\n', begin) - begin - label.size());
}

// Removes a kept directory, which must be tether's.
void Remove(const std::filesystem::path& directory) {
  if (directory.filename().string().starts_with("tether-")) std::filesystem::remove_all(directory);
}

TEST(ServerTest, StartsBeforeTheDerivedSetUpGoesOnAndEndsAfterTheDerivedTearDownBegan) {
  const auto run = RunTests("Ordered.*");
  EXPECT_EQ(run.status, kPassed);
  EXPECT_THAT(run.output, HasSubstr("SetUp begins\nOptions\nSetUp ends with a server\nbody\n"
                                    "TearDown begins with a server\nTearDown ends\n"));
}

TEST(ServerTest, ThatDoesNotStartRunsNeitherTheDerivedSetUpNorTheBody) {
  const auto run = RunTests("StartFails.*");
  EXPECT_EQ(run.status, kFailed);
  Remove(DirectoryIn(run.output));
  EXPECT_THAT(run.output, AllOf(HasSubstr("server \"exit_with\" ended before it was ready\n"),
                                HasSubstr("| no database\n"), HasSubstr("TearDown\n"),
                                Not(HasSubstr("went on")), Not(HasSubstr("body"))));
}

TEST(ServerTest, SaysOfASecondServerWhyItDidNotStart) {
  const auto run = RunTests("SecondStartFails.*");
  EXPECT_EQ(run.status, kFailed);
  Remove(DirectoryIn(run.output));
  EXPECT_THAT(run.output, AllOf(HasSubstr("server \"exit_with\" ended before it was ready\n"),
                                HasSubstr("server \"ready_and_wait\" in SecondStartFails.Test:\n"),
                                Not(HasSubstr("went on")), Not(HasSubstr("body"))));
}

TEST(SharedServerTest, ThatDoesNotStartSkipsAllTestsAndSaysWhyOnce) {
  const auto run = RunTests("SharedStartFails.*");
  EXPECT_EQ(run.status, kFailed);
  Remove(DirectoryIn(run.output));
  EXPECT_EQ(Count(run.output, "ended before it was ready"), 1U);
  EXPECT_EQ(Count(run.output, "[  SKIPPED ] SharedStartFails.One"), 2U);  // once in the summary
  EXPECT_THAT(run.output, AllOf(HasSubstr("[  SKIPPED ] 3 tests"), Not(HasSubstr("went on")),
                                Not(HasSubstr("body"))));
}

TEST(SharedServerTest, GivesEachTestItsOwnPartOfTheLog) {
  const auto run = RunTests("Slices.*-*Fails");
  EXPECT_EQ(run.status, kPassed) << run.output;
}

TEST(SharedServerTest, ExplainsByTheTestThatFailed) {
  const auto run = RunTests("Slices.First:Slices.Fails");
  EXPECT_EQ(run.status, kFailed);
  EXPECT_THAT(
      run.output,
      AllOf(HasSubstr("  no line came since this test began\n"),
            ContainsRegex("  it had come before this test began, as line 2:\n[^\n]* line 1\n")));
}

TEST(ServerEnvironment, SharesItsServerAmongAllTests) {
  const auto run = RunSuite("environment_suite", {"--gtest_filter=Environment.*"});
  EXPECT_EQ(run.status, kPassed) << run.output;
  EXPECT_EQ(Count(run.output, "Database is started"), 1U);
}

TEST(ServerEnvironment, IsMadeAnewForEachRepetitionWhereThatIsAskedFor) {
  const auto run = RunSuite("environment_suite",
                            {"--gtest_repeat=2", "--gtest_recreate_environments_when_repeating=1",
                             "--gtest_filter=*Knows*"});
  EXPECT_EQ(run.status, kPassed);
  EXPECT_EQ(Count(run.output, "Database is started"), 2U);
}

TEST(ServerEnvironment, ThatDoesNotStartFailsTheProgramAndSaysWhyOnce) {
  const auto run = RunSuite("environment_suite", {}, {{"FAIL", "1"}});
  EXPECT_EQ(run.status, kFailed);
  EXPECT_EQ(Count(run.output, "ended before it was ready"), 1U);
  EXPECT_THAT(run.output,
              AllOf(HasSubstr("all tests of this program are skipped, as its server "
                              "\"database\" ended before it was ready\n"),
                    Not(HasSubstr("Proxy is started")), HasSubstr("[  SKIPPED ] 7 tests")));
}

TEST(ServerEnvironment, FailsTheTestsAfterItsEndBeforeTheirSetUp) {
  const auto run = RunSuite("environment_suite", {"--gtest_filter=Ends.*"}, {{"END", "1"}});
  EXPECT_EQ(run.status, kFailed);
  EXPECT_EQ(Count(run.output, "SetUp of Ends"), 1U);
  EXPECT_EQ(Count(run.output, "this test is not run: server \"database\" ended though nobody"), 2U)
      << run.output;
  EXPECT_THAT(run.output, AllOf(HasSubstr("killed by SIGKILL (9)"), HasSubstr(", in Ends.First\n"),
                                HasSubstr("[  FAILED  ] Ends.Second"),
                                HasSubstr("[  FAILED  ] Ends.Third"), Not(HasSubstr("body of"))));
}

TEST(ServerEnvironment, IsStartedAgainForTheNextTestWhereItsOptionsSaySo) {
  const auto run =
      RunSuite("environment_suite", {"--gtest_filter=Ends.*"}, {{"END", "1"}, {"RESTART", "1"}});
  EXPECT_EQ(run.status, kFailed);
  EXPECT_EQ(Count(run.output, "SetUp of Ends"), 3U);
  EXPECT_THAT(run.output, AllOf(HasSubstr("[  FAILED  ] Ends.First"), HasSubstr("body of Second"),
                                HasSubstr("body of Third"), HasSubstr("[  PASSED  ] 2 tests.")));
}

TEST(OwnDirectory, IsKeptWithItsReportWhenTheTestFails) {
  const auto run = RunTests("Directory.*", {{"FAIL", "1"}});
  EXPECT_EQ(run.status, kFailed);
  const auto directory = DirectoryIn(run.output);
  EXPECT_EQ(Content(directory / "data"), "written\n");
  EXPECT_THAT(Content(directory / "config"), testing::MatchesRegex("port [0-9]+"));
  Remove(directory);
}

TEST(OwnDirectory, OfABareServerThatWasDestroyedBeforeTheEndIsKeptToo) {
  const auto run = RunTests("DirectoryOfABareServer.*", {{"FAIL", "1"}});
  const auto directory = DirectoryIn(run.output);
  EXPECT_EQ(Content(directory / "b"), "text");
  Remove(directory);
}

TEST(OwnDirectory, IsKeptWhenTheServerDidNotStart) {
  for (const std::string filter : {"StartFails.*", "SharedStartFails.*", "SecondStartFails.*"}) {
    const auto directory = DirectoryIn(RunTests(filter).output);
    EXPECT_EQ(Content(directory / "config"), "port 80") << filter;
    Remove(directory);
  }
}

TEST(OwnDirectory, IsGoneAfterATestThatPassed) {
  const support::TemporaryDirectory temporary;
  EXPECT_EQ(RunTests("Directory*", {{"TMPDIR", temporary.path()}}).status, kPassed);
  for (const auto& left : std::filesystem::directory_iterator(temporary.path())) {
    EXPECT_THAT(left.path().filename().string(),
                Not(testing::MatchesRegex("tether-[A-Za-z0-9]{6}")));
  }
}

TEST(OwnDirectory, IsKeptWhenAllLogsAreToBe) {
  const support::TemporaryDirectory temporary;
  const auto run =
      RunTests("Directory.*", {{"TMPDIR", temporary.path()}, {"TETHER_KEEP_LOGS", "1"}});
  EXPECT_EQ(run.status, kPassed);
  std::size_t kept = 0;
  for (const auto& left : std::filesystem::directory_iterator(temporary.path())) {
    if (std::filesystem::exists(left.path() / "data")) ++kept;
  }
  EXPECT_EQ(kept, 1U);
}

}  // namespace
