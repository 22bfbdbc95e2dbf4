// What the guardian promises: no server outlives its test program, whatever happens to either.
#include "support/guardian.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::Child;
using support::GuardianOf;
using support::KeeperOf;
using support::ParentOf;
using support::PlainProcess;
using testing::HasSubstr;
using namespace std::chrono_literals;

const auto kLost = testing::ElementsAre(Finding::Kind::kLost);

// The pids that a host prints of its server and what that forked.
std::vector<pid_t> PidsFrom(PlainProcess& host) {
  std::vector<pid_t> pids;
  for (std::string line = host.ReadLine(); !line.empty(); line = host.ReadLine()) {
    for (const std::string word : {"worker ", "daemon ", "server "}) {
      if (line.starts_with(word)) pids.push_back(std::stoi(line.substr(word.size())));
    }
    if (line.starts_with("server ")) break;
  }
  return pids;
}

std::string FileToSave() {
  return std::filesystem::path(testing::TempDir()) /
         ("tether_guardian_test_" + std::to_string(::getpid()));
}

// The first line of a file, which is removed.
std::string TakeLine(const std::string& file) {
  std::string line;
  std::getline(std::ifstream(file), line);
  std::filesystem::remove(file);
  return line;
}

struct Death {
  const char* how;  // what the host is told
  int signal;       // what it is sent, if any
};

void PrintTo(const Death& death, std::ostream* out) {
  *out << death.how << (death.signal != 0 ? " and signal " + std::to_string(death.signal) : "");
}

class HostDeath : public testing::TestWithParam<Death> {
 protected:
  // Lets a host that has started this server die; whatever it printed the pid of must end then.
  static void LeavesNothing(std::vector<std::string> server, std::size_t processes) {
    std::vector<std::string> command = {Program("host"), GetParam().how};
    command.insert(command.end(), server.begin(), server.end());
    PlainProcess host(command);
    const std::vector<pid_t> pids = PidsFrom(host);
    ASSERT_EQ(pids.size(), processes);
    if (GetParam().signal != 0) ::kill(host.pid(), GetParam().signal);
    host.Wait();
    for (const pid_t pid : pids) EXPECT_TRUE(support::Gone(pid)) << pid;
  }
};

TEST_P(HostDeath, LeavesNoPlainServer) { LeavesNothing({Program("ready_and_wait")}, 1); }
TEST_P(HostDeath, LeavesNoWorkers) { LeavesNothing({Program("fork_workers"), "2"}, 3); }
TEST_P(HostDeath, LeavesNoDaemon) { LeavesNothing({Program("leave_daemon")}, 2); }

INSTANTIATE_TEST_SUITE_P(Ways, HostDeath,
                         testing::Values(Death{"wait", SIGKILL}, Death{"wait", SIGTERM},
                                         Death{"wait", SIGINT}, Death{"wait", SIGSEGV},
                                         Death{"exit", 0}, Death{"abort", 0}, Death{"throw", 0}),
                         [](const auto& test) {
                           return std::string(test.param.how) + std::to_string(test.param.signal);
                         });

TEST(Guardian, KillsAServerThatIgnoresSigtermWhenItsTestIsKilled) {
  PlainProcess host({Program("host"), "wait", Program("ignore_term")});
  const std::vector<pid_t> pids = PidsFrom(host);
  ASSERT_EQ(pids.size(), 1U);
  ::kill(host.pid(), SIGKILL);
  EXPECT_TRUE(support::Gone(pids.front(), 30s));
}

TEST(Guardian, EndsTheStaticServerOfATestProgramThatReturns) {
  PlainProcess host({Program("host"), "return", Program("save_on_term")});
  const std::vector<pid_t> pids = PidsFrom(host);
  ASSERT_EQ(pids.size(), 1U);
  EXPECT_EQ(host.Wait(), 0);
  EXPECT_TRUE(support::Gone(pids.front(), 0ms));
}

TEST(Guardian, IsNotDisturbedByATestProgramWhoseStandardStreamsAreClosed) {
  PlainProcess host({"/bin/sh", "-c", "exec \"$0\" chatter \"$1\" <&- 2>&-", Program("host"),
                     Program("ready_and_wait")});
  host.ReadAll();
  EXPECT_EQ(host.Wait(), 0);
}

