// What a server has from the test program, and what it has not.
#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>

#include "support/guardian.h"
#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::Child;
using support::PlainProcess;
using support::Texts;
using testing::Contains;

// A test program with signals and a umask that no server should have to expect.
class OddHost {
 public:
  OddHost() {
    for (std::size_t i = 0; i < before_.size(); ++i) before_[i] = std::signal(kIgnored[i], SIG_IGN);
    sigset_t blocked;
    ::sigemptyset(&blocked);
    for (const int signal : {SIGTERM, SIGHUP, SIGRTMIN}) ::sigaddset(&blocked, signal);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &mask_before_);
  }
  OddHost(const OddHost&) = delete;
  OddHost& operator=(const OddHost&) = delete;
  ~OddHost() {
    for (std::size_t i = 0; i < before_.size(); ++i) std::signal(kIgnored[i], before_[i]);
    ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
    ::umask(umask_before_);
  }

 private:
  static constexpr std::array kIgnored{SIGINT, SIGPIPE, SIGCHLD, SIGUSR2};
  std::array<void (*)(int), kIgnored.size()> before_{};
  sigset_t mask_before_{};
  const mode_t umask_before_ = ::umask(0157);
};

void ExpectDefaultsAndTheUmask() {
  Server server(Child("show_state"));
  EXPECT_THAT(Texts(server), Contains("ignored."));
  EXPECT_THAT(Texts(server), Contains("blocked."));
  EXPECT_THAT(Texts(server), Contains("umask 157"));
  EXPECT_EQ(server.Stop(), ExitStatus::Signaled{SIGTERM});
}

TEST(OddHost, StartsServersWithDefaultsAndItsUmask) {
  { const Server earlier(Child("ready_and_wait")); }  // a guardian of better times
  const OddHost host;
  ExpectDefaultsAndTheUmask();
}

TEST(OddHost, ThatStartsTheGuardianStartsServersWithDefaultsAndItsUmask) {
  support::EndGuardian();
  const OddHost host;
  ExpectDefaultsAndTheUmask();
}

// A shell that tells all that a process has from the one that started it: directory, environment,
// umask, user, groups, and limits. The last line is for the probe.
const std::vector<std::string> kShowInherited = {
    "/bin/sh", "-c",
    "echo directory $(/bin/pwd -P); tr '\\0' '\\n' < /proc/$$/environ; cat /proc/$$/limits;"
    " grep -E '^(Umask|Uid|Gid|Groups):' /proc/$$/status; echo ready; exec sleep 60"};

std::vector<std::string> InheritedByAPlainProcess() {
  constexpr std::size_t kMostLines = 10'000;
  PlainProcess process(kShowInherited);
  std::vector<std::string> lines;
  do {
    lines.push_back(process.ReadLine());
  } while (lines.back() != "ready" && lines.size() < kMostLines);
  return lines;
}

// A server has what any process has that this one starts now, and it is something else than before.
void ExpectWhatAPlainProcessHas(const std::vector<std::string>& before) {
  const std::vector<std::string> expected = InheritedByAPlainProcess();
  EXPECT_NE(expected, before);
  const Server server({.command = kShowInherited, .ready = ready::Line("ready")});
  EXPECT_EQ(Texts(server), expected);
}

class AtTheCall : public testing::Test {
 protected:
  void SetUp() override {
    const Server earlier({.command = kShowInherited, .ready = ready::Line("ready")});
    before_ = Texts(earlier);
    EXPECT_EQ(before_, InheritedByAPlainProcess());
  }
  std::vector<std::string> before_;
};

TEST_F(AtTheCall, IsTheDirectory) {
  const auto home = std::filesystem::current_path();
  std::filesystem::current_path("/usr");
  ExpectWhatAPlainProcessHas(before_);
  std::filesystem::current_path(home);
}

TEST_F(AtTheCall, IsTheEnvironment) {
  ::setenv("TETHER_TEST_NEW", "a = b", 1);
  ExpectWhatAPlainProcessHas(before_);
  ::unsetenv("TETHER_TEST_NEW");
  ExpectWhatAPlainProcessHas({});
}

TEST_F(AtTheCall, IsTheUmask) {
  const mode_t umask = ::umask(0357);
  ExpectWhatAPlainProcessHas(before_);
  ::umask(umask);
}

TEST_F(AtTheCall, AreTheLimits) {
  std::array<rlimit, RLIMIT_NLIMITS> limits{};
  for (int resource = 0; resource < RLIMIT_NLIMITS; ++resource) {
    rlimit& limit = limits[static_cast<std::size_t>(resource)];
    ::getrlimit(resource, &limit);
    // Sanitizers reserve more memory than there is.
    if (resource == RLIMIT_AS || resource == RLIMIT_DATA) continue;
    // Neither so few that the shell cannot work, nor so many that a change would be refused.
    rlimit other = limit;
    other.rlim_cur = std::min<rlim_t>(limit.rlim_cur, rlim_t{1} << 40U) / 2;
    ::setrlimit(resource, &other);
  }
  ExpectWhatAPlainProcessHas(before_);
  for (int resource = 0; resource < RLIMIT_NLIMITS; ++resource) {
    ::setrlimit(resource, &limits[static_cast<std::size_t>(resource)]);
  }
}

TEST_F(AtTheCall, AreUserAndGroups) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  std::vector<gid_t> groups(static_cast<std::size_t>(::getgroups(0, nullptr)));
  ::getgroups(static_cast<int>(groups.size()), groups.data());
  const auto home = std::filesystem::current_path();
  std::filesystem::current_path("/");
  constexpr gid_t kGroups[] = {100, 4242};
  ASSERT_EQ(::setgroups(2, kGroups), 0);
  ExpectWhatAPlainProcessHas(before_);
  ASSERT_EQ(::setresgid(4243, 4243, 0), 0);
  ASSERT_EQ(::setresuid(65534, 65534, 0), 0);
  ExpectWhatAPlainProcessHas(before_);
  ASSERT_EQ(::setresuid(0, 0, 0), 0);
  ASSERT_EQ(::setresgid(0, 0, 0), 0);
  ASSERT_EQ(::setgroups(groups.size(), groups.data()), 0);
  std::filesystem::current_path(home);
  ExpectWhatAPlainProcessHas({});
}

}  // namespace
}  // namespace tether
