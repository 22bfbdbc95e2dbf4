// Servers that end in the same moment in which they are ready, or would have been.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <thread>
#include <vector>

#include "output/printed.h"
#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::ErrorOf;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

constexpr bool kSanitized = support::kThreadSanitizer || support::kAddressSanitizer;
constexpr int kThreads = 4;
constexpr int kTrials = kSanitized ? 400 : 10'000;
constexpr int kTogether = 20;

// Prints these lines and exits, each time with another status.
ServerOptions Trial(int number, const std::string& lines) {
  return {.command = {Program("exit_with"), std::to_string(number % 256), lines},
          .ready = ready::Line("ready"),
          .start_timeout = 600s};
}

std::string StatusText(int number) { return std::to_string(number % 256); }

// Several at the same time, so that readers and keepers are disturbed as they are in real suites;
// until one fails.
void ForEachTrial(int step, const std::function<void(int)>& trial) {
  std::vector<std::jthread> threads;
  for (int first = 0; first < kThreads; ++first) {
    threads.emplace_back([=, &trial] {
      for (int number = first * step; number < kTrials && !testing::Test::HasFailure();
           number += kThreads * step) {
        trial(number);
      }
    });
  }
}

TEST(ReadyAndGone, IsReadyAndItsStatusIsKnown) {
  ForEachTrial(1, [](int number) {
    Server server(Trial(number, "first\nready\nlast"));
    EXPECT_EQ(server.WaitForExit(), ExitStatus::Exited{number % 256});
    EXPECT_EQ(server.Text(), "first\nready\nlast");
  });
}

TEST(ReadyAndGone, IsReadyAmongServersThatStartTogether) {
  ForEachTrial(kTogether, [](int number) {
    std::vector<ServerOptions> options;
    for (int i = 0; i < kTogether; ++i) options.push_back(Trial(number + i, "first\nready\nlast"));
    std::vector<Server> servers = StartAll(options);
    for (int i = 0; i < kTogether; ++i) {
      EXPECT_EQ(servers[static_cast<std::size_t>(i)].WaitForExit(),
                ExitStatus::Exited{(number + i) % 256});
    }
  });
}

TEST(GoneUnready, IsToldAtOnceWithItsStatusAndAllOfItsOutput) {
  ForEachTrial(1, [](int number) {
    EXPECT_THAT(ErrorOf([&] { Server(Trial(number, "first\nnot read\nlast")); }),
                AllOf(StartsWith("server \"exit_with\" ended before it was ready\n"),
                      HasSubstr("  state:    exited with code " + StatusText(number) + " after "),
                      HasSubstr("  output:   3 lines\n"), HasSubstr("err| first\n"),
                      HasSubstr("err| not read\n"), HasSubstr("err| last\n")));
  });
}

}  // namespace
}  // namespace tether
