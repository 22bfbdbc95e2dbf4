// Probes that send a request or run a command, and get no answer. A program of its own, in which
// time limits are short.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using namespace std::chrono_literals;

// Before the first time limit is made. The 10 s of a request or of a command are 0.5 s, then.
[[maybe_unused]] const int kShortLimits = ::setenv("TETHER_TIMEOUT_FACTOR", "0.05", 1);

// All others have to last on a busy machine, too.
const StopSequence kPatientStop = {{SIGTERM, 600s}, {SIGKILL}};

TEST(HangingHttpRequest, IsGivenUpAndSentAgain) {
  Server server({.command = {Program("answer_http")},
                 .ready = ready::Http("/hang-once"),
                 .start_timeout = 600s,
                 .stop = kPatientStop});
  EXPECT_TRUE(server.WaitForLine("GET /hang-once 200", 600s));
}

TEST(HangingHttpRequest, IsTheLastError) {
  try {
    const Server server(
        {.command = {Program("listen_quietly")}, .ready = ready::Http("/"), .start_timeout = 100s});
    FAIL() << "it is ready";
  } catch (const StartError& error) {
    EXPECT_THAT(error.what(),
                testing::ContainsRegex("GET http://127.0.0.1:[0-9]+/: no answer within 500 ms"));
  }
}

TEST(HangingCommand, IsEndedAndRunAgain) {
  const std::string directory = testing::TempDir() + "tether_hanging_" + std::to_string(::getpid());
  std::filesystem::create_directory(directory);
  const std::string tag = "TETHER_TEST_TAG=" + directory;
  const std::string script = "[ -e again ] && exit 0; touch again; " + tag + " setsid sleep 60";
  const Server server({.command = {Program("ready_and_wait")},
                       .ready = ready::Command({"sh", "-c", script}),
                       .working_directory = directory,
                       .start_timeout = 600s,
                       .stop = kPatientStop});
  EXPECT_TRUE(support::Eventually([&] { return support::ProcessesWith(tag).empty(); }));
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace tether
