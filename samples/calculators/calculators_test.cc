// Two calculators, python3 and bc, as servers that a test talks to on their standard input: through
// a pipe, as another program would, and at a terminal, as a person does.
#include <gmock/gmock.h>
#include <tether/tether.h>

#include <csignal>

namespace {

using tether::ExitStatus;
using tether::Regex;

tether::ServerOptions ThroughPipe(std::vector<std::string> command) {
  return {.command = std::move(command), .standard_input = tether::StandardInput::Pipe()};
}

tether::ServerOptions AtTerminal(std::vector<std::string> command) {
  return {.command = std::move(command),
          .environment = {{"TERM", "dumb"}},  // no colours, nor other sequences
          .standard_input = tether::StandardInput::Terminal(),
          .output = tether::Output::kTerminal,
          .terminal_size = {.rows = 30, .columns = 72}};
}

TEST(BcThroughAPipe, AnswersLineByLine) {
  tether::Server bc(ThroughPipe({"bc", "-q"}));
  EXPECT_TRUE(bc.SendLine("2 + 2"));
  EXPECT_TRUE(bc.WaitForLine(Regex("^4$")));
  EXPECT_TRUE(bc.SendLine("scale = 3; 10 / 3"));
  EXPECT_TRUE(bc.WaitForLine("3.333"));
  bc.CloseInput();  // bc finds the end of its input
  EXPECT_TRUE(bc.ExpectExit(ExitStatus::Exited{0}));
}

TEST(PythonThroughAPipe, AnswersBehindItsPrompt) {
  tether::Server python(ThroughPipe({"python3", "-i", "-q"}));
  // A prompt has no newline, which .partial allows for. Here it goes to stderr, as do those that
  // follow, on one long line, since nothing ends it. So it is waited for once; each answer is a
  // line of its own on stdout.
  ASSERT_TRUE(python.WaitForLine(Regex(">>> $"), {.partial = true}));
  EXPECT_TRUE(python.SendLine("2 + 2"));
  EXPECT_TRUE(python.WaitForLine(Regex("^4$")));
  EXPECT_TRUE(python.SendLine("1 / 0"));
  EXPECT_TRUE(python.WaitForLine("ZeroDivisionError", {.stream = tether::Stream::kErr}));
  python.CloseInput();
  EXPECT_TRUE(python.ExpectExit(ExitStatus::Exited{0}));
}

TEST(PythonAtATerminal, IsInterruptedByCtrlCAndEndedByCtrlD) {
  tether::Server python(AtTerminal({"python3", "-i", "-q"}));
  ASSERT_TRUE(python.WaitForLine(Regex(">>> $"), {.partial = true}));
  EXPECT_TRUE(python.SendLine("import itertools, os; os.get_terminal_size().columns"));
  // What is typed is not echoed, and so the answer stands behind the prompt. A wait for a prompt
  // leaves the cursor before its line; this one moves it behind the line.
  EXPECT_EQ(python.WaitForLine("72").text(), ">>> 72");
  EXPECT_TRUE(python.SendLine("print('searching'); next(n for n in itertools.count() if n < 0)"));
  ASSERT_TRUE(python.WaitForLine("searching"));
  EXPECT_TRUE(python.Send(tether::key::kCtrlC));
  EXPECT_TRUE(python.WaitForLine("KeyboardInterrupt"));
  EXPECT_TRUE(python.SendLine("6 * 7"));
  EXPECT_TRUE(python.WaitForLine("42"));
  // Like a person, who sees the prompt and then presses the key: python edits lines only from there
  // on.
  ASSERT_TRUE(python.WaitForLine(Regex(">>> $"), {.partial = true}));
  EXPECT_TRUE(python.Send(tether::key::kCtrlD));
  // Python 3.14 remembers that it was interrupted, and ends as by that.
  EXPECT_TRUE(python.ExpectExit(testing::AnyOf(tether::Exited(0), tether::KilledBy(SIGINT))));
}

TEST(BcAtATerminal, GoesOnAfterCtrlC) {
  tether::Server bc(AtTerminal({"bc", "-q"}));
  EXPECT_TRUE(bc.SendLine("7 * 6"));
  EXPECT_TRUE(bc.WaitForLine("42"));
  EXPECT_TRUE(bc.Send(tether::key::kCtrlC));
  EXPECT_TRUE(bc.WaitForLine("interrupt"));
  EXPECT_TRUE(bc.SendLine("quit"));
  EXPECT_TRUE(bc.ExpectExit(ExitStatus::Exited{0}));
}

}  // namespace
