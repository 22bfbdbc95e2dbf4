// The probe that runs a command.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "readiness/not_ready.h"
#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::ErrorOfStart;
using support::Eventually;
using support::ProcessesWith;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;

Probe ShellCommand(const std::string& script) { return ready::Command({"sh", "-c", script}); }

class ReadyCommand : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directory(directory_); }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  ServerOptions Probed(Probe ready) const {
    return {.command = {Program("ready_and_wait")},
            .ready = std::move(ready),
            .working_directory = directory_};
  }

  // The report when a command does not succeed: the third run of it is the last.
  std::string NotReady(const std::string& script) const {
    const auto give_up = [runs = directory_ / "runs"](const StartingServer&) {
      std::ifstream file(runs);
      if (std::distance(std::istreambuf_iterator<char>(file), {}) < 3) return false;
      throw std::runtime_error("this is enough");
    };
    const Probe probe = ShellCommand("printf x >> runs; " + script);
    return ErrorOfStart(Probed(ready::AllOf(probe, ready::When(give_up, "nothing else"))));
  }

  const std::filesystem::path directory_ =
      testing::TempDir() + "tether_command_" + std::to_string(::getpid());
  const std::string tag_ = "TETHER_TEST_TAG=" + directory_.string();
};

TEST_F(ReadyCommand, IsMetByASuccess) {
  const Server server(Probed(ready::Command({"true"})));
  EXPECT_TRUE(server.running());
}

TEST_F(ReadyCommand, IsTriedUntilItSucceeds) {
  const Server server(Probed(ShellCommand("printf x >> runs; [ $(wc -c < runs) -eq 4 ]")));
  EXPECT_EQ(std::filesystem::file_size(directory_ / "runs"), 4U);
}

TEST_F(ReadyCommand, RunsInTheDirectoryOfTheServer) {
  std::ofstream(directory_ / "here");
  const Server server(Probed(ready::Command({"test", "-e", "here"})));
}

TEST_F(ReadyCommand, RunsInTheDirectoryOfTheTestWhenTheServerDoes) {
  const std::string here = std::filesystem::current_path().string();
  const Server server({.command = {Program("ready_and_wait")},
                       .ready = ShellCommand("[ \"$(pwd -P)\" = \"" + here + "\" ]")});
}

TEST_F(ReadyCommand, HasTheEnvironmentOfTheTestAndNotThatOfTheServer) {
  ::setenv("TETHER_TEST_OF_THE_TEST", "1", 1);
  ServerOptions options = Probed(ShellCommand(
      "[ \"$TETHER_TEST_OF_THE_TEST\" = 1 ] && [ -z \"$TETHER_TEST_OF_THE_SERVER\" ]"));
  options.environment["TETHER_TEST_OF_THE_SERVER"] = "1";
  const Server server(options);
  ::unsetenv("TETHER_TEST_OF_THE_TEST");
}

TEST_F(ReadyCommand, HasAnEmptyStandardInput) {
  const Server server(Probed(ready::Command({"cat"})));
}

TEST_F(ReadyCommand, TellsItsStatusAndWhatItSaidLast) {
  EXPECT_THAT(
      NotReady("echo connecting; echo no response >&2; exit 2"),
      HasSubstr("printf x >> runs; echo connecting; echo no response >&2; exit 2': not met; "
                "sh: exited with code 2: connecting / no response"));
}

TEST_F(ReadyCommand, TellsTheSignalThatKilledIt) {
  EXPECT_THAT(NotReady("kill -9 $$"), HasSubstr("; sh: killed by SIGKILL (9)"));
}

TEST_F(ReadyCommand, TellsTheLastLinesOfMuchOutput) {
  EXPECT_THAT(
      NotReady("head -c 5000000 /dev/zero; printf '\\n\\none\\ntwo\\n  \\n\\nthree\\nfour\\n\\n'; "
               "exit 3"),
      AllOf(HasSubstr("sh: exited with code 3: two / three / four"), Not(HasSubstr("one /"))));
}

