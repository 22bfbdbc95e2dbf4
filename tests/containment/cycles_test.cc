// A thousand servers, one after another, leave nothing: neither here nor in tether's processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <tether/tether.h>  // its listener keeps the last servers that ended for the report
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>

#include "support/descriptors.h"
#include "support/guardian.h"
#include "support/processes.h"
#include "support/servers.h"
#include "tether/inspect/descendants.h"

namespace tether {
namespace {

using support::Child;
using testing::IsEmpty;

constexpr bool kSanitizer = support::kAddressSanitizer || support::kThreadSanitizer;
constexpr int kWarmUp = 100;
constexpr int kCycles = kSanitizer ? 200 : 1000;

// A hundred bytes that each cycle loses are more than this.
constexpr long kMostGrowthKib = 64;
// The allocator does not give back all that is freed.
constexpr long kMostPageGrowthKib = 128;

std::vector<std::string> Names(const std::filesystem::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    names.push_back(entry.path().filename());
  }
  return names;
}

std::size_t SharedMemoryFiles() {
  const std::vector<std::string> names = Names("/dev/shm");
  return static_cast<std::size_t>(std::count_if(names.begin(), names.end(), [](const auto& name) {
    return name.find("tether") != std::string::npos;
  }));
}

// Its own, without what it shares with the program file: pages of that are mapped as it pleases the
// system. From the page tables (man 5 proc_pid_smaps), since the counters of a process are estimates.
long AnonymousKib(pid_t pid) {
  std::ifstream rollup("/proc/" + std::to_string(pid) + "/smaps_rollup");
  for (std::string word; rollup >> word;) {
    if (word == "Anonymous:" && rollup >> word) return std::stol(word);
  }
  return -1;
}

long AllocatedKib() {
  const auto info = ::mallinfo2();
  return static_cast<long>((info.uordblks + info.hblkhd) / 1024);
}

// All that a cycle could leave, in this process and in tether's.
struct Traces {
  Traces(pid_t keeper, pid_t guardian)
      : own(DescriptorTable::OfThisProcess()),
        of_keeper(DescriptorTable::Of(keeper)),
        of_guardian(DescriptorTable::Of(guardian)),
        threads(Names("/proc/self/task")),
        children(internal::ChildPids(::getpid())),
        keepers(internal::DescendantPids(guardian)),
        allocated(AllocatedKib()),
        pages{AnonymousKib(::getpid()), AnonymousKib(keeper), AnonymousKib(guardian)} {}

  DescriptorTable own, of_keeper, of_guardian;
  std::vector<std::string> threads;
  std::vector<pid_t> children;  // zombies, too
  std::vector<pid_t> keepers;
  std::size_t shared_memory = SharedMemoryFiles();
  long allocated;
  std::array<long, 3> pages;  // here, in the keeper, in the guardian
};

class Cycles : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(directory_);
    ::setenv("TMPDIR", directory_.c_str(), 1);  // where all temporary files would be
    Server first(Child("ready_and_wait"));
    keeper_ = support::KeeperOf(first);
    guardian_ = support::GuardianOf(first);
  }
  void TearDown() override {
    ::unsetenv("TMPDIR");
    std::filesystem::remove_all(directory_);
  }

  // Does the same again and again, and expects no more traces of that than of the first times.
  void Repeat(const std::function<void()>& cycle) {
    for (int i = 0; i < kWarmUp; ++i) cycle();
    const Traces before = Now();
    for (int i = 0; i < kCycles && !HasFailure(); ++i) cycle();
    const Traces after = Now();
    EXPECT_EQ(after.own, before.own);
    EXPECT_EQ(after.of_keeper, before.of_keeper);
    EXPECT_EQ(after.of_guardian, before.of_guardian);
    EXPECT_EQ(after.threads, before.threads);
    EXPECT_THAT(after.children, IsEmpty());
    EXPECT_EQ(after.keepers, before.keepers);
    EXPECT_THAT(Names(directory_), IsEmpty());
    EXPECT_EQ(after.shared_memory, before.shared_memory);
    if (kSanitizer) return;  // they keep memory on purpose
    EXPECT_LE(after.allocated, before.allocated + kMostGrowthKib);
    for (std::size_t i = 0; i < after.pages.size(); ++i) {
      EXPECT_LE(after.pages[i], before.pages[i] + kMostPageGrowthKib);
    }
  }

 private:
  // The keeper closes its pipes after it has told the end of a server, and what a server has printed
  // may be brought to its log a moment later.
  Traces Now() const {
    std::optional<Traces> now;
    EXPECT_TRUE(support::Eventually([&] {
      now.emplace(keeper_, guardian_);
      return std::none_of(now->of_keeper.begin(), now->of_keeper.end(),
                          [](const auto& each) { return each.kind == DescriptorKind::kPipe; }) &&
             support::HasNoLog(now->own);
    }));
    return *now;
  }

  const std::filesystem::path directory_ =
      std::filesystem::path("/tmp") / ("tether_cycles_test_" + std::to_string(::getpid()));
  pid_t keeper_ = -1;
  pid_t guardian_ = -1;
};

TEST_F(Cycles, OfStartAndStopLeaveNothing) {
  Repeat([] {
    Server server(Child("ready_and_wait"));
    ASSERT_EQ(server.Stop(), ExitStatus::Signaled{SIGTERM});
  });
}

TEST_F(Cycles, OfServersThatEndByThemselvesLeaveNothing) {
  Repeat([] {
    Server server({.command = {Program("exit_with"), "3", "bye"}});
    ASSERT_EQ(server.WaitForExit(), ExitStatus::Exited{3});
  });
}

TEST_F(Cycles, OfServersThatDoNotStartLeaveNothing) {
  Repeat([] {
    ASSERT_THROW(Server({.command = {"/"}}), StartError);
    ASSERT_THROW(Server({.command = {Program("exit_with")}, .ready = ready::Listening()}),
                 StartError);
  });
}

}  // namespace
}  // namespace tether
