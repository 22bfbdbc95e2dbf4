// Servers to which the test sends their standard input, through a pipe.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "support/descriptors.h"
#include "support/guardian.h"
#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::Ending;
using support::Eventually;
using support::Texts;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr std::size_t kMebibyte = std::size_t{1} << 20U;

// A server that reads what the test sends, and may end when that ends.
ServerOptions Reading(std::vector<std::string> command) {
  return {.command = std::move(command),
          .standard_input = StandardInput::Pipe(),
          .may_end = true,
          .expected_exit = {}};
}

ServerOptions Shell(const std::string& script) { return Reading({"sh", "-c", script}); }

// One that lives, and does not read.
ServerOptions NeverReading() {
  ServerOptions options = support::Child("ready_and_wait");
  options.standard_input = StandardInput::Pipe();
  return options;
}

// Lines of 1 KiB each, all different.
std::string NumberedLines(std::size_t bytes) {
  std::string text;
  text.reserve(bytes);
  for (std::size_t number = 0; text.size() < bytes; ++number) {
    const std::string line = "line " + std::to_string(number) + " ";
    text.append(line).append(1023 - line.size(), '.').push_back('\n');
  }
  return text;
}

std::string ErrorOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Input, IsReadByTheServerUntilItIsClosed) {
  Server server(Reading({"wc", "-c"}));
  EXPECT_TRUE(server.Send("four"));
  EXPECT_TRUE(server.Send(""));
  EXPECT_TRUE(server.SendLine("and nine"));
  server.CloseInput();
  server.CloseInput();
  EXPECT_EQ(server.WaitForExit(), ExitStatus::Exited{0});
  EXPECT_THAT(Texts(server), ElementsAre("13"));
}

TEST(Input, OfEveryByteArrivesAsItWasSent) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  Server server(Reading({"cat"}));
  EXPECT_TRUE(server.Send(bytes));
  server.CloseInput();
  server.WaitForExit();
  EXPECT_EQ(server.Text(), bytes);
}

TEST(Input, OfSixtyFourMebibytesComesBackFromCat) {
  const std::string text = NumberedLines((support::kThreadSanitizer ? 8 : 64) * kMebibyte);
  Server server(Reading({"cat"}));
  const Sent sent = server.Send(text, 60s);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent.bytes(), text.size());
  server.CloseInput();
  EXPECT_EQ(server.WaitForExit(60s), ExitStatus::Exited{0});
  EXPECT_TRUE(server.Text() + "\n" == text);
}

TEST(Input, ComesBackWhileAnotherThreadReadsTheOutput) {
  const std::string text = NumberedLines(4 * kMebibyte);
  Server server(Reading({"cat"}));
  std::thread waiting([&] { EXPECT_TRUE(server.WaitForLine("the last one", 60s)); });
  EXPECT_TRUE(Eventually(
      [&] { return server.Report().find("waits:    no line with") != std::string::npos; }));
  EXPECT_TRUE(server.Send(text, 60s));
  EXPECT_TRUE(server.SendLine("the last one"));
  waiting.join();
}

TEST(Input, OfManySmallPiecesArrivesInOrder) {
  constexpr int kPieces = 5000;
  Server server(Reading({"cat"}));
  for (int i = 0; i < kPieces; ++i) ASSERT_TRUE(server.SendLine(std::to_string(i)));
  ASSERT_TRUE(server.WaitForLine(Regex("^" + std::to_string(kPieces - 1) + "$")));
  const std::vector<std::string> texts = Texts(server);
  ASSERT_EQ(texts.size(), std::size_t{kPieces});
  for (int i = 0; i < kPieces; ++i)
    ASSERT_EQ(texts[static_cast<std::size_t>(i)], std::to_string(i));
}

