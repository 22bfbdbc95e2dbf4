// What assertions with the matchers print when they fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/suite_run.h"

namespace {

using support::RunSuite;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

// What the test of this name prints; it fails.
std::string OutputOf(const std::string& test) {
  const auto run = RunSuite("failing_matchers", {"--gtest_filter=Failing." + test});
  EXPECT_EQ(run.status, tether::ExitStatus::Exited{1});
  EXPECT_THAT(run.output, Not(HasSubstr("-byte object")));
  return run.output;
}

TEST(TextOf, LogsHasTheReasonAndTheState) {
  EXPECT_THAT(OutputOf("Logs"),
              AllOf(ContainsRegex(
                        "Value of: server\\(\\)\n"
                        "Expected: logs a line with \"saved\" since this test began\n"
                        "  Actual: server \"ready_and_wait\" \\(running, pid [0-9]+, "
                        "[a-z ]+\\)[^,]*, no line with "
                        "\"saved\" from server \"ready_and_wait\": after [^\n]*\n  state: running"),
                    HasSubstr("  2 lines came since its start:\n")));
}

TEST(TextOf, NegatedLogsHasTheLine) {
  EXPECT_THAT(OutputOf("NotLogs"),
              ContainsRegex("Expected: has not logged a line with \"first\" since this test began\n"
                            "  Actual: server \"ready_and_wait\" \\([^\n]*\\), which printed it as "
                            "line 1:\n +[0-9.]+ out\\| first\n"));
}

TEST(TextOf, ACombinationHasTheReasonOfThePartThatFails) {
  EXPECT_THAT(OutputOf("AllOf"),
              ContainsRegex("Expected: \\(is running\\) and \\(logs a line with \"saved\" since "
                            "this test began\\)\n  Actual: [^\n]*, no line with \"saved\""));
}

TEST(TextOf, ListensOnHasThePortsThereAre) {
  EXPECT_THAT(OutputOf("ListensOn"), ContainsRegex("Expected: listens on port 80\n"
                                                   "  Actual: [^\n]*, which has no open port\n"));
}

TEST(TextOf, StatusMatchersIsInWords) {
  EXPECT_THAT(OutputOf("Exited"), HasSubstr("Value of: server().Stop()\n"
                                            "Expected: exited with a code that is equal to 0\n"
                                            "  Actual: killed by SIGTERM (15)"));
  EXPECT_THAT(OutputOf("KilledBy"), HasSubstr("Expected: killed by SIGKILL (9)\n"
                                              "  Actual: killed by SIGTERM (15)"));
}

TEST(TextOf, ExpectExitSaysWhatWasExpected) {
  EXPECT_THAT(
      OutputOf("ExpectExit"),
      ContainsRegex("Actual: false \\(server \"ready_and_wait\" did not end: after [^\n]* of "
                    "waiting; expected was a status that exited with a code that is equal "
                    "to 0\n"));
}

TEST(TextOf, TestLogHasTheLines) {
  EXPECT_THAT(OutputOf("TestLog"),
              ContainsRegex("Expected: is empty\n  Actual: 2 lines:\n +[0-9.]+ out\\| first\n"));
}

}  // namespace
