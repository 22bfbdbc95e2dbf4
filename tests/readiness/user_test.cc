// Servers that run as another user than the test program.
#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "readiness/not_ready.h"
#include "support/guardian.h"
#include "support/processes.h"
#include "support/servers.h"
#include "tether/guardian/user_account.h"

namespace tether {
namespace {

using support::ErrorOfStart;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const std::vector<std::string> kShowUser = {
    "/bin/sh", "-c",
    "grep -E '^(Uid|Gid|Groups):' /proc/self/status | tr '\\t' ' '; echo HOME=$HOME; "
    "echo LOGNAME=$LOGNAME; echo SHELL=$SHELL; echo USER=$USER; echo PATH=$PATH; echo ready; "
    "exec sleep 60"};

ServerOptions ShowUser(const std::string& user) {
  return {.command = kShowUser, .ready = ready::Line("ready"), .user = user};
}

std::string IdLine(const char* label, unsigned id) {
  const std::string number = " " + std::to_string(id);
  return label + number + number + number + number;
}

// For root, who can be everybody.
class User : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can start a server as another user";
    nobody_ = ::getpwnam("nobody");
    if (nobody_ == nullptr) GTEST_SKIP() << "this system has no user nobody";
  }

  const passwd* nobody_ = nullptr;
};

TEST_F(User, AndItsGroupsAreThoseOfTheServer) {
  Server server(ShowUser("nobody"));
  const auto lines = support::Texts(server);
  EXPECT_THAT(lines, Contains(IdLine("Uid:", nobody_->pw_uid)));
  EXPECT_THAT(lines, Contains(IdLine("Gid:", nobody_->pw_gid)));
  EXPECT_THAT(lines, Contains("Groups: " + std::to_string(nobody_->pw_gid) + " "));
  EXPECT_EQ(server.Stop(), ExitStatus::Signaled{SIGTERM});
}

TEST_F(User, IsSeenInTheEnvironment) {
  const auto lines = support::Texts(Server(ShowUser("nobody")));
  EXPECT_THAT(lines, Contains(std::string("HOME=") + nobody_->pw_dir));
  EXPECT_THAT(lines, Contains(std::string("SHELL=") + nobody_->pw_shell));
  EXPECT_THAT(lines, Contains("LOGNAME=nobody"));
  EXPECT_THAT(lines, Contains("USER=nobody"));
  EXPECT_THAT(lines, Contains(std::string("PATH=") + std::getenv("PATH")));
}

TEST_F(User, DoesNotOverrideTheEnvironmentOfTheOptions) {
  ServerOptions options = ShowUser("nobody");
  options.environment = {{"HOME", "/tmp"}, {"SHELL", std::nullopt}};
  const auto lines = support::Texts(Server(options));
  EXPECT_THAT(lines, AllOf(Contains("HOME=/tmp"), Contains("SHELL="), Contains("USER=nobody")));
}

TEST_F(User, IsNotSeenInAnEnvironmentThatIsNotInherited) {
  ServerOptions options = ShowUser("nobody");
  options.inherit_environment = false;
  EXPECT_THAT(support::Texts(Server(options)), Contains("USER="));
}

TEST_F(User, CanBeANumber) {
  const auto lines = support::Texts(Server(ShowUser(std::to_string(nobody_->pw_uid))));
  EXPECT_THAT(lines, Contains(IdLine("Uid:", nobody_->pw_uid)));
  EXPECT_THAT(lines, Contains("USER=nobody"));
}

TEST_F(User, CanBeANumberThatTheSystemDoesNotKnow) {
  const unsigned unknown = 54321;
  if (::getpwuid(unknown) != nullptr) GTEST_SKIP() << "it knows " << unknown;
  const auto lines = support::Texts(Server(ShowUser(std::to_string(unknown))));
  EXPECT_THAT(lines, Contains(IdLine("Uid:", unknown)));
  EXPECT_THAT(lines, Contains(IdLine("Gid:", unknown)));
  EXPECT_THAT(lines, Contains(testing::MatchesRegex("Groups: *")));
  EXPECT_THAT(lines, Contains("HOME=/"));
}