TEST(Guardian, OutlivesASigtermToEverything) {
  Server server(Child("ignore_term"));
  ::kill(GuardianOf(server), SIGTERM);
  ::kill(KeeperOf(server), SIGTERM);
  ::kill(server.pid(), SIGTERM);
  EXPECT_FALSE(server.WaitForLine("never", 50ms));
  EXPECT_TRUE(server.running());
  EXPECT_EQ(server.Stop({{SIGKILL}}), ExitStatus::Signaled{SIGKILL});
}

TEST(Guardian, ThatIsKilledTogetherWithTheKeeperTakesTheServerAlong) {
  Server server(Child("ignore_term"));
  const pid_t pid = server.pid();
  const pid_t keeper = KeeperOf(server);
  const pid_t guardian = GuardianOf(server);
  ::kill(guardian, SIGSTOP);  // it must not notice the keeper's end
  ::kill(keeper, SIGKILL);
  ::kill(guardian, SIGKILL);
  EXPECT_TRUE(support::Gone(pid));
  server.Stop();
  EXPECT_THAT(support::TakeFindings(server), kLost);
}

TEST(Guardian, LetsTheServerOfAKilledTestSaveThoughNobodyReadsItsOutput) {
  const std::string file = FileToSave();
  PlainProcess host({Program("host"), "wait", Program("save_on_term"), file});
  const std::vector<pid_t> pids = PidsFrom(host);
  ASSERT_EQ(pids.size(), 1U);
  ::kill(host.pid(), SIGKILL);
  EXPECT_TRUE(support::Gone(pids.front()));
  EXPECT_EQ(TakeLine(file), "saved");
}

