// ready::File: lines of which a half has been written. Here the time after which the end of a file
// counts as such is longer than any test.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "support/servers.h"
#include "support/temporary_directory.h"

namespace tether {
namespace {

const int kFactorSet = ::setenv("TETHER_TIMEOUT_FACTOR", "10000", 1);

// Calls are made between two looks of the other probes.
constexpr int kLooks = 5;

const Regex kPort(R"(^port (?<port>\d+))");

class HalfWrittenFile : public testing::Test {
 protected:
  // A server that writes the first half of the file, waits until it was looked at, and writes the
  // rest.
  Server Start(const std::string& first, const std::string& rest) const {
    const Probe seen_and_released = ready::When(
        [this, calls = 0]() mutable {
          std::ifstream file(directory_ / "port");
          std::string half;
          if (std::getline(file, half) && half == "port 47" && ++calls == kLooks) {
            std::ofstream(directory_ / "go");
          }
          return calls >= kLooks;
        },
        "the looks of the test");
    return Server({.command = {"sh", "-c",
                               first + "\nwhile ! test -e go; do sleep 0.01; done\n" + rest +
                                   "\nexec sleep 60"},
                   .ready = ready::AllOf(ready::File("port", kPort), seen_and_released),
                   .working_directory = directory_.path()});
  }

  const support::TemporaryDirectory directory_;
};

TEST_F(HalfWrittenFile, IsNotTakenBeforeTheNewline) {
  ASSERT_EQ(kFactorSet, 0);
  const Server server = Start("exec 3> port; printf 'port 47' >&3", "echo 11 >&3");
  EXPECT_EQ(server.port(), 4711);
}

TEST_F(HalfWrittenFile, IsNotTakenBeforeItIsClosed) {
  const Server server = Start("exec 3> port; printf 'port 47' >&3", "printf 11 >&3; exec 3>&-");
  EXPECT_EQ(server.port(), 4711);
}

TEST_F(HalfWrittenFile, IsNotTakenWhenItIsOpenedOnceMore) {
  const Server server = Start("printf 'port 99' > port; exec 3> port; printf 'port 47' >&3",
                              "printf 11 >&3; exec 3>&-");
  EXPECT_NE(server.port(), 47);
}

TEST_F(HalfWrittenFile, IsTakenAtOnceWhenItWasClosed) {
  for (int round = 0; round < 20; ++round) {
    const std::string name = "port" + std::to_string(round);
    const Server server(
        {.command = {"sh", "-c", "printf 'port 4711' > " + name + "; exec sleep 60"},
         .ready = ready::File(name, kPort),
         .working_directory = directory_.path()});
    EXPECT_EQ(server.port(), 4711);
  }
}

}  // namespace
}  // namespace tether