TEST_F(User, CanOpenWhatItPrintsToByName) {
  const Server server({.command = {"/bin/sh", "-c",
                                   "echo out >/dev/stdout; echo err >/dev/stderr;"
                                   " echo ready; exec sleep 60"},
                       .ready = ready::Line("ready"),
                       .user = "nobody"});
  EXPECT_THAT(support::Texts(server), AllOf(Contains("out"), Contains("err")));
}

TEST_F(User, CanOpenATerminalByName) {
  const Server server(
      {.command = {"/bin/sh", "-c", "echo out >/dev/stdout; echo ready; exec sleep 60"},
       .ready = ready::Line("ready"),
       .user = "nobody",
       .output = Output::kTerminal});
  EXPECT_THAT(support::Texts(server), Contains("out"));
}

TEST_F(User, WhoseServerHasEndedLeavesRootAsItWas) {
  { const Server nobodys(ShowUser("nobody")); }
  EXPECT_THAT(support::Texts(Server(ShowUser(""))), Contains(IdLine("Uid:", 0)));
  EXPECT_THAT(support::Texts(Server(support::Child("ready_and_wait"))), Contains("ready"));
}

TEST_F(User, IsInTheCommandToCopy) {
  const Server server(ShowUser("nobody"));
  const std::string switch_of_user = "setpriv --reuid=" + std::to_string(nobody_->pw_uid) +
                                     " --regid=" + std::to_string(nobody_->pw_gid) +
                                     " --init-groups env HOME=";
  EXPECT_THAT(server.Report(), HasSubstr(switch_of_user));
}

TEST_F(User, OfTheCommandToCopyIsTheSame) {
  ServerOptions options = ShowUser("nobody");
  options.command = {"/bin/sh", "-c", "grep -E '^(Uid|Gid|Groups):' /proc/self/status; echo $HOME"};
  options.ready = ready::Immediately();
  Server server(options);
  ASSERT_TRUE(server.WaitForExit());
  std::string lines;
  for (const std::string& line : support::Texts(server)) lines += line + "\n";
  support::PlainProcess copied({"/bin/sh", "-c", internal::CommandToCopy(options)});
  EXPECT_EQ(copied.ReadAll(), lines);
}

TEST_F(User, WhoMayNotExecuteTheProgramIsToldSo) {
  const auto directory =
      std::filesystem::path(testing::TempDir()) / ("tether_user_" + std::to_string(::getpid()));
  std::filesystem::create_directory(directory);
  ::chmod(directory.c_str(), 0700);
  std::filesystem::copy(Program("ready_and_wait"), directory / "server");
  try {
    const Server server({.command = {directory / "server"}, .user = "nobody"});
    ADD_FAILURE() << "it was executed";
  } catch (const StartError& error) {
    EXPECT_THAT(error.what(), HasSubstr("Permission denied"));
    EXPECT_THAT(error.what(), HasSubstr("user " + std::to_string(nobody_->pw_uid) +
                                        " must be allowed to execute it"));
  }
  std::filesystem::remove_all(directory);
}

// What root has in most containers: without CAP_SYS_PTRACE it may not look at processes of others.
class WithoutPtrace {
 public:
  WithoutPtrace() {
    ::syscall(SYS_capget, &header_, before_.data());
    auto fewer = before_;
    fewer[CAP_TO_INDEX(CAP_SYS_PTRACE)].effective &= ~CAP_TO_MASK(CAP_SYS_PTRACE);
    ::syscall(SYS_capset, &header_, fewer.data());
  }
  WithoutPtrace(const WithoutPtrace&) = delete;
  WithoutPtrace& operator=(const WithoutPtrace&) = delete;
  ~WithoutPtrace() { ::syscall(SYS_capset, &header_, before_.data()); }

 private:
  __user_cap_header_struct header_{_LINUX_CAPABILITY_VERSION_3, 0};  // of this thread
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> before_{};
};