TEST_F(ReadyCommand, TellsOfARunThatHasNotEnded) {
  ServerOptions options = Probed(ShellCommand("echo waiting; exec sleep 60"));
  options.start_timeout = support::kTimeToTry;
  EXPECT_THAT(
      ErrorOfStart(options),
      AllOf(HasSubstr("awaited:  success of the command sh -c 'echo waiting; exec sleep 60'"),
            ContainsRegex("met:      sh has been running for [0-9.]+ m?s: waiting\n")));
}

TEST_F(ReadyCommand, ThatIsNotInPathIsAnError) {
  EXPECT_THAT(ErrorOfStart(Probed(ready::Command({"no_such_program_of_tether"}))),
              HasSubstr("no program \"no_such_program_of_tether\" in PATH"));
}

TEST_F(ReadyCommand, ThatCannotBeExecutedFailsTheStartAtOnce) {
  const std::string path = (directory_ / "script").string();
  std::ofstream(path) << "exit 0\n";
  EXPECT_THAT(ErrorOfStart(Probed(ready::Command({path}))),
              AllOf(HasSubstr("problem:  the command script could not be started: cannot execute " +
                              path + ": Permission denied (errno 13); the file lacks the execute "),
                    HasSubstr("state:    running")));
  EXPECT_THAT(ErrorOfStart(Probed(ready::Command({path + "s"}))),
              HasSubstr("No such file or directory (errno 2); there is no such file"));
}

TEST_F(ReadyCommand, WithoutAProgramIsAnError) {
  EXPECT_THAT(ErrorOfStart(Probed(ready::Command({}))),
              HasSubstr("ready: ready::Command was given no program"));
  EXPECT_THAT(ErrorOfStart(Probed(ready::Command({"echo", std::string("a\0b", 3)}))),
              HasSubstr("holds a NUL byte"));
}

TEST_F(ReadyCommand, LeavesNothingThatItStarted) {
  const Server server(
      Probed(ShellCommand(tag_ + " setsid sleep 60 & " + tag_ + " sleep 60 & exit 0")));
  EXPECT_TRUE(Eventually([&] { return ProcessesWith(tag_).empty(); }));
}

TEST_F(ReadyCommand, IsEndedWithTheWait) {
  ServerOptions options = Probed(ready::AllOf(ShellCommand(tag_ + " sleep 60; exit 1"),
                                              ready::When(
                                                  [this] {
                                                    if (ProcessesWith(tag_).empty()) return false;
                                                    throw std::runtime_error("it runs");
                                                  },
                                                  "a run")));
  EXPECT_THAT(ErrorOfStart(options), HasSubstr("it runs"));
  EXPECT_TRUE(Eventually([&] { return ProcessesWith(tag_).empty(); }));
}

TEST_F(ReadyCommand, EndsAtOnceWhenTheServerEnds) {
  ServerOptions options = Probed(ShellCommand("touch begun; exec sleep 60"));
  options.command = {"sh", "-c", "until [ -e begun ]; do sleep 0.01; done; exit 5"};
  options.start_timeout = 600s;
  EXPECT_THAT(ErrorOfStart(options),
              AllOf(HasSubstr("ended before it was ready"), HasSubstr("exited with code 5")));
}

TEST_F(ReadyCommand, DoesNotWaitForItsOutputToEnd) {
  const Server server(Probed(ShellCommand("setsid sleep 60 & exit 0")));
  EXPECT_TRUE(server.running());
}

TEST_F(ReadyCommand, MayCloseItsOutput) {
  const Server server(
      Probed(ShellCommand("exec >&- 2>&-; printf x >> runs; [ $(wc -c < runs) -eq 3 ]")));
}

TEST_F(ReadyCommand, BelongsNotToTheServer) {
  const Server server(Probed(ready::AllOf(ready::Command({"true"}), ready::Immediately())));
  EXPECT_EQ(server.processes().size(), 1U);
}

TEST_F(ReadyCommand, LeavesNoDescriptor) {
  EXPECT_TRUE(support::LeavesNoDescriptor(
      [this] { const Server server(Probed(ready::Command({"true"}))); }));
}

}  // namespace
}  // namespace tether
