// What the suite that fails on purpose prints. It is run like any server: its end is waited for,
// and its output searched.
#include <gmock/gmock.h>
#include <tether/tether.h>

namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

struct Outcome {
  tether::ExitStatus status;
  std::string output;
};

Outcome RunFailingSample(const std::string& filter) {
  tether::Server program(
      {.command = {tether::Program("failing_sample"), "--gtest_filter=" + filter},
       .environment = {{"GTEST_COLOR", "no"}},
       .may_leave_processes = true});  // a guardian of its own ends a moment after it
  const auto status = program.WaitForExit(std::chrono::seconds(60));
  std::string output;
  for (const tether::Line& line : program.Lines()) output += line.text + "\n";
  return {status.value_or(tether::ExitStatus::Unknown{"still running"}), output};
}

constexpr tether::ExitStatus::Exited kFailed{1};

TEST(FailingSample, NeverReadyFailsWithTheReportAndSkipsTheBody) {
  const Outcome run = RunFailingSample("NeverReady.*");
  EXPECT_EQ(run.status, kFailed);
  EXPECT_THAT(
      run.output,
      AllOf(HasSubstr("failing_sample.cc:"),
            HasSubstr("server \"kv_server\" did not get ready within "),
            ContainsRegex("  awaited:  a line with \"accepting connections\", for [0-9.]+ m?s\n"),
            ContainsRegex("  command:  [^\n]*/kv_server --port=0\n"),
            ContainsRegex("  state:    running, pid [0-9]+"), HasSubstr("  output:   1 line\n"),
            ContainsRegex("out\\| listening on port [0-9]+\n"),
            Not(HasSubstr("the body was run"))));
}

TEST(FailingSample, DeathInTheMiddleEndsAWaitAtOnceAndIsTheReason) {
  const Outcome run = RunFailingSample("DiesInTheMiddle.IsNoticedByAWait");
  EXPECT_EQ(run.status, kFailed);
  EXPECT_THAT(
      run.output,
      AllOf(
          ContainsRegex("no line with \"GET /kv/b\" from server \"kv_server\": the server ended"),
          HasSubstr("  2 lines came since the cursor:\n"), HasSubstr("out| GET /kv/a 404\n"),
          HasSubstr("server \"kv_server\" ended though nobody asked it to: killed by SIGABRT (6)"),
          HasSubstr("server \"kv_server\" in DiesInTheMiddle.IsNoticedByAWait:\n"),
          ContainsRegex("  state:    killed by SIGABRT [(]6[)][^\n]* after ")));
}

TEST(FailingSample, DeathInTheMiddleFailsATestThatDoesNotLook) {
  const Outcome run = RunFailingSample("DiesInTheMiddle.IsNoticedEvenIfTheTestDoesNotLook");
  EXPECT_EQ(run.status, kFailed);
  EXPECT_THAT(run.output,
              HasSubstr("ended though nobody asked it to: killed by SIGKILL (9) after "));
}

TEST(FailingSample, WrongLogLineIsExplainedByWhatCameInstead) {
  const Outcome run = RunFailingSample("WrongLogLine.*");
  EXPECT_EQ(run.status, kFailed);
  EXPECT_THAT(
      run.output,
      AllOf(HasSubstr("Value of: server().WaitForLine(\"GET /kv/colour 200\""),
            ContainsRegex("no line with \"GET /kv/colour 200\" from server \"kv_server\": "
                          "after [0-9.]+ s\n"),
            ContainsRegex("  state: running, pid [0-9]+, sleeping\n"),
            HasSubstr("out| PUT /kv/color 201\n"), HasSubstr("out| GET /kv/colour 404\n"),
            HasSubstr("server \"kv_server\" in WrongLogLine.IsExplained:\n"),
            HasSubstr("  state:    stopped: exited with code 0 after "), HasSubstr("out| bye\n")));
}

TEST(FailingSample, SharedServerThatCannotStartIsToldOnceAndSkipsTheTests) {
  const Outcome run = RunFailingSample("NoSuchProgram.*");
  EXPECT_EQ(run.status, kFailed);
  EXPECT_THAT(run.output, AllOf(HasSubstr("cannot execute "),
                                HasSubstr("/kv_sever: No such file or directory (errno 2)"),
                                HasSubstr("[  SKIPPED ] NoSuchProgram.FirstTestIsSkipped"),
                                HasSubstr("[  SKIPPED ] NoSuchProgram.SecondTestIsSkipped"),
                                Not(HasSubstr("the body was run"))));
  EXPECT_EQ(run.output.find("could not be started"), run.output.rfind("could not be started"));
}

TEST(FailingSample, BareServerIsReportedWhenItsTestFails) {
  const Outcome run = RunFailingSample("BareServer.*");
  EXPECT_EQ(run.status, kFailed);
  EXPECT_THAT(run.output, AllOf(HasSubstr("server \"kv_server\" in BareServer.IsReportedToo:\n"),
                                HasSubstr("out| DELETE /kv/a 404\n")));
}

TEST(FailingSample, PassingTestPrintsNothing) {
  const Outcome run = RunFailingSample("Passing.*");
  EXPECT_EQ(run.status, tether::ExitStatus::Exited{0});
  EXPECT_THAT(run.output, Not(AnyOf(HasSubstr("kv_server"), HasSubstr("listening"))));
}

}  // namespace