TEST(Guardian, WorksForAnUnprivilegedUserAndForATestThatWasCopiedElsewhere) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  const auto directory = std::filesystem::temp_directory_path() /
                         ("tether_guardian_test_copy_" + std::to_string(::getpid()));
  std::filesystem::create_directories(directory);
  ::chmod(directory.c_str(), 0755);
  for (const char* program : {"host", "leave_daemon"}) {
    std::filesystem::copy_file(Program(program), directory / program);
  }
  // Like root's home: the user is in it without being able to go there.
  const auto before = std::filesystem::current_path();
  std::filesystem::create_directories(directory / "private");
  ::chmod((directory / "private").c_str(), 0700);
  std::filesystem::current_path(directory / "private");
  PlainProcess host({"/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                     (directory / "host").string(), "wait", (directory / "leave_daemon").string()});
  const std::vector<pid_t> pids = PidsFrom(host);
  std::filesystem::current_path(before);
  EXPECT_EQ(pids.size(), 2U);
  ::kill(host.pid(), SIGKILL);
  for (const pid_t pid : pids) EXPECT_TRUE(support::Gone(pid)) << pid;
  std::filesystem::remove_all(directory);
}

TEST(Guardian, IsNoDescendantOfTheTestProgram) {
  const Server server(Child("ready_and_wait"));
  for (pid_t pid = server.pid(); pid > 1; pid = ParentOf(pid)) {
    EXPECT_NE(pid, ::getpid());
  }
}

TEST(Guardian, HoldsNoDescriptorOfTheTestProgram) {
  const int own_file = ::open("/dev/zero", O_RDONLY);  // not close-on-exec
  PlainProcess host({Program("host"), "wait", Program("ready_and_wait")});
  const std::vector<pid_t> pids = PidsFrom(host);
  ::close(own_file);
  ASSERT_EQ(pids.size(), 1U);
  const pid_t keeper = ParentOf(pids.front());
  for (const pid_t pid : {ParentOf(keeper), keeper}) {
    const auto is_own = [&](const Descriptor& each) {
      return each.target == "/dev/null" || each.target.starts_with("anon_inode:") ||
             each.target.starts_with("socket:") ||
             (pid == keeper && each.target.starts_with("pipe:"));
    };
    // It gives what a keeper needs away a moment after that has begun.
    EXPECT_TRUE(support::Eventually([&] {
      const DescriptorTable table = DescriptorTable::Of(pid);
      return std::all_of(table.begin(), table.end(), is_own);
    })) << testing::PrintToString(DescriptorTable::Of(pid));
  }
}

TEST(Guardian, ThatIsKilledTakesItsServersAlongAndIsTheReasonTold) {
  Server server(Child("ready_and_wait"));
  const pid_t pid = server.pid();
  ::kill(GuardianOf(server), SIGKILL);
  const LineMatch match = server.WaitForLine("never", 60s);
  EXPECT_THAT(match.explanation(), HasSubstr("tether's guardian, the process that starts servers, "
                                             "has gone"));
  EXPECT_TRUE(support::Gone(pid));
  EXPECT_EQ(server.Stop(), ExitStatus::Signaled{SIGTERM});
  ASSERT_TRUE(server.UnexpectedEnd());
  EXPECT_THAT(*server.UnexpectedEnd(), HasSubstr("guardian"));
  EXPECT_THAT(support::TakeFindings(server), kLost);
}

TEST(Guardian, ThatIsKilledIsReplacedForTheNextServer) {
  Server first(Child("ready_and_wait"));
  const pid_t guardian = GuardianOf(first);
  ::kill(guardian, SIGKILL);
  ASSERT_TRUE(support::Gone(guardian));
  Server second(Child("ready_and_wait"));
  EXPECT_TRUE(second.running());
  EXPECT_NE(GuardianOf(second), guardian);
  EXPECT_EQ(second.Stop(), ExitStatus::Signaled{SIGTERM});
  first.Stop();
  EXPECT_THAT(support::TakeFindings(first), kLost);
}

TEST(Guardian, EndsWhatAKilledKeeperLeftBehind) {
  Server server(Child("fork_workers", {"2"}));
  const pid_t pid = server.pid();
  ::kill(KeeperOf(server), SIGKILL);
  EXPECT_FALSE(server.WaitForLine("never", 60s));
  const ExitStatus status = server.Stop();
  EXPECT_TRUE(support::Gone(pid, 0ms));
  EXPECT_TRUE(std::holds_alternative<ExitStatus::Unknown>(status.value())) << status.ToString();
  EXPECT_THAT(status.ToString(), HasSubstr("its keeper"));
  EXPECT_THAT(support::TakeFindings(server), kLost);
}

TEST(Guardian, EndsWithItsTestProgram) {
  PlainProcess host({Program("host"), "wait", Program("ready_and_wait")});
  const std::vector<pid_t> pids = PidsFrom(host);
  ASSERT_EQ(pids.size(), 1U);
  const pid_t keeper = ParentOf(pids.front());
  const pid_t guardian = ParentOf(keeper);
  ::kill(host.pid(), SIGKILL);
  EXPECT_TRUE(support::Gone(keeper));
  EXPECT_TRUE(support::Gone(guardian));
}

TEST(Keeper, TakesTheNextServerOnceItsTreeIsEmpty) {
  Server first(Child("ready_and_wait"));
  const pid_t keeper = KeeperOf(first);
  first.Stop();
  const Server second(Child("ready_and_wait"));
  EXPECT_EQ(KeeperOf(second), keeper);
}

TEST(Keeper, LetsTheRestSaveWhenItsServerAndItsTestProgramEndAtTheSameTime) {
  const std::string file = FileToSave();
  PlainProcess host({Program("host"), "wait", Program("leave_daemon"), file});
  const std::vector<pid_t> pids = PidsFrom(host);
  ASSERT_EQ(pids.size(), 2U);
  const pid_t daemon = pids.front();
  const pid_t server = pids.back();
  const pid_t keeper = ParentOf(server);
  const pid_t guardian = ParentOf(keeper);
  ::kill(keeper, SIGSTOP);  // until there is all of it to see
  ::kill(server, SIGKILL);
  EXPECT_TRUE(support::Gone(server));
  ::kill(host.pid(), SIGKILL);
  host.Wait();
  ::kill(guardian, SIGKILL);  // it shall not do the work of the keeper
  ::kill(keeper, SIGCONT);
  EXPECT_TRUE(support::Gone(daemon));
  EXPECT_EQ(TakeLine(file + ".1"), "saved");
}

}  // namespace
}  // namespace tether
