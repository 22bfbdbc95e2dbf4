// Servers at a terminal in which the test types.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/descriptors.h"
#include "support/processes.h"
#include "support/servers.h"
#include "tether/guardian/terminal.h"

namespace tether {
namespace {

using support::Texts;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

ServerOptions AtTerminal(ServerOptions options, TerminalInput input = {}) {
  options.standard_input = StandardInput::Terminal(input);
  options.output = Output::kTerminal;
  options.may_end = true;
  options.expected_exit = {};
  return options;
}

ServerOptions Cat(TerminalInput input = {}) { return AtTerminal({.command = {"cat"}}, input); }

ServerOptions Shell(const std::string& script) {
  return AtTerminal({.command = {"sh", "-c", script}});
}

std::string ErrorOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

class TerminalInputTest : public testing::Test {
 protected:
  void SetUp() override {
    try {
      internal::OpenTerminal({});
    } catch (const Error& error) {
      GTEST_SKIP() << error.what();
    }
  }
};

TEST_F(TerminalInputTest, IsReadLineByLineAndNotEchoed) {
  Server server(Cat());
  EXPECT_TRUE(server.SendLine("one"));
  EXPECT_TRUE(server.Send("tw"));
  EXPECT_TRUE(server.Send("o"));
  EXPECT_TRUE(server.Send(key::kEnter));
  EXPECT_TRUE(server.WaitForLine("two"));
  EXPECT_THAT(Texts(server), ElementsAre("one", "two"));
}

TEST_F(TerminalInputTest, IsEchoedIfAskedFor) {
  Server server(Cat({.echo = true}));
  EXPECT_TRUE(server.SendLine("hello"));
  EXPECT_TRUE(server.WaitForCount("hello", 2));
  EXPECT_THAT(Texts(server), ElementsAre("hello", "hello"));
}

TEST_F(TerminalInputTest, IsEditedByKeys) {
  Server server(Cat());
  EXPECT_TRUE(server.Send("no"));
  EXPECT_TRUE(server.Send(key::kCtrlU));
  EXPECT_TRUE(server.Send("yess"));
  EXPECT_TRUE(server.Send(key::kBackspace));
  EXPECT_TRUE(server.Send(key::kEnter));
  EXPECT_TRUE(server.WaitForLine("yes"));
  EXPECT_THAT(Texts(server), ElementsAre("yes"));
}

TEST_F(TerminalInputTest, IsAnswerToAPromptThatHasNoNewline) {
  Server server(Shell("printf 'name: '; read name; echo \"hello $name\"; read more"));
  ASSERT_TRUE(server.WaitForLine("name: ", {.partial = true}));
  EXPECT_TRUE(server.SendLine("Ann"));
  EXPECT_EQ(server.WaitForLine("hello").text(), "name: hello Ann");
}

TEST_F(TerminalInputTest, IsThatOfTheControllingTerminalOfItsSize) {
  ServerOptions options = AtTerminal(support::Child("show_terminal"));
  options.terminal_size = {.rows = 50, .columns = 132};
  Server server(options);
  EXPECT_THAT(Texts(server), AllOf(Contains("terminals 111"), Contains("controlling yes"),
                                   Contains("size 50 132")));
  EXPECT_EQ(server.descriptors().Find(0)->target, server.descriptors().Find(1)->target);
}

TEST_F(TerminalInputTest, ComesThroughDevTty) {
  Server server(Shell("exec 2>&1; echo ready; read line </dev/tty; echo \"got $line\" >/dev/tty"));
  EXPECT_TRUE(server.SendLine("it"));
  EXPECT_TRUE(server.WaitForLine("got it"));
}

TEST_F(TerminalInputTest, OfCtrlCIsSigintToAllOfTheForegroundGroup) {
  Server server(AtTerminal(support::Child("report_interrupts")));
  for (int i = 1; i <= 2; ++i) {
    EXPECT_TRUE(server.Send(key::kCtrlC));
    EXPECT_TRUE(server.WaitForLines({"server got 2", "worker got 2"}, {.any_order = true}));
  }
}

TEST_F(TerminalInputTest, OfCtrlCEndsAServerThatDoesNotHandleIt) {
  Server server(Cat());
  EXPECT_TRUE(server.SendLine("up"));
  ASSERT_TRUE(server.WaitForLine("up"));
  EXPECT_TRUE(server.Send(key::kCtrlC));
  EXPECT_EQ(server.WaitForExit(), ExitStatus::Signaled{SIGINT});
}

TEST_F(TerminalInputTest, OfCtrlDIsTheEndAtTheBeginningOfALine) {
  Server server(Cat());
  EXPECT_TRUE(server.Send("begun"));
  EXPECT_TRUE(server.Send(key::kCtrlD));
  EXPECT_TRUE(server.WaitForLine("begun", {.partial = true}));
  EXPECT_TRUE(server.running());
  EXPECT_TRUE(server.Send(key::kCtrlD));
  EXPECT_EQ(server.WaitForExit(), ExitStatus::Exited{0});
}

TEST_F(TerminalInputTest, OfALineIsAtMostWhatTheTerminalHasRoomFor) {
  Server server(Cat());
  const std::string longest(4095, 'x');
  EXPECT_TRUE(server.SendLine(longest));
  EXPECT_EQ(server.WaitForLine("x").text(), longest);
  const Sent sent = server.SendLine("short\n" + longest + "y");
  EXPECT_EQ(sent.bytes(), 0U);
  EXPECT_THAT(
      sent.explanation(),
      HasSubstr("none of 4103 bytes was taken as input by server \"cat\": line 2 of them comes "
                "to 4096 bytes, and a terminal that gives lines (man 3 termios, canonical "
                "mode) has room for 4095, and drops the rest. Nothing was typed"));
  EXPECT_TRUE(server.Send(longest));
  EXPECT_THAT(server.Send("y").explanation(), HasSubstr("line 1 of them comes to 4096 bytes"));
  EXPECT_TRUE(server.Send("\n"));
  EXPECT_EQ(server.WaitForLine("x").text(), longest);
}

TEST_F(TerminalInputTest, OfALineHasNoLimitInRawMode) {
  Server server(Shell("stty raw; echo ready; head -c 20000 | tr -d '\\n'; echo; echo done"));
  ASSERT_TRUE(server.WaitForLine("ready"));
  const std::string much(20000, 'x');
  EXPECT_TRUE(server.Send(much));
  EXPECT_TRUE(server.WaitForLine("done"));
  EXPECT_THAT(Texts(server), ElementsAre("ready", much, "done"));
}

TEST_F(TerminalInputTest, OfManyLinesComesBackWhole) {
  constexpr int kLines = 20000;
  std::string text;
  for (int i = 0; i < kLines; ++i) text += std::string(100, '.') + std::to_string(i) + "\n";
  Server server(Cat());
  EXPECT_TRUE(server.Send(text, 60s));
  EXPECT_TRUE(server.WaitForLine(Regex("\\." + std::to_string(kLines - 1) + "$"), 60s));
  EXPECT_TRUE(server.Text() + "\n" == text);
}

TEST_F(TerminalInputTest, IsGivenUpWhenTheServerDoesNotReadInTime) {
  Server server(AtTerminal(support::Child("ready_and_wait")));
  std::string much;
  for (int i = 0; i < 10000; ++i) much += std::string(100, '.') + "\n";
  const Sent sent = server.Send(much, 50ms);
  EXPECT_FALSE(sent);
  EXPECT_LT(sent.bytes(), much.size());
  EXPECT_THAT(sent.explanation(), HasSubstr(" of 1010000 bytes were taken as input by server "
                                            "\"ready_and_wait\": after "));
}

TEST_F(TerminalInputTest, ThatTheServerHasClosedIsAFailure) {
  Server server(Shell("echo closing; exec </dev/null >/dev/null 2>&1; exec sleep 90"));
  ASSERT_TRUE(server.WaitForLine("closing"));
  server.WaitForLine("never");  // ends with the output
  EXPECT_THAT(server.SendLine("hello", 100ms).explanation(),
              HasSubstr("the server closed its standard input"));
}

TEST_F(TerminalInputTest, OfAServerThatHasEndedIsAFailure) {
  Server server(Shell("exit 3"));
  server.WaitForExit();
  EXPECT_THAT(server.SendLine("hello").explanation(),
              AllOf(HasSubstr("the server ended"), HasSubstr("  state: exited with code 3")));
}

TEST_F(TerminalInputTest, IsAnotherOneAfterARestart) {
  Server server(Cat());
  EXPECT_TRUE(server.SendLine("one"));
  EXPECT_TRUE(server.WaitForLine("one"));
  server.Restart();
  EXPECT_TRUE(server.SendLine("two"));
  EXPECT_TRUE(server.WaitForLine("two"));
  EXPECT_THAT(Texts(server), ElementsAre("two"));
}

TEST_F(TerminalInputTest, LeavesNoDescriptorBehind) {
  Server(support::Child("ready_and_wait")).Stop();  // what stays open is open by now
  const DescriptorTable before = support::DescriptorsButLogs();
  Server server(AtTerminal(support::Child("ready_and_wait")));
  server.Stop();
  EXPECT_EQ(support::DescriptorsButLogs(), before);
}

TEST_F(TerminalInputTest, NeedsAnOutputThatIsATerminalAndHasNoEnd) {
  EXPECT_THAT(
      ErrorOf([] { Server({.command = {"cat"}, .standard_input = StandardInput::Terminal()}); }),
      HasSubstr("standard_input: StandardInput::Terminal() is the terminal in which the server "
                "prints, and there is none: set .output = tether::Output::kTerminal"));
  Server server(Cat());
  EXPECT_THAT(
      ErrorOf([&] { server.CloseInput(); }),
      HasSubstr("cannot close the input of server \"cat\": it is a terminal, and has no end: "
                "Send(tether::key::kCtrlD)"));
}

}  // namespace
}  // namespace tether