TEST(Input, OfSeveralThreadsIsNotMingled) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 20;
  constexpr std::size_t kLines = 100;  // more than a pipe holds
  Server server(Reading({"cat"}));
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&server, i] {
      std::string block;
      for (std::size_t line = 0; line < kLines; ++line) {
        block += std::string(1023, static_cast<char>('a' + i)) + "\n";
      }
      for (int round = 0; round < kRounds; ++round) EXPECT_TRUE(server.Send(block, 60s));
    });
  }
  for (std::thread& thread : threads) thread.join();
  server.CloseInput();
  server.WaitForExit(60s);
  const std::vector<std::string> texts = Texts(server);
  ASSERT_EQ(texts.size(), kLines * kThreads * kRounds);
  for (std::size_t line = 0; line < texts.size(); ++line) {
    ASSERT_EQ(texts[line], texts[line - line % kLines]) << "line " << line;
  }
}

TEST(Input, IsAnswerToAPromptThatHasNoNewline) {
  Server server(
      Shell("printf 'name: '; read name; echo \"hello $name\"; printf 'age: '; read age"));
  ASSERT_TRUE(server.WaitForLine("name: ", {.partial = true}));
  EXPECT_TRUE(server.SendLine("Ann"));
  EXPECT_EQ(server.WaitForLine("hello").text(), "name: hello Ann");
  EXPECT_EQ(server.WaitForLine(Regex(": $"), {.partial = true}).text(), "age: ");
}

TEST(Input, IsGivenUpWhenTheServerDoesNotReadInTime) {
  Server server(NeverReading());
  const std::string much(kMebibyte, 'x');
  const Sent sent = server.Send(much, 50ms);
  EXPECT_FALSE(sent);
  EXPECT_GT(sent.bytes(), 0U);
  EXPECT_LT(sent.bytes(), much.size());
  const std::string taken = std::to_string(sent.bytes());
  EXPECT_THAT(sent.explanation(),
              AllOf(HasSubstr("only " + taken +
                              " of 1048576 bytes were taken as input by server "
                              "\"ready_and_wait\": after "),
                    HasSubstr("  " + taken + " bytes in its pipe have not been read\n"),
                    HasSubstr("  state: running, pid " + std::to_string(server.pid())),
                    HasSubstr("no line came since the sending began\n")));
  EXPECT_EQ(server.Send("more", 0ms).bytes(), 0U);
  EXPECT_THAT(
      server.Report(),
      AllOf(HasSubstr("input:    " + taken + " bytes were sent, " + taken +
                      " of which have not been read; open\n"),
            HasSubstr("waits:    none of 4 bytes was taken as input by server \"ready_and_")));
}

TEST(Input, ThatTheServerClosesIsAFailureAndNoSignal) {
  ASSERT_EQ(std::signal(SIGPIPE, SIG_DFL), SIG_DFL);
  Server server(Shell("exec <&-; echo closed; exec sleep 90"));
  ASSERT_TRUE(server.WaitForLine("closed"));
  const Sent sent = server.SendLine("hello", 100ms);
  EXPECT_FALSE(sent);
  EXPECT_EQ(sent.bytes(), 0U);
  EXPECT_THAT(sent.explanation(), AllOf(HasSubstr("none of 6 bytes was taken as input by server "
                                                  "\"sh\": the server closed its standard input "),
                                        HasSubstr("  state: running")));
  sigset_t pending;
  ASSERT_EQ(::sigpending(&pending), 0);
  EXPECT_EQ(::sigismember(&pending, SIGPIPE), 0);
}

TEST(Input, OfAServerThatHasEndedIsAFailure) {
  Server server(Shell("exit 3"));
  server.WaitForExit();
  EXPECT_THAT(
      server.SendLine("hello").explanation(),
      AllOf(HasSubstr("none of 6 bytes was taken as input by server \"sh\": the server ended"),
            HasSubstr("  state: exited with code 3")));
  server.CloseInput();
}

TEST(Input, OfAServerThatEndsMeanwhileIsAFailureThatSaysHow) {
  Server server(Shell("head -c 100000 >/dev/null; exit 3"));
  const Sent sent = server.Send(std::string(4 * kMebibyte, 'x'), 60s);
  EXPECT_FALSE(sent);
  EXPECT_GE(sent.bytes(), 100000U);
  EXPECT_THAT(sent.explanation(),
              AllOf(HasSubstr(" of 4194304 bytes were taken as input by server \"sh\": the server "
                              "ended (after "),
                    HasSubstr("  state: exited with code 3")));
}

