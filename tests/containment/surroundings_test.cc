// Whatever the surroundings refuse: the library works, or says what failed and what to do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "containment/surrounded_program.h"
#include "support/processes.h"

namespace tether {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

bool KernelKnowsPidfdsOfPeers() {
  constexpr int kPeerPidfd = 77;  // SO_PEERPIDFD
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return false;
  int handle = -1;
  socklen_t size = sizeof handle;
  const bool known = ::getsockopt(ends[0], SOL_SOCKET, kPeerPidfd, &handle, &size) == 0;
  for (const int each : {ends[0], ends[1], handle}) ::close(each);
  return known;
}

struct Case {
  const char* name;
  Words surroundings;
};

void PrintTo(const Case& each, std::ostream* out) { *out << each.name; }

template <typename T>
std::string NameOf(const testing::TestParamInfo<T>& test) {
  return test.param.name;
}

class Harmless : public Surroundings, public testing::WithParamInterface<Case> {};

TEST_P(Harmless, AllWorks) {
  Run(GetParam().surroundings, {"all", Program("ready_and_wait"), Program("listen_quietly")},
      kAllWorks);
  EXPECT_THAT(Left(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    All, Harmless,
    testing::Values(
        Case{"None", {}}, Case{"PidfdOpenNotPermitted", {"refuse=pidfd_open:EPERM"}},
        Case{"NoPidfdOpen", {"refuse=pidfd_open:ENOSYS"}},
        Case{"PidfdSendSignalNotPermitted", {"refuse=pidfd_send_signal:EPERM"}},
        Case{"NoPidfdSendSignal", {"refuse=pidfd_send_signal:ENOSYS"}},
        Case{"CloseRangeNotPermitted", {"refuse=close_range:EPERM"}},
        Case{"AMillionFiles", {"limit=nofile:1048576"}},
        Case{"AMillionFilesAndNoCloseRange", {"limit=nofile:1048576", "refuse=close_range:ENOSYS"}},
        Case{"AsManyFilesAsMayBeAndNoCloseRange",
             {"limit=nofile:most", "refuse=close_range:ENOSYS"}},
        Case{"ThirtyTwoFiles", {"limit=nofile:32"}},
        Case{"NetlinkNotPermitted", {"refuse=netlink:EPERM"}},
        Case{"NoNetlink", {"refuse=netlink:EAFNOSUPPORT"}},
        Case{"NoMemoryFiles", {"refuse=memfd_create:ENOSYS"}},
        Case{"NothingInDevButNull", {"dev=null"}},
        Case{"AllAtOnce",
             {"dev=null", "limit=nofile:32", "refuse=pidfd_open:EPERM", "refuse=close_range:EPERM",
              "refuse=netlink:EPERM", "refuse=memfd_create:EPERM"}}),
    NameOf<Case>);

unsigned long AvailableKibibytes() {
  std::ifstream memory("/proc/meminfo");
  for (std::string name; memory >> name;) {
    unsigned long amount = 0;
    if (name == "MemAvailable:" && memory >> amount) return amount;
  }
  return 0;
}

TEST_F(Surroundings, OfFourGibibytesOfTouchedMemoryAreHarmless) {
  if (support::kAddressSanitizer || support::kThreadSanitizer) {
    GTEST_SKIP() << "a sanitizer needs a multiple of it";
  }
  if (AvailableKibibytes() < 8UL << 20U) GTEST_SKIP() << "less than 8 GiB of memory are available";
  Run({"touch=4096"}, {"all", Program("ready_and_wait"), Program("listen_quietly")}, kAllWorks);
}

// Where the library cannot work: parts of what it says.
struct FatalCase {
  const char* name;
  Words surroundings;
  Words said;
};

void PrintTo(const FatalCase& each, std::ostream* out) { *out << each.name; }

class Fatal : public Surroundings, public testing::WithParamInterface<FatalCase> {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(directory_);
    ::setenv("TMPDIR", directory_.c_str(), 1);
  }
  void TearDown() override {
    ::unsetenv("TMPDIR");
    Surroundings::TearDown();
    std::filesystem::remove_all(directory_);
  }

  // The text with the name of a directory of the test in place of DIRECTORY.
  std::string Completed(std::string text) const {
    constexpr std::string_view kPlace = "DIRECTORY";
    const auto at = text.find(kPlace);
    return at == std::string::npos ? text : text.replace(at, kPlace.size(), directory_.string());
  }

 private:
  const std::filesystem::path directory_ =
      std::filesystem::path(testing::TempDir()) /
      ("tether_surroundings_test_" + std::to_string(::getpid()));
};

TEST_P(Fatal, SaysWhatFailedAndWhatToDo) {
  Words surroundings = GetParam().surroundings;
  for (std::string& each : surroundings) each = Completed(each);
  std::vector<testing::Matcher<const std::string&>> said = {
      HasSubstr("error: server \"ready_and_wait\" could not be started\n"
                "  problem:  cannot start tether's guardian, the process that starts servers: ")};
  for (const std::string& each : GetParam().said) said.push_back(HasSubstr(Completed(each)));
  Run(surroundings, {"all", Program("ready_and_wait"), Program("listen_quietly")},
      testing::AllOfArray(said));
  EXPECT_THAT(Left(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    All, Fatal,
    testing::Values(
        FatalCase{"NoProc",
                  {"hide=/proc"},
                  {"executing /proc/self/fd/", " failed: No such file or directory (errno 2)",
                   "; /proc is not mounted here (mount -t proc proc /proc)"}},
        FatalCase{"NoFileMayBeWritten",
                  {"limit=fsize:0"},
                  {"write to the memory file tether-guardian: File too large (errno 27)",
                   "; RLIMIT_FSIZE, the limit of the size of a file in bytes, is 0: raise it"}},
        FatalCase{"NoMemoryFilesAndNoTemporaryDirectory",
                  {"refuse=memfd_create:EPERM", "hide=DIRECTORY/.."},
                  {"no memory file can be had (memfd_create: Operation not permitted (errno 1))",
                   "(create DIRECTORY/tether-", ": No such file or directory (errno 2)",
                   "let TMPDIR name a directory in which files can be written"}},
        FatalCase{"NoMemoryFilesAndNothingWritable",
                  {"refuse=memfd_create:ENOSYS", "read_only=DIRECTORY"},
                  {"(memfd_create: Function not implemented (errno 38))",
                   ": Read-only file system (errno 30)); let TMPDIR name a directory"}},
        FatalCase{"NoMemoryFilesAndNothingExecutable",
                  {"refuse=memfd_create:EPERM", "noexec=DIRECTORY"},
                  {"memory files are refused here (memfd_create), and files in DIRECTORY cannot be "
                   "executed, since it is mounted noexec; let TMPDIR name another directory"}}),
    NameOf<FatalCase>);

class WithoutPidfds : public Surroundings, public testing::WithParamInterface<const char*> {};

TEST_P(WithoutPidfds, ADeadHostLeavesNothing) {
  Run({GetParam()}, {"keep", Program("leave_daemon")}, testing::StartsWith("server "));
}

TEST_P(WithoutPidfds, ACopyOfADeadHostKeepsNoServerAlive) {
  if (!KernelKnowsPidfdsOfPeers()) GTEST_SKIP() << "that needs pidfd_open, or Linux 6.5";
  Run({GetParam()}, {"keep_with_copy", Program("ready_and_wait")}, HasSubstr("copy "));
  KillHost();
  EXPECT_TRUE(support::Gone(Printed("server")));
  ::kill(Printed("copy"), SIGKILL);
}

TEST_P(WithoutPidfds, ADeadGuardianIsToldAtOnceAndReplaced) {
  Run({GetParam()}, {"lose_guardian", Program("ready_and_wait")},
      AllOf(HasSubstr("tether's guardian, the process that starts servers, has gone"),
            HasSubstr("\nkilled by SIGTERM (15)\nreplaced\n")));
}

INSTANTIATE_TEST_SUITE_P(Because, WithoutPidfds,
                         testing::Values("refuse=pidfd_open:EPERM", "refuse=pidfd_open:ENOSYS",
                                         "refuse=pidfd_send_signal:EPERM",
                                         "refuse=pidfd_send_signal:ENOSYS"),
                         [](const auto& test) {
                           std::string name =
                               std::string(test.param).substr(std::strlen("refuse="));
                           std::replace(name.begin(), name.end(), ':', '_');
                           return name;
                         });

}  // namespace
}  // namespace tether
