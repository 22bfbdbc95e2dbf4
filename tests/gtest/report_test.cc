// What is told of the servers of a test that fails, and where.
#include <gmock/gmock.h>
#include <tether/tether.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "support/suite_run.h"
#include "support/temporary_directory.h"

namespace {

using support::RunSuite;
using support::SuiteRun;
using support::TemporaryDirectory;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr tether::ExitStatus::Exited kFailed{1};

SuiteRun RunTest(const std::string& name,
                 std::map<std::string, std::optional<std::string>> environment = {},
                 std::vector<std::string> arguments = {}) {
  arguments.push_back("--gtest_filter=" + name);
  environment.insert({{"TETHER_TEST_TIMEOUT", {}}, {"DASHBOARD_TEST_FROM_CTEST", {}}});
  return RunSuite("reporting_suite", arguments, environment);
}

std::string ContentOf(const std::filesystem::path& file) {
  std::ostringstream content;
  content << std::ifstream(file).rdbuf();
  return content.str();
}

TEST(Report, TellsWhenTheServerWasReady) {
  const SuiteRun run = RunTest("Failing.WithTwoServersOfOneName");
  EXPECT_EQ(run.status, kFailed);
  EXPECT_THAT(run.output, ContainsRegex("  ready:    after [0-9.]+ m?s, [0-9.]+ m?s ago\n"));
}

TEST(Report, TellsWhatWasWaitedForInVain) {
  const SuiteRun run = RunTest("Failing.BehindAWait");
  EXPECT_THAT(run.output, ContainsRegex("  waits:    no line with \"a word\" from server "
                                        "\"silent\": after [0-9.]+ m?s\n"));
}

TEST(Report, TellsWhatAProxyDid) {
  const SuiteRun run = RunTest("Failing.WithAProxy");
  EXPECT_THAT(run.output, ContainsRegex("\nproxy at port [0-9]+, in front of 127.0.0.1:4711:\n"
                                        "  faults:   latency 50 ms\n"));
  EXPECT_THAT(RunTest("Failing.BehindAWait").output, Not(HasSubstr("proxy at port")));
}

TEST(Report, TellsNothingOfTheWaitsOfATestBefore) {
  const SuiteRun run = RunTest("Shared.*");
  const std::size_t second = run.output.find("server \"shared\" in Shared.FailsWithoutAWait:\n");
  ASSERT_NE(second, std::string::npos) << run.output;
  EXPECT_THAT(run.output.substr(0, second), HasSubstr("  waits:    no line with \"a word\""));
  EXPECT_THAT(run.output.substr(second), Not(HasSubstr("waits:")));
}

TEST(Report, StandsInTheXmlFile) {
  const TemporaryDirectory directory;
  const std::string file = directory.path() / "result.xml";
  RunTest("Failing.*:Passing.*", {{"TETHER_LOG_DIR", directory.path()}},
          {"--gtest_output=xml:" + file});
  const std::string xml = ContentOf(file);
  const std::string log = directory.path().string() + "/reporting_suite[.][0-9]+/Failing.";
  EXPECT_THAT(
      xml, AllOf(ContainsRegex("<property name=\"twin &lt;1&gt;.report\" value=\"  command:  [^\n]*"
                               "/ready_and_wait"),
                 ContainsRegex("<property name=\"twin &lt;1&gt;#2.report\" value=\"  command:"),
                 ContainsRegex("<property name=\"twin &lt;1&gt;.log\" value=\"" + log +
                               "WithTwoServersOfOneName/twin__1_.log\""),
                 ContainsRegex("<property name=\"silent.log\" value=\"" + log +
                               "BehindAWait/silent.log\""),
                 Not(HasSubstr("\"fine"))));
}

TEST(Report, HasTheLogsAttachedOnlyForADashboard) {
  const TemporaryDirectory directory;
  const auto tags = ContainsRegex(
      "\n<CTestMeasurementFile type=\"file\" name=\"log of twin "
      "&lt;1&gt;#2\">[^<\n]+/twin__1_.[0-9]"
      "+.log</CTestMeasurementFile>\n");
  const std::string test = "Failing.WithTwoServersOfOneName";
  EXPECT_THAT(
      RunTest(test, {{"DASHBOARD_TEST_FROM_CTEST", "3"}, {"TETHER_LOG_DIR", directory.path()}})
          .output,
      tags);
  EXPECT_THAT(RunTest(test).output, Not(HasSubstr("CTestMeasurement")));
}

// By ctest itself: what it would submit to a dashboard.
TEST(Report, IsAttachedToWhatCTestSubmits) {
  const TemporaryDirectory directory;
  const auto write = [&](const char* name) { return std::ofstream(directory.path() / name); };
  write("CTestTestfile.cmake") << "add_test([[failing]] [[" << tether::Program("reporting_suite")
                               << "]] [[--gtest_filter=Failing.BehindAWait]])\n";
  write("DartConfiguration.tcl") << "BuildDirectory: " << directory.path().string() << "\n";
  tether::Server ctest({.command = {TETHER_CTEST, "-D", "ExperimentalTest", "-V"},
                        .working_directory = directory.path(),
                        .environment = {{"TETHER_LOG_DIR", directory.path()}},
                        .may_leave_processes = true});
  ASSERT_TRUE(ctest.WaitForExit(std::chrono::seconds(100)));
  std::string submitted;
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory.path())) {
    if (file.path().filename() == "Test.xml") submitted = ContentOf(file.path());
  }
  EXPECT_THAT(submitted, ContainsRegex("<NamedMeasurement [^>]*name=\"log of silent\""))
      << ctest.Text();
}