TEST(Input, OfOneThreadAtATimeIsGivenUpInTimeByTheOthers) {
  Server server(NeverReading());
  std::thread first([&] {
    EXPECT_THAT(server.Send(std::string(kMebibyte, 'x'), 60s).explanation(),
                HasSubstr("the server ended"));
  });
  EXPECT_TRUE(Eventually(
      [&] { return server.Report().find("1048576 bytes of input not all") != std::string::npos; }));
  EXPECT_TRUE(Eventually([&] {
    return server.Send("x", 10ms).explanation().find("another Send was under way all that time") !=
           std::string::npos;
  }));
  server.Stop();
  first.join();
}

TEST(Input, IsAnotherOneAfterARestart) {
  ServerOptions options = Reading({"cat"});
  Server server(options);
  EXPECT_TRUE(server.SendLine("one"));
  server.CloseInput();
  EXPECT_EQ(server.WaitForExit(), ExitStatus::Exited{0});
  server.Restart();
  EXPECT_TRUE(server.SendLine("two"));
  EXPECT_TRUE(server.WaitForLine("two"));
  EXPECT_THAT(Texts(server), ElementsAre("two"));
}

TEST(Input, CanBeOpenedByNameByTheUserOfTheServer) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can choose the user of a server";
  ServerOptions options = Reading({"cat", "/dev/stdin"});
  options.user = "nobody";
  Server server(options);
  EXPECT_TRUE(server.SendLine("hello"));
  EXPECT_TRUE(server.WaitForLine("hello"));
}

TEST(Input, CannotBeSentWhereItIsAFileOrWasClosed) {
  Server silent(support::Child("ready_and_wait"));
  EXPECT_THAT(
      ErrorOf([&] { silent.SendLine("hello"); }),
      AllOf(HasSubstr("cannot send 6 bytes to server \"ready_and_wait\": its standard input "
                      "is the file /dev/null; set .standard_input = "
                      "tether::StandardInput::Pipe() in its options")));
  EXPECT_THAT(
      ErrorOf([&] { silent.CloseInput(); }),
      HasSubstr("cannot close the input of server \"ready_and_wait\": its standard input is "
                "the file /dev/null"));
  Server server(NeverReading());
  EXPECT_THAT(ErrorOf([&] { server.Send("x", -1ms); }),
              HasSubstr("the timeout of Send is negative: -1 ms"));
  server.CloseInput();
  EXPECT_THAT(
      ErrorOf([&] { server.Send("x"); }),
      HasSubstr("cannot send 1 byte to server \"ready_and_wait\": CloseInput() has closed its "
                "standard input; Restart() gives it another one"));
  EXPECT_THAT(server.Report(), HasSubstr("input:    0 bytes were sent; closed by CloseInput()\n"));
}

TEST(Input, IsHeldByNobodyButTheTestProgramAndTheServer) {
  Server(support::Child("ready_and_wait")).Stop();  // what stays open is open by now
  const DescriptorTable before = support::DescriptorsButLogs();
  Server server(NeverReading());
  const std::string pipe = server.descriptors().Find(0)->target;
  const auto holds = [&](const DescriptorTable& table) {
    return std::count_if(table.begin(), table.end(),
                         [&](const Descriptor& each) { return each.target == pipe; });
  };
  EXPECT_EQ(holds(DescriptorTable::OfThisProcess()), 1);
  EXPECT_EQ(holds(DescriptorTable::Of(support::KeeperOf(server))), 0);
  EXPECT_EQ(holds(DescriptorTable::Of(support::GuardianOf(server))), 0);
  EXPECT_EQ(holds(server.descriptors()), 1);
  server.Stop();
  EXPECT_EQ(support::DescriptorsButLogs(), before);
}

}  // namespace
}  // namespace tether
