// ready::Notify: what servers tell by sd_notify.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>

#include "readiness/not_ready.h"
#include "support/descriptors.h"
#include "support/processes.h"
#include "support/servers.h"
#include "support/temporary_directory.h"

namespace tether {
namespace {

using support::ErrorOfStart;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

// A server that takes these steps (tests/children/notify.cc).
ServerOptions Notifying(std::vector<std::string> steps) {
  steps.insert(steps.begin(), Program("notify"));
  return {.command = std::move(steps), .ready = ready::Notify(), .start_timeout = 600s};
}

ServerOptions Script(const std::string& script) {
  return {.command = {"sh", "-c", script}, .ready = ready::Line("ready"), .may_end = true};
}

TEST(ReadyNotify, IsMetByReady) {
  Server server(Notifying({"send=READY=1", "print=told"}));
  EXPECT_TRUE(server.WaitForLine("told"));
}

TEST(ReadyNotify, IsMetByReadyAmongOtherThings) {
  const Server server(Notifying({"send=X-OTHER=1|STATUS=up and running|READY=1|"}));
  EXPECT_THAT(server.Report(), HasSubstr("  status:   \"up and running\"\n"));
}

TEST(ReadyNotify, CountsThoughTheServerEndsAtOnce) {
  for (int round = 0; round < 100; ++round) {
    Server server(Notifying({"send=READY=1", "exit=3"}));
    EXPECT_EQ(server.WaitForExit(), ExitStatus::Exited{3});
  }
}

TEST(ReadyNotify, CountsFromAProcessBelow) {
  const Server server({.command = {"sh", "-c", Program("notify") + " send=READY=1 & wait"},
                       .ready = ready::Notify()});
  EXPECT_TRUE(server.running());
}

TEST(ReadyNotify, CountsFromAProcessThatHasEnded) {
  for (int round = 0; round < 20; ++round) {
    const Server server(
        {.command = {"sh", "-c", Program("notify") + " send=READY=1 exit=0; exec sleep 60"},
         .ready = ready::Notify()});
    EXPECT_TRUE(server.running());
  }
}

TEST(ReadyNotify, UnderstandsSystemdNotify) {
  if (std::system("command -v systemd-notify > /dev/null") != 0) {
    GTEST_SKIP() << "systemd-notify is not installed";
  }
  const Server server(
      {.command = {"sh", "-c", "systemd-notify --ready --status=loaded --pid=$$; exec sleep 60"},
       .ready = ready::Notify()});
  EXPECT_THAT(server.Report(), HasSubstr("  status:   \"loaded\"\n"));
}

TEST(ReadyNotify, IsAPartLikeAnyOther) {
  const Server server({.command = {Program("notify"), "print=up", "send=READY=1"},
                       .ready = ready::AllOf(ready::Notify(), ready::Line("up"), ready::Notify())});
  EXPECT_TRUE(server.running());
}

TEST(ReadyNotify, EndsAtOnceWhenTheServerEnds) {
  EXPECT_THAT(ErrorOfStart(Notifying({"exit=3"})),
              AllOf(HasSubstr("awaited:  READY=1 to its NOTIFY_SOCKET, for"),
                    HasSubstr("met:      nothing was sent to its NOTIFY_SOCKET\n"),
                    Not(HasSubstr("status:"))));
}

TEST(ReadyNotify, ShowsWhatTheServerSaidInstead) {
  EXPECT_THAT(ErrorOfStart(Notifying({"send=READY=0|STATUS=loading 3 of 7", "exit=3"})),
              AllOf(HasSubstr("met:      one message came, without READY=1\n"),
                    HasSubstr("  status:   \"loading 3 of 7\"\n")));
  EXPECT_THAT(
      ErrorOfStart(Notifying({"send=STATUS=a\tb\033[0m", "send=STOPPING=1|ERRNO=2", "exit=3"})),
      AllOf(HasSubstr("met:      2 messages came, none with READY=1\n"),
            HasSubstr("  status:   \"a\tb\\x1b[0m\"; error: No such file or directory (errno "
                      "2); stopping\n")));
}

TEST(ReadyNotify, ShowsWhatTheServerSaysAtItsEnd) {
  Server server(Notifying({"send=READY=1"}));
  EXPECT_EQ(server.Stop(), ExitStatus::Exited{0});
  EXPECT_THAT(server.Report(), HasSubstr("  status:   \"saving\"; stopping\n"));
}

// A queue of unix(7) takes a few messages only.
TEST(ReadyNotify, DoesNotBlockAServerThatGoesOnTelling) {
  Server server(Notifying({"send=READY=1", "many=5000", "barrier", "print=told all"}));
  EXPECT_TRUE(server.WaitForLine("told all"));
  EXPECT_TRUE(support::Eventually(
      [&] { return server.Report().find("status:   \"step 5000\"") != std::string::npos; }));
}

TEST(ReadyNotify, DoesNotBlockServersThatAreStartedTogether) {
  std::vector<ServerOptions> options(5, Notifying({"many=500", "barrier", "send=READY=1",
                                                   "many=500", "barrier", "print=told all"}));
  std::vector<Server> servers = StartAll(options);
  for (Server& server : servers) EXPECT_TRUE(server.WaitForLine("told all"));
}

TEST(ReadyNotify, WaitsAsLongAsTheServerAsks) {
  // The time that the server may take is over before it gets ready.
  ServerOptions options = {
      .command = {"sh", "-c",
                  Program("notify") + " send=EXTEND_TIMEOUT_USEC=600000000 exit=0; sleep 6; " +
                      "exec " + Program("notify") + " send=READY=1"},
      .ready = ready::Notify(),
      .start_timeout = 5s};
  const Server server(std::move(options));
  EXPECT_TRUE(server.running());
}

TEST(ReadyNotify, AsksForNoMoreTimeOnceItIsMet) {
  ServerOptions options = Notifying({"send=EXTEND_TIMEOUT_USEC=600000000|READY=1"});
  options.ready = ready::AllOf(ready::Notify(), ready::Line("never"));
  options.start_timeout = 1s;
  EXPECT_THAT(ErrorOfStart(options), HasSubstr("a line with \"never\": not met"));
}

TEST(ReadyNotify, DoesNotBelieveReadyWithAForeignMainProcess) {
  EXPECT_THAT(ErrorOfStart(Notifying({"send=READY=1|MAINPID=1|STATUS=up", "exit=3"})),
              AllOf(HasSubstr("\"READY=1 MAINPID=1 STATUS=up\" from pid "),
                    HasSubstr(" does not count: its MAINPID is none of the server's processes"),
                    HasSubstr("status:   \"up\"")));
  EXPECT_THAT(ErrorOfStart(Notifying({"send=MAINPID=x|READY=1", "exit=3"})),
              HasSubstr("its MAINPID is none of the server's processes"));
}

TEST(ReadyNotify, BelievesReadyWithAMainProcessOfTheServer) {
  const Server server(
      {.command = {"sh", "-c",
                   Program("notify") + " \"send=MAINPID=$$|READY=1\" exit=0; exec sleep 60"},
       .ready = ready::Notify()});
  EXPECT_TRUE(server.running());
}

TEST(ReadyNotify, IgnoresAProcessThatIsNoneOfTheServers) {
  const support::TemporaryDirectory directory;
  const std::string address = directory / "address";
  const std::string go = directory / "go";
  auto report = std::async(std::launch::async, [&] {
    return ErrorOfStart(
        {.command = {"sh", "-c",
                     "echo $NOTIFY_SOCKET > " + address + ".new; mv " + address + ".new " +
                         address + "; exec " + Program("notify") + " await=" + go + " exit=3"},
         .ready = ready::Notify(),
         .start_timeout = 600s});
  });
  ASSERT_TRUE(support::Eventually([&] { return std::filesystem::exists(address); }));
  std::string name;
  std::ifstream file(address);
  std::getline(file, name);
  support::PlainProcess other({"/usr/bin/env", "NOTIFY_SOCKET=" + name, Program("notify"),
                               "send=READY=1|STATUS=not its own", "print=sent"});
  EXPECT_EQ(other.ReadLine(), "sent");
  std::ofstream{go};
  EXPECT_THAT(
      report.get(),
      AllOf(HasSubstr("nothing was sent to its NOTIFY_SOCKET; \"READY=1 STATUS=not its own\" "
                      "from pid " +
                      std::to_string(other.pid()) + " (" + Program("notify")),
            HasSubstr(" does not count: the sender is none of the server's processes"),
            Not(HasSubstr("status:"))));
}

TEST(ReadyNotify, LeavesNoDescriptorBehind) {
  Server(Notifying({"send=READY=1"})).Stop();
  const DescriptorTable before = support::DescriptorsButLogs();
  Server server(Notifying({"send=READY=1"}));
  server.Stop();
  EXPECT_EQ(support::DescriptorsButLogs(), before);
}

class EnvironmentOfServiceManager : public testing::Test {
 protected:
  static constexpr const char* kVariables[] = {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"};
  void SetUp() override {
    for (const char* each : kVariables) ::setenv(each, "of_the_test", 1);
  }
  void TearDown() override {
    for (const char* each : kVariables) ::unsetenv(each);
  }
};

TEST_F(EnvironmentOfServiceManager, IsNotThatOfTheServer) {
  const Server server(Script("env; echo ready; exec sleep 60"));
  EXPECT_THAT(server.Text(), Not(HasSubstr("of_the_test")));
  EXPECT_THAT(server.Text(), Not(HasSubstr("NOTIFY_SOCKET")));
}

TEST_F(EnvironmentOfServiceManager, IsReplacedForAServerThatNotifies) {
  const Server server(Notifying({"send=READY=1"}));
  ServerOptions options = Script("env; echo ready; exec sleep 60");
  options.environment = {{"NOTIFY_SOCKET", std::nullopt}};
  options.inherit_environment = false;
  options.ready = ready::AnyOf(ready::Line("ready"), ready::Notify());
  EXPECT_THAT(Server(options).Text(), HasSubstr("NOTIFY_SOCKET=@tether-notify-"));
}

TEST_F(EnvironmentOfServiceManager, IsGivenWhereTheOptionsSaySo) {
  ServerOptions options = Script("echo $NOTIFY_SOCKET; echo ready; exec sleep 60");
  options.environment = {{"NOTIFY_SOCKET", "/given"}};
  EXPECT_EQ(support::Texts(Server(options)).front(), "/given");
  options.ready = ready::Notify();
  EXPECT_THAT(
      ErrorOfStart(options),
      HasSubstr("environment: NOTIFY_SOCKET is set to \"/given\", but ready::Notify() needs "
                "to set it: leave it out"));
}

}  // namespace
}  // namespace tether
