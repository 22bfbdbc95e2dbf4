// Servers that are started again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "support/processes.h"
#include "support/servers.h"
#include "support/sockets.h"
#include "tether/inspect/listening_sockets.h"
#include "tether/server/run_registry.h"

namespace tether {
namespace {

using support::Child;
using support::ServePorts;
using support::Socket;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Restart, StartsTheServerAnew) {
  Server server(Child("ready_and_wait"));
  const pid_t before = server.pid();
  server.Restart();
  EXPECT_NE(server.pid(), before);
  EXPECT_TRUE(server.running());
  EXPECT_EQ(server.Stop(), ExitStatus::Signaled{SIGTERM});
}

TEST(Restart, KeepsTheReservedPorts) {
  Server server(ServePorts({"addr", "{port}", "{port:admin}"}));
  const auto port = server.port();
  const auto admin = server.port("admin");
  for (int i = 0; i < 20; ++i) {
    server.Restart();
    EXPECT_EQ(server.port(), port);
    EXPECT_EQ(server.port("admin"), admin);
    EXPECT_EQ(internal::ListeningSocketsOf({server.pid()}).size(), 2U);
  }
}

TEST(Restart, KeepsTheHandedOverSockets) {
  ServerOptions options = Child("answer_on_sockets");
  options.listen = {Tcp("a")};
  Server server(options);
  const auto port = server.port("a");
  server.Restart();
  EXPECT_EQ(server.port("a"), port);
  EXPECT_EQ(Socket::ConnectedTo(port).ReadAll(), "a");
}

TEST(Restart, GivesTheNewPortWhereTheServerChose) {
  Server server({.command = {Program("listen_quietly")}, .ready = ready::Listening()});
  const auto before = server.port();
  // Nobody else gets the old one meanwhile, nor does the server.
  server.Stop();
  const Socket taken = Socket::BoundTo(before);
  ASSERT_TRUE(taken.holds());
  server.Restart();
  EXPECT_NE(server.port(), before);
  EXPECT_EQ(server.port(), internal::ListeningSocketsOf({server.pid()}).front().port);
}

TEST(Restart, GivesTheNewPortOfTheReadyLine) {
  ServerOptions options = ServePorts({"0"});
  options.ready = ready::Line(Regex(R"(^ready (?<port>\d+))"));
  Server server(options);
  server.Restart();
  EXPECT_EQ(server.port(), internal::ListeningSocketsOf({server.pid()}).front().port);
}

TEST(Restart, KeepsTheDirectoryAsItIs) {
  Server server({.command = {"sh", "-c",
                             "cat {dir}/count; echo again >> {dir}/count; "
                             "echo ready; exec sleep 60"},
                 .ready = ready::Line("ready"),
                 .files = {{"count", "once\n"}}});
  server.Restart();
  EXPECT_THAT(support::Texts(server), ElementsAre("once", "again", "ready"));
}

TEST(Restart, BeginsTheOutputAndTheCursorAnew) {
  Server server(Child("ready_and_wait"));
  EXPECT_TRUE(server.WaitForLine("ready"));
  server.Restart();
  EXPECT_EQ(server.Lines().size(), 1U);
  EXPECT_TRUE(server.WaitForLine("ready"));
}

TEST(Restart, MakesMarksOfTheFormerRunAnError) {
  Server server(Child("ready_and_wait"));
  const Mark mark = server.Mark();
  server.Restart();
  try {
    server.Lines({.since = mark});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("a mark of another run of server \"ready_and_wait\" was "
                                        "given to it: its output began anew with Restart()"));
  }
  EXPECT_FALSE(mark < server.MarkAtStart() || server.MarkAtStart() < mark);
}

TEST(Restart, LeavesCursorsThatWereTakenBeforeWithTheFormerRun) {
  Server server(Child("ready_and_wait"));
  Cursor cursor = server.NewCursor();
  server.Restart();
  EXPECT_TRUE(cursor.WaitForLine("ready"));
  EXPECT_FALSE(cursor.WaitForLine("ready"));
}

TEST(Restart, StartsAServerThatHasBeenStopped) {
  Server server(Child("ready_and_wait"));
  server.Stop();
  server.Restart();
  EXPECT_TRUE(server.running());
}

TEST(Restart, StartsAServerWhoseEndWasExpected) {
  Server server(Child("ready_and_wait"));
  ::kill(server.pid(), SIGKILL);
  EXPECT_EQ(server.WaitForExit(), ExitStatus::Signaled{SIGKILL});
  server.Restart();
  EXPECT_TRUE(server.running());
}

TEST(Restart, UsesTheStopSequence) {
  Server server(
      {.command = {"sh", "-c", "ls {dir}; exec " + Program("save_on_term") + " {dir}/saved"},
       .ready = ready::Line("ready")});
  EXPECT_EQ(support::Texts(server).front(), "ready");
  server.Restart();
  EXPECT_EQ(support::Texts(server).front(), "saved");
}

TEST(Restart, ThatFailsLeavesAServerThatCanBeRestarted) {
  Server server({.command = {"sh", "-c",
                             "test -e {dir}/broken && exit 3; touch {dir}/broken; "
                             "echo ready; exec sleep 60"},
                 .ready = ready::Line("ready"),
                 .files = {{"there", ""}}});
  try {
    server.Restart();
    FAIL() << "no error";
  } catch (const StartError& error) {
    EXPECT_THAT(error.what(), HasSubstr("state:    exited with code 3"));
  }
  EXPECT_FALSE(server.running());
  EXPECT_THROW(server.Restart(), StartError);
  EXPECT_EQ(server.Stop(), ExitStatus::Exited{3});
}

TEST(RestartFindings, AreCollected) {
  Server server({.command = {Program("leave_daemon")}, .ready = ready::Line("ready")});
  server.Restart();
  // The test would fail with what is not taken.
  const auto findings = internal::RunRegistry::Instance().TakeFindings();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings.front().kind, Finding::Kind::kLeftProcesses);
  server.Stop();
  EXPECT_EQ(server.TakeFindings().size(), 1U);
}

TEST(RestartFindings, HaveAnEndThatNobodyAskedFor) {
  Server server(Child("ready_and_wait"));
  ::kill(server.pid(), SIGKILL);
  support::Gone(server.pid());
  ASSERT_TRUE(support::Eventually([&] { return !server.running(); }));
  server.Restart();
  const auto findings = internal::RunRegistry::Instance().TakeFindings();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings.front().kind, Finding::Kind::kEndedUnasked);
  EXPECT_THAT(findings.front().text, HasSubstr("ended though nobody asked it to"));
}

TEST(RestartFindings, AreNoneOtherwise) {
  Server server(Child("ready_and_wait"));
  server.Restart();
  EXPECT_THAT(internal::RunRegistry::Instance().TakeFindings(), IsEmpty());
}

class RestartedInAFixture : public ServerTest {
 protected:
  ServerOptions Options() override { return Child("ready_and_wait"); }
};

TEST_F(RestartedInAFixture, IsAsAnyOther) {
  server().Restart();
  EXPECT_TRUE(server().running());
}

}  // namespace
}  // namespace tether
