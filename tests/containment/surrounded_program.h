// Runs a test program in hostile surroundings.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <tether/server/program.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/processes.h"
#include "tether/inspect/process_tree.h"

namespace tether {

using Words = std::vector<std::string>;

/// What surrounded prints for the use "all" when all is as it should be.
inline constexpr const char* kAllWorks =
    "line came, port reachable, no file leaked, killed by SIGTERM (15), killed by SIGTERM (15), 0 "
    "forks, "
    "descriptors as before\n";

/// Runs the program surrounded. This process is the subreaper of all that comes of it, its guardian
/// too, so that nothing can be left unseen.
class Surroundings : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0); }

  /// Starts it, and lets it wait when it has printed what `expected` describes. Skips the test if the
  /// surroundings are not to be had.
  void Run(Words words, const Words& use, const testing::Matcher<const std::string&>& expected) {
    words.insert(words.begin(), Program("surrounded"));
    words.emplace_back("--");
    words.insert(words.end(), use.begin(), use.end());
    host_ = std::make_unique<support::PlainProcess>(words);
    printed_ = host_->ReadUntil("done");
    if (printed_.starts_with("skip: ")) GTEST_SKIP() << printed_;
    EXPECT_THAT(printed_, expected);
  }

  /// All that runs below this process, but the host and its guardian.
  Words Left() const {
    Words left;
    const pid_t host = host_ ? host_->pid() : 0;
    for (const ProcessInfo& process : ProcessTree::Of(::getpid())) {
      const bool ours = process.pid == host || process.pid == ::getpid();
      const bool ended = process.state == ProcessState::kZombie;
      // With its name in brackets when it is just ending.
      const bool tethers = process.command == "tether-guardian" ||
                           process.command == "[tether-guardian]" ||
                           process.command == "[tether-keeper]";
      if (!ours && !ended && !tethers) left.push_back(process.command);
    }
    return left;
  }

  /// The number behind this word in what was printed.
  pid_t Printed(const std::string& word) const {
    const auto at = printed_.find(word + " ");
    if (at == std::string::npos) throw std::runtime_error(word + " was not printed");
    return std::stoi(printed_.substr(at + word.size() + 1));
  }

  void KillHost() { host_.reset(); }

  void TearDown() override {
    KillHost();
    EXPECT_TRUE(support::AllChildrenEnd()) << testing::PrintToString(Left());
  }

 private:
  std::unique_ptr<support::PlainProcess> host_;
  std::string printed_;
};

}  // namespace tether
