// Ctrl-C, and other signals that interrupt a test program.
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <tether/tether.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "containment/terminal_process.h"
#include "support/processes.h"
#include "support/servers.h"
#include "support/temporary_directory.h"

namespace tether {
namespace {

using namespace std::chrono_literals;
using support::PlainProcess;
using support::TerminalProcess;
using testing::HasSubstr;

ExitStatus Wait(pid_t pid) {
  int status = 0;
  EXPECT_EQ(::waitpid(pid, &status, 0), pid);
  return ExitStatus::FromWaitStatus(status);
}

bool Lives(pid_t pid) { return internal::FindProcess(pid).has_value(); }

// A test program with this server, in a terminal.
class Interrupted : public testing::Test {
 protected:
  TerminalProcess Start(std::vector<std::string> server) {
    std::vector<std::string> command = {"/usr/bin/env", "TETHER_KEEP_LOGS=1",
                                        "TETHER_LOG_DIR=" + logs_.path().string(), Program("host"),
                                        "wait"};
    command.insert(command.end(), server.begin(), server.end());
    TerminalProcess host(std::move(command));
    server_ = std::stoi(host.ReadBehind("server "));
    return host;
  }

  std::string Log() const {
    std::string text;
    for (const auto& each : std::filesystem::recursive_directory_iterator(logs_.path())) {
      std::ifstream file(each.path());
      if (each.is_regular_file()) text.append(std::istreambuf_iterator<char>(file), {});
    }
    return text;
  }

  pid_t server_ = -1;

 private:
  const support::TemporaryDirectory logs_;
};

TEST_F(Interrupted, TestProgramIsKilledBySigintWhenItsServersHaveEnded) {
  TerminalProcess host = Start({Program("save_on_term")});
  host.Type('\x03');
  EXPECT_EQ(Wait(host.pid()), ExitStatus::Signaled{SIGINT});
  EXPECT_FALSE(Lives(server_));
}

TEST_F(Interrupted, ServersSaveAndTheirLogsAreComplete) {
  const support::TemporaryDirectory directory;
  TerminalProcess host = Start({Program("save_on_term"), directory / "saved"});
  host.Type('\x03');
  EXPECT_EQ(Wait(host.pid()), ExitStatus::Signaled{SIGINT});
  EXPECT_TRUE(std::filesystem::exists(directory / "saved"));
  EXPECT_THAT(Log(), HasSubstr("saving part 1000 of 1000"));
  EXPECT_TRUE(Log().ends_with("saved\n"));
}

TEST_F(Interrupted, PersonIsToldWhenItTakesAMoment) {
  TerminalProcess host = Start({"grace=3000", Program("ignore_term")});
  host.Type('\x03');
  host.ReadBehind("tether: interrupted; the servers are being ended (Ctrl-C again: do not wait");
  host.ReadBehind("tether: all servers have ended");
  EXPECT_EQ(Wait(host.pid()), ExitStatus::Signaled{SIGINT});
  EXPECT_FALSE(Lives(server_));
}

TEST_F(Interrupted, PersonNeedNotWait) {
  TerminalProcess host = Start({"grace=20000", Program("ignore_term")});
  host.Type('\x03');
  host.ReadBehind("tether: interrupted");
  EXPECT_TRUE(Lives(server_));
  host.Type('\x03');
  EXPECT_EQ(Wait(host.pid()), ExitStatus::Signaled{SIGINT});
  EXPECT_TRUE(Lives(server_));  // the guardian goes on
  ::kill(server_, SIGKILL);
  EXPECT_TRUE(support::Gone(server_));
}

TEST_F(Interrupted, ShellSeesThatItWasInterrupted) {
  // A script goes on after a program that ended otherwise (the shell itself is interrupted, too, and
  // acts on that only if its child died of it).
  TerminalProcess shell({"/bin/sh", "-c", "\"$@\"; echo \"the status was $?\"", "sh",
                         Program("host"), "wait", Program("save_on_term")});
  const pid_t server = std::stoi(shell.ReadBehind("server "));
  shell.Type('\x03');
  EXPECT_THROW(shell.ReadBehind("the status was"), std::runtime_error);
  EXPECT_EQ(Wait(shell.pid()), ExitStatus::Signaled{SIGINT});
  EXPECT_FALSE(Lives(server));
}

TEST_F(Interrupted, ShellThatHandlesItSeesTheStatusOfAKilledProgram) {
  TerminalProcess shell({"/bin/sh", "-c", "trap : INT; \"$@\"; echo \"the status was $?\"", "sh",
                         Program("host"), "wait", Program("ready_and_wait")});
  shell.ReadBehind("server ");
  shell.Type('\x03');
  EXPECT_EQ(shell.ReadBehind("the status was "), std::to_string(128 + SIGINT));
}

// What a test does of its own with SIGINT, on a thread or in a copy of the process.
void Nothing(int) {}

class Disposition : public testing::Test {
 protected:
  void SetUp() override { before_ = std::signal(SIGINT, SIG_DFL); }
  void TearDown() override { std::signal(SIGINT, before_); }

 private:
  void (*before_)(int) = SIG_DFL;
};

using DispositionDeathTest = Disposition;

TEST_F(DispositionDeathTest, OfTheTestProgramIsLeftAlone) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // no server has been started in that process
  for (void (*own)(int) : {SIG_IGN, &Nothing}) {
    EXPECT_EXIT(
        {
          std::signal(SIGINT, own);
          const Server server(support::Child("ready_and_wait"));
          std::exit(std::signal(SIGINT, SIG_DFL) == own ? 0 : 1);
        },
        testing::ExitedWithCode(0), "");
  }
}

TEST_F(DispositionDeathTest, OfServersAndOtherProgramsIsTheDefault) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        Server server(support::Child("ready_and_wait"));
        ::kill(server.pid(), SIGINT);
        const bool server_died = server.WaitForExit() == ExitStatus(ExitStatus::Signaled{SIGINT});
        PlainProcess other({"/bin/sleep", "60"});
        ::kill(other.pid(), SIGINT);
        std::exit(server_died && WTERMSIG(other.Wait()) == SIGINT ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(DispositionDeathTest, InACopyOfTheTestProgramKillsTheCopyAlone) {
  if (support::kThreadSanitizer) {
    GTEST_SKIP() << "ThreadSanitizer runs no signal handler in a copy of a program with threads";
  }
  GTEST_FLAG_SET(death_test_style, "fast");
  Server server(support::Child("ready_and_wait"));
  EXPECT_EXIT(std::raise(SIGINT), testing::KilledBySignal(SIGINT), "");
  EXPECT_TRUE(server.running());
}

}  // namespace
}  // namespace tether
