// The environment variables by which a person directs tether.
#include <gmock/gmock.h>
#include <tether/tether.h>

#include "support/suite_run.h"
#include "tether/base/errors.h"
#include "tether/base/settings.h"
#include "tether/base/shell_words.h"

namespace tether {
namespace {

using internal::ShellWords;
using internal::UnknownSettingText;
using support::RunSuite;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string SplitError(const std::string& line) {
  try {
    ShellWords(line);
    return "none";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(ShellWords, AreSeparatedByBlanks) {
  EXPECT_THAT(ShellWords("  strace -f\t-o\ntrace "), ElementsAre("strace", "-f", "-o", "trace"));
  EXPECT_THAT(ShellWords(" "), IsEmpty());
}

TEST(ShellWords, LoseTheirQuotesAndBackslashes) {
  EXPECT_THAT(ShellWords(R"(a' b'"c d"\ e "" '' "\"\\\$\n" '\')"),
              ElementsAre("a bc d e", "", "", "\"\\$\\n", "\\"));
  EXPECT_THAT(ShellWords("a\\\nb \"c\\\nd\""), ElementsAre("ab", "cd"));
}

TEST(ShellWords, AreNotExpanded) {
  EXPECT_THAT(ShellWords("$HOME *|; `x` #y"), ElementsAre("$HOME", "*|;", "`x`", "#y"));
}

TEST(ShellWords, RefuseWhatDoesNotEnd) {
  EXPECT_THAT(SplitError("a 'b"), HasSubstr("opens a quote, ', and does not close it"));
  EXPECT_THAT(SplitError("a \"b\\\""), HasSubstr("opens a quote, \", and does not close it"));
  EXPECT_THAT(SplitError("a\\"), HasSubstr("ends with a backslash"));
}

TEST(Setting, ThatIsKnownIsNothingToTellOf) {
  for (const internal::Setting* const each : internal::setting::kAll) {
    EXPECT_EQ(UnknownSettingText(std::string(each->name) + (each->is_prefix() ? "kv" : "")), "");
  }
  EXPECT_EQ(UnknownSettingText("TETHERED"), "");
  EXPECT_EQ(UnknownSettingText("PATH"), "");
}

TEST(Setting, WithATypingErrorIsToldWithTheNameThatIsMeant) {
  EXPECT_THAT(UnknownSettingText("TETHER_KEEPLOGS"), HasSubstr("did you mean TETHER_KEEP_LOGS?"));
  EXPECT_THAT(UnknownSettingText("TETHER_ECOH"), HasSubstr("did you mean TETHER_ECHO?"));
  EXPECT_THAT(UnknownSettingText("TETHER_WARP"), HasSubstr("did you mean TETHER_WRAP?"));
  EXPECT_THAT(UnknownSettingText("TETHER_WARP_kv"), HasSubstr("did you mean TETHER_WRAP_kv?"));
  EXPECT_THAT(UnknownSettingText("TETHER_TIMOUT_FACTOR"),
              HasSubstr("did you mean TETHER_TIMEOUT_FACTOR?"));
}

TEST(Setting, ThatIsLikeNoneIsToldWithoutAGuess) {
  const std::string text = UnknownSettingText("TETHER_COLOUR_SCHEME");
  EXPECT_THAT(text, AllOf(HasSubstr("TETHER_COLOUR_SCHEME is unknown and has no effect"),
                          Not(HasSubstr("did you mean")), HasSubstr("TETHER_HELP=1")));
}

TEST(UnknownSetting, IsWarnedOfOnceBeforeTheFirstTest) {
  const auto run = RunSuite("keyboard_suite", {"--gtest_filter=Two.*"}, {{"TETHER_ECCHO", "1"}});
  EXPECT_EQ(run.status, ExitStatus::Exited{0}) << run.output;
  const auto warning = run.output.find("TETHER_ECCHO is unknown");
  ASSERT_NE(warning, std::string::npos) << run.output;
  EXPECT_EQ(run.output.find("TETHER_ECCHO", warning + 1), std::string::npos);
}

TEST(UnknownSetting, IsWarnedOfWithoutGoogleTestAtTheFirstServer) {
  const auto run = RunSuite("keyboard_host", {Program("ready_and_wait")}, {{"TETHER_ECCHO", "1"}});
  EXPECT_EQ(run.status, ExitStatus::Exited{0}) << run.output;
  EXPECT_THAT(run.output, HasSubstr("tether: the environment variable TETHER_ECCHO is unknown"));
}

TEST(Help, TellsAllSettingsAndRunsNoTest) {
  const auto run = RunSuite("keyboard_suite", {}, {{"TETHER_HELP", "1"}});
  EXPECT_EQ(run.status, ExitStatus::Exited{0});
  for (const internal::Setting* const each : internal::setting::kAll) {
    EXPECT_THAT(run.output,
                AllOf(HasSubstr(std::string("  ") + each->name), HasSubstr(each->effect)));
  }
  EXPECT_THAT(run.output, AllOf(HasSubstr("TETHER_WRAP_<server>='strace -f'"),
                                HasSubstr("No test has been run."), Not(HasSubstr("[ RUN"))));
}

TEST(NameOfNoServer, IsToldAtTheEndWithThoseThereWere) {
  const auto run = RunSuite("keyboard_suite", {"--gtest_filter=Two.*"},
                            {{"TETHER_DEBUG", "redy_and_wait"}, {"TETHER_WRAP_other", "env"}});
  EXPECT_EQ(run.status, ExitStatus::Exited{0}) << run.output;
  EXPECT_THAT(run.output, HasSubstr("tether: TETHER_DEBUG=redy_and_wait, TETHER_WRAP_other had no "
                                    "effect: the only server was called \"ready_and_wait\"\n"));
}

TEST(NameOfAServer, IsNotComplainedOf) {
  const auto run =
      RunSuite("keyboard_suite", {"--gtest_filter=Two.*"}, {{"TETHER_WRAP_ready_and_wait", "env"}});
  EXPECT_EQ(run.status, ExitStatus::Exited{0}) << run.output;
  EXPECT_THAT(run.output, Not(HasSubstr("had no effect")));
}

TEST(TimeoutFactor, ThatIsNoneFailsTheTestAndSaysWhy) {
  const auto run =
      RunSuite("keyboard_suite", {"--gtest_filter=Two.Passes"}, {{"TETHER_TIMEOUT_FACTOR", "abc"}});
  EXPECT_EQ(run.status, ExitStatus::Exited{1});
  EXPECT_THAT(run.output,
              HasSubstr("TETHER_TIMEOUT_FACTOR is \"abc\": it must be a positive number"));
}

}  // namespace
}  // namespace tether