// What the system takes back when a thread acts as another user.
std::string StateOfThisThread() {
  std::ifstream status("/proc/thread-self/status");
  std::string text(std::istreambuf_iterator<char>(status), {});
  int parent_death_signal = 0;
  ::prctl(PR_GET_PDEATHSIG, &parent_death_signal);
  return text.substr(text.find("\nUid:"), text.find("\nFDSize:") - text.find("\nUid:")) +
         text.substr(text.find("\nCapInh:"), text.find("\nCapBnd:") - text.find("\nCapInh:")) +
         "\ndumpable " + std::to_string(::prctl(PR_GET_DUMPABLE)) + ", parent death signal " +
         std::to_string(parent_death_signal);
}

TEST_F(User, IsNoSecretToRootWithoutTheRightToTrace) {
  const WithoutPtrace in_a_container;
  ::prctl(PR_SET_PDEATHSIG, SIGUSR1);
  const std::string before = StateOfThisThread();
  Server server(
      {.command = {Program("listen_quietly")}, .ready = ready::Listening(), .user = "nobody"});
  EXPECT_NE(server.port(), 0);
  EXPECT_GE(server.descriptors().size(), 4U);
  EXPECT_EQ(StateOfThisThread(), before);
  ::prctl(PR_SET_PDEATHSIG, 0);
}

TEST_F(User, IsEndedWithItsTestLikeAnyOther) {
  Server server(ShowUser("nobody"));
  const pid_t keeper = support::KeeperOf(server);
  const pid_t guardian = support::GuardianOf(server);
  // When both are killed at once, the system ends the server.
  ::kill(guardian, SIGSTOP);
  ::kill(keeper, SIGKILL);
  ::kill(guardian, SIGKILL);
  EXPECT_TRUE(support::Gone(server.pid()));
  server.Stop();
  EXPECT_THAT(support::TakeFindings(server), Not(IsEmpty()));
}

TEST(UserOfTheTest, NeedsNoRoot) {
  const std::string self = std::to_string(::geteuid());
  const Server server(ShowUser(self));
  EXPECT_THAT(support::Texts(server), Contains(IdLine("Uid:", ::geteuid())));
}

TEST(UnknownUser, FailsTheStart) {
  const std::string error = ErrorOfStart(ShowUser("no such user"));
  EXPECT_THAT(error, HasSubstr("user: this system knows no user \"no such user\""));
  EXPECT_THAT(error, HasSubstr("setpriv --reuid='no such user'"));
}

TEST(UnknownUser, OfTheNumberThatMeansNoneFailsTheStart) {
  EXPECT_THAT(ErrorOfStart(ShowUser("4294967295")), HasSubstr("knows no user \"4294967295\""));
  EXPECT_THAT(ErrorOfStart(ShowUser("-1")), HasSubstr("knows no user \"-1\""));
}

void BecomeNobodyAndStartAsRoot() {
  if (::geteuid() == 0 && ::setresuid(65534, 65534, 65534) != 0) std::exit(2);
  const std::string error = ErrorOfStart(ShowUser("root"));
  std::fputs(error.c_str(), stderr);
  std::exit(error.empty() ? 3 : 0);
}

TEST(AnotherUser, OfATestThatIsNotRootFailsTheStart) {
  if (support::kThreadSanitizer) GTEST_SKIP() << "it ends a forked copy that starts a thread";
  EXPECT_EXIT(BecomeNobodyAndStartAsRoot(), testing::ExitedWithCode(0),
              "only root can start a server as another one");
}

TEST(UserAccount, HasAllGroupsOfTheUser) {
  const internal::UserAccount root = internal::FindUser("root");
  EXPECT_EQ(root.ids.user, 0U);
  EXPECT_THAT(root.ids.groups, Contains(root.ids.group));
  EXPECT_THAT(root.home, StartsWith("/"));
  EXPECT_TRUE(root.known);
}

}  // namespace
}  // namespace tether
