// What the portable build does not promise (CONTRIBUTING.md), and the tests that rest on it: linked into
// each test program of that build, this skips them there.
#include <fnmatch.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

struct Promise {
  const char* text;
  std::vector<const char*> tests;  // by suite and test, with wildcards
};

const std::vector<Promise>& PromisesOfLinux() {
  static const std::vector<Promise> promises = {
      {"a daemon that has left its session is not found again",
       {"Stop.EndsADaemonThatLeftTheGroup",
        "Stop.EndsWhatAServerThatHasEndedLeftBehind",
        "Ways/HostDeath.LeavesNoDaemon/*",
        "Guardian.WorksForAnUnprivilegedUserAndForATestThatWasCopiedElsewhere",
        "Keeper.LetsTheRestSaveWhenItsServerAndItsTestProgramEndAtTheSameTime",
        "LeftBehind.IsADaemonThatOutlivesItsServer",
        "LeftBehind.IsADaemonWhoseServerEndedUnasked",
        "LeftBehind.IsToldOnceThoughItOutlivesTheGraceToo",
        "LeftBehind.CanBeAllowed",
        "LeftBehind.CanBeTakenOnce",
        "CarelessSuite.FailsForABareServer",
        "CarelessSuite.FailsForTheFirstOfManyServers",
        "CarelessSuite.FailsForAllThatWasFoundTogether",
        "CarelessSuite.FailsForAServerOfTheWholeSuite",
        "CarelessSuite.PrintsWhatIsFoundWhenAllTestsAreOver",
        "ServerProcesses.AreDaemonsThatLeftTheServer",
        "ServerProcesses.AreThoseThatTheEndedServerLeftBehind",
        "Because/WithoutPidfds.ADeadHostLeavesNothing/*",
        "SignalGroup.ReachesTheGroupOfADaemon",
        "Signal.ReachesADaemon",
        "Signal.ToADaemonThatHasEndedIsAnErrorToo",
        "Pause.DoesNotKeepAServerFromSavingItsData",
        "TetherRunEnd.BySigkillLeavesNothing",
        "TetherRunEnd.LeavesNothingThatTheClientLeft",
        "WaitForLine.EndsWhenTheServerEndsThoughAWorkerHoldsItsOutput",
        "Report.NamesAProcessThatHoldsTheOutputOfAnEndedServer",
        "Terminal.DelaysNoExitStatusWhenADaemonHoldsIt",
        "ReadyCommand.LeavesNothingThatItStarted",
        "RestartFindings.AreCollected",
        "Daemon.*",
        "*/AnyDaemon.*",
        "NginxDaemon.*",
        "PostgreSqlDaemon.*",
        "RedisDaemon.*"}},
      {"where guardian and keeper are killed together, the server lives on",
       {"Guardian.ThatIsKilledTogetherWithTheKeeperTakesTheServerAlong",
        "User.IsEndedWithItsTestLikeAnyOther"}},
      {"the end of a test program is seen when nobody has its sockets open any more",
       {"Because/WithoutPidfds.ACopyOfADeadHostKeepsNoServerAlive/*"}},
      {"the stop of a server takes a process for ps, and descriptors for its output",
       {"Limits.WithNoFileOrTheNextFewNameTheLimit", "From/FewFiles.*", "Met/Crowd.*"}},
      {"there are neither memory files nor /proc that could be missing",
       {"All/Fatal.SaysWhatFailedAndWhatToDo/*", "NoTerminal.IsToldWithAWordOn*"}},
      {"what a descriptor refers to is told in other words, or not at all",
       {"DescriptorTable.TellsNumberKindAndTarget", "Guardian.HoldsNoDescriptorOfTheTestProgram",
        "DescriptorTable.ThatGrewFailsATestWithBothPrinted",
        "DescriptorTable.OfAProcessThatMayNotBeLookedAtIsAnError",
        "ConnectionTest.LeavesNoDescriptorOpen",
        "Input.IsHeldByNobodyButTheTestProgramAndTheServer", "Terminal.LeavesNoDescriptorBehind",
        "ListenSockets.ReplaceNeitherAFileNorASocketOnWhichSomebodyListens"}},
      {"a program is executed by its path alone",
       {"*/HandedSockets.LeaveTheProgramThatIsToBeExecutedAlone/*"}},
      {"the limits of another process are not told",
       {"Limits.OfOpenFilesEndAnAcceptLoopByEmfile", "Limits.ArePrintedAsATable", "ServerLimits.*",
        "LimitTable.OfAProcessThatHasGoneIsAnError"}},
      {"a tool and the server below it are not told apart",
       {"SignalGroup.SparesTheToolThatRunsTheServer", "UnderGdbserver.*", "Tool/AboveServer.*"}},
      {"what the threads of a server do is not told",
       {"ThreadStates.*", "HangingServer.IsShownByWhatTheSystemTellsWhereThereIsNoDebugger",
        "HangingServer.IsAFindingWithTheStacksOfADebugger",
        "HangingServer.IsNotAskedByADebuggerWhereTheGraceIsShort"}},
      {"a server is not stopped before its first instruction", {"HeldServer.*"}},
      {"a test program that is interrupted does not wait for its servers", {"Interrupted.*"}},
      {"a server takes longer to stop, and one that lives for a tenth of a second has a log",
       {"Cycles.OfStartAndStopLeaveNothing", "Cycles.OfServersThatDoNotStartLeaveNothing",
        "Report.StandsInTheXmlFile", "Report.HasTheLogsAttachedOnlyForADashboard"}},
      {"hundreds of servers take more runs of ps than there is time for",
       {"ReadyAndGone.*", "ReservedPorts.AreNeverMetByAnotherTestProgram"}},
      {"who sent a notification is not told, and its socket has a path",
       {"ReadyNotify.DoesNotBelieveReadyWithAForeignMainProcess",
        "ReadyNotify.IgnoresAProcessThatIsNoneOfTheServers",
        "EnvironmentOfServiceManager.IsReplacedForAServerThatNotifies", "NotificationsTest.*"}},
      {"no event tells of a change of a file, nor that who wrote it has closed it",
       {"HalfWrittenFile.*", "PathWatchTest.*"}},
      {"whether somebody listens on a unix socket is not told",
       {"ReadyUnixSocket.IsNotMetByTheSocketThatAFormerRunLeft",
        "ReadyUnixSocket.SaysThatTheServerDoesNotListen"}},
  };
  return promises;
}

// The promise that a test rests on, and this build does not make; null if there is none.
const char* MissingPromise(const std::string& test) {
  for (const Promise& promise : PromisesOfLinux()) {
    for (const char* const name : promise.tests) {
      if (::fnmatch(name, test.c_str(), 0) == 0) return promise.text;
    }
  }
  return nullptr;
}

class SkipWhatIsNotPromised : public testing::EmptyTestEventListener {
  void OnTestStart(const testing::TestInfo& test) override {
    const std::string name = std::string(test.test_suite_name()) + "." + test.name();
    const char* const missing = MissingPromise(name);
    if (missing != nullptr) GTEST_SKIP() << "in the portable build, " << missing;
  }
};

[[maybe_unused]] const bool appended = [] {
  testing::UnitTest::GetInstance()->listeners().Append(new SkipWhatIsNotPromised);
  return true;
}();

}  // namespace