TEST(TimeLimit, EndsAWaitThatIsTooLongWithTheReport) {
  const TemporaryDirectory directory;
  const SuiteRun run = RunTest(
      "Endless.InAWait", {{"TETHER_TEST_TIMEOUT", "3"}, {"TETHER_LOG_DIR", directory.path()}});
  EXPECT_EQ(run.status, kFailed);
  EXPECT_THAT(
      run.output,
      AllOf(HasSubstr("Endless.InAWait has not ended within 2.85 s, 95 % of the 3 s that ctest "
                      "gives it (TIMEOUT)"),
            HasSubstr("server \"silent\" in Endless.InAWait:\n"),
            ContainsRegex("  state:    running, pid [0-9]+"),
            ContainsRegex("  waits:    no line with \"a word\" from server \"silent\" yet, for "),
            HasSubstr("out| ready\n"), HasSubstr("[  FAILED  ] Endless.InAWait\n")));
  const auto at = run.output.find(directory.path().string());
  ASSERT_NE(at, std::string::npos) << run.output;
  const std::string log = run.output.substr(at, run.output.find('\n', at) - at);
  EXPECT_THAT(ContentOf(log), HasSubstr("ready\n"));
}

TEST(TimeLimit, TellsOfAServerThatIsStarting) {
  const SuiteRun run = RunTest("Endless.InAStart", {{"TETHER_TEST_TIMEOUT", "4"}});
  EXPECT_EQ(run.status, kFailed);
  EXPECT_THAT(run.output,
              AllOf(HasSubstr("server \"slow\" in Endless.InAStart:\n"),
                    ContainsRegex("  awaited:  a line with \"never\", for [0-9.]+ m?s\n")));
}

TEST(TimeLimit, IsThatOfTheWholeProgramAndNobodyElses) {
  const SuiteRun run = RunTest("Passing.*", {{"TETHER_TEST_TIMEOUT", "100"}});
  EXPECT_EQ(run.status, tether::ExitStatus::Exited{0}) << run.output;
}

TEST(TimeLimit, ThatIsNoNumberIsNamed) {
  for (const char* value : {"abc", "-1", "0", "5s"}) {
    const SuiteRun run = RunTest("Passing.*", {{"TETHER_TEST_TIMEOUT", value}});
    EXPECT_EQ(run.status, tether::ExitStatus::Exited{0});
    EXPECT_THAT(run.output, HasSubstr("TETHER_TEST_TIMEOUT is \"" + std::string(value) +
                                      "\"; it must be a positive number of seconds"));
  }
}

}  // namespace
