// Runs the suite beside this file over three hosts, which are there for the time of a test.
#include <gmock/gmock.h>
#include <tether/tether.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;

constexpr std::chrono::seconds kPatience{60};

// Why this process cannot make hosts, or nothing.
std::string WhyNoHosts() {
  if (::geteuid() != 0) return "takes root, to make network namespaces";
  tether::Server attempt({.command = {"unshare", "--net", "--mount", "--pid", "--fork", "true"}});
  if (attempt.WaitForExit(kPatience) == tether::ExitStatus::Exited{0}) return {};
  return "no network namespaces can be made here: " + attempt.Text();
}

class OverThreeHosts : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = WhyNoHosts(); !why.empty()) GTEST_SKIP() << why;
  }

  static std::vector<std::string> RunSuite(const std::string& hosts, const std::string& filter) {
    return {HOSTS_DIRECTORY "/run_on_hosts", hosts, tether::Program("over_hosts_suite"),
            "--gtest_also_run_disabled_tests", std::string("--gtest_filter=").append(filter)};
  }

  static tether::ServerOptions WithHosts(const std::vector<std::string>& command) {
    tether::ServerOptions options{.command = {HOSTS_DIRECTORY "/with_hosts", "3"}};
    options.command.insert(options.command.end(), command.begin(), command.end());
    // When the first process of a namespace has ended, the system ends the others a moment later.
    options.may_leave_processes = true;
    // A shell tells so that SIGTERM ended what it ran.
    options.expected_exit.push_back(tether::ExitStatus::Exited{128 + SIGTERM});
    return options;
  }
};

// The pids of all whose command has this text.
std::vector<pid_t> PidsOf(const tether::ProcessTree& processes, const std::string& text) {
  std::vector<pid_t> pids;
  for (const tether::ProcessInfo& process : processes) {
    if (process.command.find(text) != std::string::npos) pids.push_back(process.pid);
  }
  return pids;
}

TEST_F(OverThreeHosts, EachTestRunsOnOneHostAndEachHostHasAThird) {
  tether::Server run(WithHosts(RunSuite("host1,host2,host3", "Keys/*")));
  const auto lines = run.WaitForCount(
      tether::Regex(R"(^(?<host>\S+)\t(?<path>/kv/\d+) is kept on (?<name>\S+)$)"), 12, kPatience);
  ASSERT_TRUE(lines);
  std::map<std::string, std::set<std::string>> paths_on;
  std::set<std::string> paths;
  for (std::size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(lines[i]["host"], lines[i]["name"]);
    paths_on[lines[i]["host"]].insert(lines[i]["path"]);
    paths.insert(lines[i]["path"]);
  }
  EXPECT_THAT(paths_on, UnorderedElementsAre(Pair("host1", SizeIs(4)), Pair("host2", SizeIs(4)),
                                             Pair("host3", SizeIs(4))));
  EXPECT_THAT(paths, SizeIs(12));
  EXPECT_EQ(run.WaitForExit(kPatience), tether::ExitStatus::Exited{0}) << run.Text();
}

TEST_F(OverThreeHosts, AFailureOnOneIsToldWithItsReportAndItsName) {
  tether::Server run(WithHosts(RunSuite("host1,host2,host3", "*.Fails")));
  // Of one test there is no share for the others.
  EXPECT_EQ(run.WaitForExit(kPatience), tether::ExitStatus::Exited{1}) << run.Text();
  EXPECT_THAT(run.Text(), HasSubstr("host1\ton purpose"));
  EXPECT_THAT(run.Text(), HasSubstr("host1\tserver \"kv_server\" in DISABLED_OnPurpose.Fails:"));
  EXPECT_THAT(run.Text(), HasSubstr("host3\t[  PASSED  ] 0 tests."));
}

TEST_F(OverThreeHosts, OneThatCannotBeReachedIsToldWithItsName) {
  tether::Server run(WithHosts(RunSuite("host1,host9", "*.Fails")));
  EXPECT_EQ(run.WaitForExit(kPatience), tether::ExitStatus::Exited{2}) << run.Text();
  EXPECT_THAT(run.Text(), HasSubstr("host9\tssh: Could not resolve hostname host9"));
}

// As ctest ends a test that takes too long: everything on this side at once, by SIGKILL.
TEST_F(OverThreeHosts, ServersOnThemEndWhenTheRunIsKilled) {
  std::vector<std::string> command{"sh", "-c", "\"$@\"; echo killed; exec sleep infinity", "sh"};
  for (const std::string& word : RunSuite("host1,host2", "*.WaitsForever")) command.push_back(word);
  tether::Server hosts(WithHosts(command));
  ASSERT_TRUE(hosts.WaitForLine("waits forever", kPatience));
  const std::string server = "kv_server --port 8080";
  ASSERT_THAT(PidsOf(hosts.processes(), server), SizeIs(1));

  for (const std::string each : {"/parallel --hostgroups", "ssh -F "}) {
    for (const pid_t pid : PidsOf(hosts.processes(), each)) ::kill(pid, SIGKILL);
  }
  EXPECT_TRUE(hosts.WaitForLine("killed", kPatience));
  // A look now and then: the system tells nobody of the end of another's process.
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!PidsOf(hosts.processes(), server).empty()) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << hosts.processes().ToString();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_THAT(hosts.processes().ToString(), HasSubstr("sshd"));
}

TEST_F(OverThreeHosts, NothingIsLeftOfThemAfterwards) {
  tether::Server run(WithHosts(RunSuite("host1,host2", "*.WaitsForever")));
  ASSERT_TRUE(run.WaitForLine("waits forever", kPatience));
  const tether::ProcessTree processes = run.processes();
  ASSERT_THAT(processes.ToString(), AllOf(HasSubstr("sshd"), HasSubstr("kv_server")));
  EXPECT_NE(run.Stop(), tether::ExitStatus::Signaled{SIGKILL});
  for (const tether::ProcessInfo& process : processes) {
    EXPECT_NE(::kill(process.pid, 0), 0) << process.pid;
  }
}

}  // namespace
