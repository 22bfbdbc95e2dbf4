// The values of the lowest layer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "support/temporary_directory.h"
#include "tether/base/command_line.h"
#include "tether/base/deadline.h"
#include "tether/base/errors.h"
#include "tether/base/exit_status.h"
#include "tether/base/new_file.h"
#include "tether/base/signal_name.h"
#include "tether/base/stop_sequence.h"

namespace tether {
namespace {

using internal::DurationText;
using internal::ShellCommand;
using testing::HasSubstr;
using namespace std::chrono_literals;

template <typename Function>
std::string ErrorOf(Function&& function) {
  try {
    function();
  } catch (const Error& error) {
    return error.what();
  }
  return "(no error)";
}

TEST(ExitStatus, TellsAnExitCodeFromTheSignalOfTheSameNumber) {
  const ExitStatus exited = ExitStatus::Exited{9};
  const ExitStatus killed = ExitStatus::Signaled{SIGKILL};
  EXPECT_NE(exited, killed);
  EXPECT_EQ(exited.code(), 9);
  EXPECT_EQ(exited.signal(), std::nullopt);
  EXPECT_EQ(killed.code(), std::nullopt);
  EXPECT_EQ(killed.signal(), SIGKILL);
}

TEST(ExitStatus, GoesThroughAWaitStatusUnchanged) {
  for (const ExitStatus& status :
       {ExitStatus(ExitStatus::Exited{0}), ExitStatus(ExitStatus::Exited{255}),
        ExitStatus(ExitStatus::Signaled{SIGTERM}),
        ExitStatus(ExitStatus::Signaled{SIGSEGV, true})}) {
    EXPECT_EQ(ExitStatus::FromWaitStatus(status.wait_status()), status) << status.ToString();
  }
}

TEST(ExitStatus, FitsGoogleTestsOwnPredicates) {
  EXPECT_TRUE(testing::ExitedWithCode(3)(ExitStatus(ExitStatus::Exited{3}).wait_status()));
  EXPECT_TRUE(
      testing::KilledBySignal(SIGTERM)(ExitStatus(ExitStatus::Signaled{SIGTERM}).wait_status()));
}

TEST(ExitStatus, IsToldInWords) {
  EXPECT_EQ(ExitStatus(ExitStatus::Exited{3}).ToString(), "exited with code 3");
  EXPECT_EQ(ExitStatus(ExitStatus::Signaled{SIGTERM}).ToString(), "killed by SIGTERM (15)");
  EXPECT_EQ(ExitStatus(ExitStatus::Signaled{SIGSEGV, true}).ToString(),
            "killed by SIGSEGV (11), core dumped");
  EXPECT_EQ(ExitStatus(ExitStatus::Unknown{"lost"}).ToString(), "unknown: lost");
}

TEST(ExitStatus, OfUnknownKindHasNoWaitStatus) {
  EXPECT_THAT(ErrorOf([] { ExitStatus(ExitStatus::Unknown{"lost"}).wait_status(); }),
              HasSubstr("lost"));
}

TEST(SignalName, KnowsRealTimeSignalsAndAdmitsWhatHasNoName) {
  EXPECT_EQ(SignalName(SIGUSR1), "SIGUSR1");
  EXPECT_EQ(SignalName(SIGRTMIN + 2), "SIGRTMIN+2");
  EXPECT_EQ(SignalName(4711), "signal 4711");
}

TEST(ShellCommand, QuotesOnlyWhatAShellWouldTakeApart) {
  EXPECT_EQ(ShellCommand({"./server", "--port=0", "a b", "", "it's", "$HOME", "x;y"}),
            R"(./server --port=0 'a b' '' 'it'\''s' '$HOME' 'x;y')");
}

TEST(ShellCommand, IsReadBackByAShellUnchanged) {
  const std::string hostile = "a'b\"c\\d$e`f\tg*h?i~j#k!l\nm";
  const std::string script = "printf %s " + internal::ShellQuoted(hostile);
  std::FILE* shell = ::popen(script.c_str(), "r");
  ASSERT_NE(shell, nullptr);
  std::string back;
  for (int c = std::fgetc(shell); c != EOF; c = std::fgetc(shell)) back += static_cast<char>(c);
  EXPECT_EQ(::pclose(shell), 0);
  EXPECT_EQ(back, hostile);
}

TEST(FindExecutable, LooksUpANameWithoutSlashInPath) {
  EXPECT_TRUE(std::filesystem::exists(internal::FindExecutable("sh")));
}

TEST(FindExecutable, TakesAPathWithSlashFromTheCurrentDirectory) {
  EXPECT_EQ(internal::FindExecutable("./x/server"),
            (std::filesystem::current_path() / "x/server").string());
}

TEST(FindExecutable, SaysWhereItSearched) {
  const std::string error = ErrorOf([] { internal::FindExecutable("no-such-program"); });
  EXPECT_THAT(error, HasSubstr("no program \"no-such-program\" in PATH ("));
  EXPECT_THAT(error, HasSubstr(std::getenv("PATH")));
}

// As the logs of a test that passed, which go with their directory.
TEST(NewFile, IsMadeThoughAnotherThreadRemovesItsDirectoryWhenThatIsEmpty) {
  const support::TemporaryDirectory directory;
  const auto make_and_remove = [&directory](const std::string& name) {
    for (int round = 0; round < 500; ++round) {
      std::error_code not_empty;
      EXPECT_NO_THROW(
          std::filesystem::remove(internal::MakeNewFile(directory / "logs" / name).path));
      std::filesystem::remove(directory / "logs", not_empty);
    }
  };
  std::thread other(make_and_remove, "other");
  make_and_remove("one");
  other.join();
}

TEST(DurationText, ChoosesAUnitForPeople) {
  EXPECT_EQ(DurationText(350ms), "350 ms");
  EXPECT_EQ(DurationText(10s), "10 s");
  EXPECT_EQ(DurationText(1500ms), "1.5 s");
  EXPECT_EQ(DurationText(250us), "0.25 ms");
  EXPECT_EQ(DurationText(999'400us), "999 ms");
  EXPECT_EQ(DurationText(999'700us), "0.9997 s");
  EXPECT_EQ(DurationText(10ns), "0 ms");
  EXPECT_EQ(DurationText(10'000s), "10000 s");
}

TEST(RequireNotNegative, TakesWhatDoesNotFitIntoNanoseconds) {
  using internal::RequireNotNegative;
  EXPECT_NO_THROW(RequireNotNegative("a timeout", std::chrono::milliseconds::max()));
  EXPECT_NO_THROW(RequireNotNegative("a timeout", std::chrono::hours::max()));
  EXPECT_THROW(RequireNotNegative("a timeout", std::chrono::milliseconds::min()), Error);
  EXPECT_THROW(RequireNotNegative("a timeout", -1ns), Error);
}

TEST(Deadline, OfZeroHasPassed) { EXPECT_TRUE(Deadline::In(0ms).Passed()); }

TEST(Deadline, OfTheLongestDurationIsNotReached) {
  EXPECT_FALSE(Deadline::In(std::chrono::milliseconds::max()).Passed());
  EXPECT_FALSE(Deadline::In(std::chrono::nanoseconds::max()).Passed());
}

TEST(DeadlineDeathTest, IsStretchedByTheTimeoutFactor) {
  // The factor is read once, so it is tried in a process of its own.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        ::setenv("TETHER_TIMEOUT_FACTOR", "2.5", 1);
        std::exit(internal::Stretched(2s) == 5s ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

TEST(DeadlineDeathTest, RefusesAFactorThatIsNoPositiveNumber) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        ::setenv("TETHER_TIMEOUT_FACTOR", "fast", 1);
        std::fputs(ErrorOf([] { Deadline::In(2s); }).c_str(), stderr);
        std::exit(0);
      },
      testing::ExitedWithCode(0),
      "TETHER_TIMEOUT_FACTOR is \"fast\": it must be a positive number");
}

TEST(StopSequence, IsSigtermTenSecondsSigkillByDefault) {
  const StopSequence sequence = DefaultStopSequence();
  ASSERT_EQ(sequence.size(), 2U);
  EXPECT_EQ(sequence[0].signal, SIGTERM);
  EXPECT_EQ(sequence[0].grace, 10s);
  EXPECT_EQ(sequence[1].signal, SIGKILL);
}

TEST(StopSequence, RefusesWhatIsNoSignalAndANegativeGrace) {
  EXPECT_THAT(ErrorOf([] { internal::Validate(StopSequence{{0}}); }),
              HasSubstr("0 is not a signal"));
  EXPECT_THAT(ErrorOf([] {
                internal::Validate(StopSequence{{SIGTERM, -1s}});
              }),
              HasSubstr("the grace of a step is negative: -1 s"));
}

TEST(ExitStatus, IsPrintedInWords) {
  EXPECT_EQ(testing::PrintToString(ExitStatus(ExitStatus::Exited{3})), "exited with code 3");
  EXPECT_EQ(testing::PrintToString(ExitStatus::Signaled{SIGTERM}), "killed by SIGTERM (15)");
  EXPECT_EQ(testing::PrintToString(ExitStatus::Unknown{"lost"}),
            ExitStatus(ExitStatus::Unknown{"lost"}).ToString());
}

}  // namespace
}  // namespace tether
