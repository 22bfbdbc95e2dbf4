// Servers with resource limits of their own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <sstream>
#include <type_traits>

#include "readiness/not_ready.h"
#include "support/processes.h"
#include "support/servers.h"
#include "support/temporary_directory.h"
#include "tether/server/start_failure.h"

namespace tether {
namespace {

using support::Child;
using support::Ending;
using support::ErrorOfStart;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

// A number is no amount of bytes unless it is made one.
static_assert(!std::is_convertible_v<int, Bytes>);
static_assert(!std::is_convertible_v<int, std::optional<Bytes>>);
static_assert(MiB(2) == KiB(2048) && KiB(1) == Bytes(1024) && GiB(1) > MiB(1023));

// Unlike the small servers of the tests it changes no limit.
const std::vector<std::string> kSleep = {"sleep", "60"};

ServerOptions Limited(const Limits& limits) {
  ServerOptions options = Child("ready_and_wait");
  options.limits = limits;
  return options;
}

ServerOptions UseUp(std::vector<std::string> arguments, const Limits& limits) {
  ServerOptions options = Ending(Child("use_up", std::move(arguments)));
  options.limits = limits;
  return options;
}

TEST(Bytes, AreToldInTheLargestUnitOfWhichTheyAreAWholeNumber) {
  EXPECT_EQ(GiB(3).ToString(), "3 GiB");
  EXPECT_EQ(MiB(1536).ToString(), "1536 MiB");
  EXPECT_EQ(Bytes(1025).ToString(), "1025 bytes");
  EXPECT_EQ(Bytes(1).ToString(), "1 byte");
  EXPECT_EQ(testing::PrintToString(Bytes(0)), "0 bytes");
}

TEST(Bytes, OfMoreThanCanBeCountedAreAnError) {
  EXPECT_THAT([] { GiB(std::int64_t{1} << 40U); },
              testing::ThrowsMessage<Error>("tether::GiB(1099511627776) is more than 64 bits can "
                                            "count in bytes"));
}

TEST(ServerLimits, AreThoseOfTheTestWhereNoneIsGiven) {
  EXPECT_EQ(Server({.command = kSleep}).limits(), CurrentLimits());
}

TEST(ServerLimits, AreWhatTheOptionsSayAndStaySoOverARestart) {
  Server server(Limited({.cpu_time = 20s,
                         .address_space = GiB(2),
                         .data = GiB(1),
                         .stack = MiB(4),
                         .file_size = MiB(1),
                         .core = Bytes(0),
                         .locked_memory = KiB(16),
                         .open_files = 16,
                         .processes = 1000,
                         .nice = 19}));
  const LimitTable expected{.cpu_time = {20s, 21s},
                            .address_space = {GiB(2), GiB(2)},
                            .data = {GiB(1), GiB(1)},
                            .stack = {MiB(4), MiB(4)},
                            .file_size = {MiB(1), MiB(1)},
                            .core = {Bytes(0), Bytes(0)},
                            .locked_memory = {KiB(16), KiB(16)},
                            .open_files = {16, 16},
                            .processes = {1000, 1000},
                            .nice = 19};
  EXPECT_EQ(server.limits(), expected);
  server.Restart();
  EXPECT_EQ(server.limits(), expected);
}

TEST(ServerLimits, OfOneServerAreNotThoseOfTheNextOnTheSameKeeper) {
  Server(Limited({.open_files = 16, .nice = 19})).Stop();
  EXPECT_EQ(Server({.command = kSleep}).limits(), CurrentLimits());
}

TEST(ServerLimits, AreUnknownOnceTheServerHasEnded) {
  Server server(Limited({.open_files = 16}));
  server.Stop();
  EXPECT_THAT([&] { (void)server.limits(); },
              testing::ThrowsMessage<Error>(
                  HasSubstr("server \"ready_and_wait\" has no limits any more: stopped: killed")));
}

TEST(ServerLimits, ArePartOfTheCommandToCopy) {
  const Server server(Limited({.cpu_time = 20s, .file_size = MiB(1), .open_files = 16, .nice = 3}));
  const std::string report = server.Report();
  const std::size_t begin = report.find("prlimit ");
  ASSERT_NE(begin, std::string::npos) << report;
  const std::string command = report.substr(begin, report.find('\n') - begin);
  const Server copied({.command = {"sh", "-c", command}, .ready = ready::Line("ready")});
  // The shell may stay above what it starts.
  const pid_t pid = (copied.processes().end() - 1)->pid;
  LimitTable expected = server.limits();
  expected.nice += CurrentLimits().nice;
  EXPECT_EQ(LimitTable::Of(pid), expected) << command;
}

TEST(LimitTable, IsPrintedAsATable) {
  const LimitTable table{
      .cpu_time = {2s, 3s}, .address_space = {MiB(64), {}}, .open_files = {16, 4096}, .nice = 5};
  const char* const expected =
      "limit                  soft          hard\n"
      "cpu_time                2 s           3 s\n"
      "address_space        64 MiB     unlimited\n"
      "data              unlimited     unlimited\n"
      "stack             unlimited     unlimited\n"
      "file_size         unlimited     unlimited\n"
      "core              unlimited     unlimited\n"
      "locked_memory     unlimited     unlimited\n"
      "open_files               16          4096\n"
      "processes         unlimited     unlimited\n"
      "nice                      5\n";
  std::ostringstream out;
  out << table;
  EXPECT_EQ(out.str(), expected);
  EXPECT_EQ(testing::PrintToString(table), std::string("\n") + expected);
}

TEST(LimitTable, OfAProcessThatHasGoneIsAnError) {
  Server server(Limited({}));
  server.Stop();
  EXPECT_THAT(
      [&] { LimitTable::Of(server.pid()); },
      testing::ThrowsMessage<Error>("cannot find out the limits of process " +
                                    std::to_string(server.pid()) + ": No such process (errno 3)"));
}

TEST(ServerLimits, AboveTheHardLimitOfTheTestAreAnErrorThatNamesBothBeforeAnythingRuns) {
  const auto hard = CurrentLimits().open_files.hard;
  if (!hard) GTEST_SKIP() << "the number of open files is not limited here";
  EXPECT_THAT(ErrorOfStart(Limited({.open_files = *hard + 1})),
              AllOf(HasSubstr("limits: open_files: " + std::to_string(*hard + 1) +
                              " is above the hard limit of this test program, which is " +
                              std::to_string(*hard) +
                              ": ask for at most that, or start the test with a higher one "
                              "(prlimit --nofile)\n"),
                    HasSubstr("  state:    never started\n")));
  EXPECT_EQ(Server(Limited({.open_files = hard})).limits().open_files.soft, hard);
}

TEST(ServerLimits, OfValuesThatMakeNoSenseAreErrorsThatNameThem) {
  const std::vector<std::pair<Limits, const char*>> wrong = {
      {{.cpu_time = 0s}, "limits: cpu_time: 0 s makes no sense: it must be at least 1 s\n"},
      {{.address_space = Bytes(0)},
       "limits: address_space: 0 bytes makes no sense: it must be at least 1 byte\n"},
      {{.stack = KiB(-1)}, "limits: stack: -1 KiB makes no sense: it must be at least 1 byte\n"},
      {{.file_size = Bytes(-1)},
       "limits: file_size: -1 bytes makes no sense: it must be at least 0 bytes\n"},
      {{.open_files = 0}, "limits: open_files: 0 makes no sense: it must be at least 1\n"},
      {{.processes = -5}, "limits: processes: -5 makes no sense: it must be at least 1\n"},
      {{.nice = 20},
       "limits: nice: 20 makes no sense: it must be from -20, which is most urgent, to 19\n"},
      {{.nice = -21}, "limits: nice: -21 makes no sense"}};
  for (const auto& [limits, error] : wrong) {
    EXPECT_THAT(ErrorOfStart(Limited(limits)), HasSubstr(error));
  }
}

TEST(ServerLimits, OfANiceThatMayNotBeHadAreAnErrorThatSaysSo) {
  const Server helper(
      {.command = {"sh", "-c", "nice -n -5 true 2>&1 | grep -q . && echo not; echo so"},
       .ready = ready::Line("so"),
       .may_end = true});
  if (helper.Text().find("not") == std::string::npos) {
    EXPECT_EQ(Server(Limited({.nice = -5})).limits().nice, -5);
    internal::StartRequest request;
    request.nice = -5;
    EXPECT_THAT(internal::StartFailureText(internal::StartStep::kNice, EACCES, request),
                HasSubstr("limits: nice: cannot set -5 (setpriority): Permission denied"));
  } else {
    EXPECT_THAT(ErrorOfStart(Limited({.nice = -5})),
                HasSubstr("limits: nice: cannot set -5 (setpriority): Permission denied (errno "
                          "13); to be more urgent than the test program takes root"));
  }
}

TEST(ServerLimits, OfTooFewFilesToLoadItsLibrariesAreNamedByTheReport) {
  EXPECT_THAT(ErrorOfStart(UseUp({}, {.open_files = 3})),
              AllOf(HasSubstr("ended before it was ready"),
                    HasSubstr("  hint:     limit open_files (3) seems to have been reached: line 1 "
                              "tells so\n")));
}

TEST(ServerLimits, OfTooLittleMemoryToBeginAreNamedByTheReport) {
  EXPECT_THAT(
      ErrorOfStart(UseUp({}, {.address_space = KiB(4)})),
      HasSubstr("  hint:     limit address_space (4 KiB) seems to have been used up: SIGSEGV "
                "ended it\n"));
  EXPECT_THAT(
      ErrorOfStart(UseUp({}, {.address_space = MiB(1)})),
      HasSubstr("  hint:     limit address_space (1 MiB) seems to have been used up: line 1 "
                "tells so\n"));
}

TEST(ServerLimits, OfTooSmallAStackForTheEnvironmentAreNamedByTheReport) {
  const std::string large(100'000, 'x');
  ServerOptions options = UseUp({}, {.stack = KiB(256)});
  options.environment = {{"FIRST", large}, {"SECOND", large}};
  EXPECT_THAT(ErrorOfStart(options),
              AllOf(HasSubstr("Argument list too long (errno 7)"),
                    HasSubstr("  hint:     limit stack (256 KiB) seems to have been used up: it "
                              "could not be executed\n")));
}

TEST(UsedUpLimit, OfAddressSpaceIsNotNamedForACrashLaterOn) {
  Server server(Ending({.command = {"sh", "-c", "echo ready; kill -SEGV $$"},
                        .ready = ready::Line("ready"),
                        .limits = {.address_space = GiB(1)}}));
  EXPECT_TRUE(server.ExpectExit(ExitStatus::Signaled{SIGSEGV}));
  EXPECT_THAT(server.Report(), Not(HasSubstr("hint:")));
}

TEST(UsedUpLimit, OfCpuTimeEndsALoopBySigxcpuAndIsNamed) {
  Server server(UseUp({"cpu"}, {.cpu_time = 1s}));
  EXPECT_EQ(server.WaitForExit(60s), ExitStatus::Signaled{SIGXCPU});
  EXPECT_THAT(server.Report(),
              HasSubstr("  hint:     limit cpu_time (1 s) was used up: SIGXCPU ended it\n"));
}

TEST(UsedUpLimit, OfCpuTimeEndsAServerThatIgnoresItBySigkill) {
  Server server(UseUp({"cpu-and-ignore"}, {.cpu_time = 1s}));
  EXPECT_EQ(server.WaitForExit(60s), ExitStatus::Signaled{SIGKILL});
  EXPECT_THAT(server.Report(),
              HasSubstr("limit cpu_time (1 s) seems to have been used up: SIGKILL ended it"));
}

TEST(UsedUpLimit, OfTheSizeOfAFileEndsTheWriterBySigxfszAndIsNamed) {
  Server server(UseUp({"file", "{dir}/file"}, {.file_size = KiB(64)}));
  EXPECT_EQ(server.WaitForExit(), ExitStatus::Signaled{SIGXFSZ});
  EXPECT_EQ(std::filesystem::file_size(server.options().command.back()), KiB(64).count());
  EXPECT_THAT(
      server.Report(),
      HasSubstr("  hint:     limit file_size (64 KiB) was reached by a file: SIGXFSZ ended it\n"));
}

TEST(UsedUpLimit, OfAddressSpaceMakesAnAllocationFailAndIsNamed) {
  Server server(UseUp({"memory"}, {.address_space = MiB(64)}));
  EXPECT_EQ(server.WaitForExit(), ExitStatus::Signaled{SIGABRT});
  EXPECT_TRUE(server.WaitForLine("bad_alloc"));
  EXPECT_THAT(
      server.Report(),
      AllOf(HasSubstr("  hint:     limit address_space (64 MiB) seems to have been used up: line "),
            Not(HasSubstr("limit data"))));
}

TEST(UsedUpLimit, OfTheStackIsNamedWithTheSignal) {
  Server server(UseUp({"stack"}, {.stack = KiB(512)}));
  EXPECT_EQ(server.WaitForExit(), ExitStatus::Signaled{SIGSEGV});
  EXPECT_THAT(
      server.Report(),
      HasSubstr("hint:     limit stack (512 KiB) seems to have been used up: SIGSEGV ended it\n"));
}

TEST(UsedUpLimit, OfOpenFilesIsNamedWithTheLineWhileTheServerRuns) {
  Server server(UseUp({"files"}, {.open_files = 16}));
  ASSERT_TRUE(server.WaitForLine("open: Too many open files"));
  EXPECT_EQ(server.descriptors().Numbers().back(), 15);
  EXPECT_THAT(
      server.Report(),
      HasSubstr("hint:     limit open_files (16) seems to have been reached: line 2 tells so\n"));
}

TEST(UsedUpLimit, OfDataMakesAnAllocationFailAndIsNamed) {
  Server server(UseUp({"memory"}, {.data = MiB(64)}));
  EXPECT_EQ(server.WaitForExit(), ExitStatus::Signaled{SIGABRT});
  EXPECT_THAT(server.Report(),
              HasSubstr("  hint:     limit data (64 MiB) seems to have been used up: line "));
}

// Limits that root is exempt from.
class UsedUpLimitOfUser : public testing::Test {
 protected:
  // Nobody else has processes of a user of this number.
  ServerOptions AsUser(ServerOptions options) const {
    if (::geteuid() != 0) return options;
    const std::filesystem::path program = directory_ / "use_up";
    std::filesystem::permissions(directory_.path(), std::filesystem::perms(0755));
    std::filesystem::copy(options.command.front(), program);
    options.command.front() = program;
    options.user = std::to_string(100'000 + ::getpid());
    return options;
  }

  const support::TemporaryDirectory directory_;
};

TEST_F(UsedUpLimitOfUser, ForLockedMemoryIsNamedWithTheLine) {
  Server server(AsUser(UseUp({"locked"}, {.locked_memory = KiB(64)})));
  ASSERT_TRUE(server.WaitForLine("mlock: Cannot allocate memory"));
  EXPECT_THAT(server.Report(),
              HasSubstr("hint:     limit locked_memory (64 KiB) seems to have been "
                        "used up: line 2 tells so\n"));
}

TEST_F(UsedUpLimitOfUser, ForProcessesIsNamedWithTheLine) {
  Server server(AsUser(UseUp({"processes"}, {.processes = 5})));
  ASSERT_TRUE(server.WaitForLine("fork: Resource temporarily unavailable"));
  EXPECT_LE(server.processes().size(), 5U);
  EXPECT_THAT(
      server.Report(),
      HasSubstr("hint:     limit processes (5) seems to have been reached: line 2 tells so\n"));
}

TEST(UsedUpLimit, IsNotNamedWhereTheServerHasNoneOfItsOwn) {
  const Server server({.command = {"sh", "-c", "echo Too many open files; sleep 60"},
                       .ready = ready::Line("files"),
                       .limits = {.processes = 1000}});
  EXPECT_THAT(server.Report(), Not(HasSubstr("hint:")));
}

TEST(UsedUpLimit, IsNotNamedForASignalThatTetherSent) {
  Server server(Limited({.cpu_time = 10s}));
  server.Kill();
  EXPECT_THAT(server.Report(), Not(HasSubstr("hint:")));
}

}  // namespace
}  // namespace tether
