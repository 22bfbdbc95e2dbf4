// Ends of a server that a test expects.
#include <gmock/gmock.h>
#include <tether/tether.h>

#include <csignal>

#include "support/servers.h"

namespace tether {
namespace {

using support::Child;
using testing::AllOf;
using testing::AnyOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Ne;
using testing::Not;
using testing::StartsWith;
using namespace std::chrono_literals;

TEST(ExpectExit, TakesAStatus) {
  Server three({.command = {Program("exit_with"), "3"}});
  EXPECT_TRUE(three.ExpectExit(ExitStatus::Exited{3}));
  EXPECT_EQ(three.UnexpectedEnd(), std::nullopt);
  Server killed({.command = {Program("die_by"), "6"}});
  const ExitMatch match = killed.ExpectExit(ExitStatus::Signaled{SIGABRT});
  EXPECT_TRUE(match);
  EXPECT_EQ(match.status()->signal(), SIGABRT);
  EXPECT_EQ(match.explanation(), "");
}

TEST(ExpectExit, TakesAPredicate) {
  Server server({.command = {Program("exit_with"), "3"}});
  EXPECT_TRUE(server.ExpectExit([](const ExitStatus& status) { return status.code() > 2; }));
  const ExitExpectation odd([](const ExitStatus& status) { return status.code() == 2; }, "is 2");
  EXPECT_THAT(server.ExpectExit(odd).explanation(),
              StartsWith("server \"exit_with\" exited with code 3; expected was a status that is "
                         "2\n  state: exited with code 3 after "));
}

TEST(ExpectExit, TakesAnyMatcherForAStatus) {
  Server server({.command = {Program("exit_with"), "3"}});
  EXPECT_TRUE(server.ExpectExit(Exited(3)));
  EXPECT_TRUE(server.ExpectExit(Exited(Ne(0))));
  EXPECT_TRUE(server.ExpectExit(Not(KilledBy(SIGTERM))));
  EXPECT_TRUE(server.ExpectExit(AnyOf(Exited(0), Exited(3))));
  EXPECT_TRUE(server.ExpectExit(testing::_));
  EXPECT_TRUE(server.ExpectExit(testing::Eq(ExitStatus(ExitStatus::Exited{3}))));
}

TEST(ExpectExit, SaysHowTheServerEndedInstead) {
  Server server({.command = {Program("exit_with"), "1", "no such table"}});
  const ExitMatch match = server.ExpectExit(Exited(0));
  EXPECT_FALSE(match);
  EXPECT_EQ(match.status(), ExitStatus::Exited{1});
  EXPECT_THAT(
      match.explanation(),
      AllOf(StartsWith("server \"exit_with\" exited with code 1; expected was a status that "
                       "exited with a code that is equal to 0\n"),
            HasSubstr("  1 line came since its start:\n"), EndsWith("| no such table\n")));
}

TEST(ExpectExit, SaysThatTheServerDidNotEnd) {
  Server server(Child("ready_and_wait"));
  const ExitMatch match = server.ExpectExit(Exited(0), 20ms);
  EXPECT_FALSE(match);
  EXPECT_EQ(match.status(), std::nullopt);
  EXPECT_THAT(match.explanation(),
              AllOf(StartsWith("server \"ready_and_wait\" did not end: after "),
                    HasSubstr(" of waiting; expected was a status that exited with a code that is "
                              "equal to 0\n  state: running, pid ")));
  EXPECT_TRUE(server.running());
}

TEST(ExpectExit, RefusesWhatMakesNoSense) {
  Server server(Child("ready_and_wait"));
  EXPECT_THROW(static_cast<void>(server.ExpectExit(Exited(0), -1ms)), Error);
  EXPECT_THROW(ExitExpectation(nullptr, "x"), Error);
}

TEST(ExitStatusMatchers, SayWhatTheyWantAndWhatItIs) {
  Server server(Child("ready_and_wait"));
  const ExitStatus status = server.Stop();
  EXPECT_THAT(status, KilledBy(SIGTERM));
  EXPECT_THAT(status, KilledBy("TERM"));
  EXPECT_THAT(status, Not(Exited(0)));
  EXPECT_THAT(status, AllOf(KilledBy("SIGTERM"), Not(KilledBy("KILL"))));
  EXPECT_EQ(testing::DescribeMatcher<ExitStatus>(KilledBy(SIGTERM)), "killed by SIGTERM (15)");
  EXPECT_EQ(testing::DescribeMatcher<ExitStatus>(Not(Exited(0))),
            "not exited with a code that is equal to 0");
  EXPECT_EQ(testing::PrintToString(status), "killed by SIGTERM (15)");
  EXPECT_THROW(KilledBy("TERMINATE"), Error);
}

TEST(ExitStatusMatchers, AreNotMetByAnUnknownStatus) {
  const ExitStatus unknown = ExitStatus::Unknown{"it was lost"};
  EXPECT_THAT(unknown, Not(Exited(0)));
  EXPECT_THAT(unknown, Not(KilledBy(9)));
}

TEST(ExitStatusMatchers, StandBesideThoseOfGoogleTestForAWaitStatus) {
  Server exited({.command = {Program("exit_with"), "3"}});
  exited.WaitForExit();
  EXPECT_PRED1(testing::ExitedWithCode(3), exited.Stop().wait_status());
  EXPECT_FALSE(testing::ExitedWithCode(0)(exited.Stop().wait_status()));
  Server killed(Child("ready_and_wait"));
  EXPECT_PRED1(testing::KilledBySignal(SIGTERM), killed.Stop().wait_status());
}

}  // namespace
}  // namespace tether
