// Servers whose output is a terminal.
#include "tether/guardian/terminal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

#include "support/descriptors.h"
#include "support/processes.h"
#include "support/servers.h"
#include "tether/base/command_line.h"

namespace tether {
namespace {

using support::PlainProcess;
using support::Texts;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

ServerOptions OnTerminal(ServerOptions options) {
  options.output = Output::kTerminal;
  return options;
}

ServerOptions Child(const std::string& name, std::vector<std::string> arguments = {}) {
  return OnTerminal(support::Child(name, std::move(arguments)));
}

ServerOptions Shell(const std::string& script) {
  return OnTerminal({.command = {"sh", "-c", script}, .ready = ready::Line(""), .may_end = true});
}

// A test program of its own, which starts this server of tests/children on a terminal, and waits.
std::vector<std::string> Host(const std::string& child, const std::string& argument) {
  return {Program("host"), "wait", "terminal", Program(child), argument};
}

// The pid of the server of a host.
pid_t ServerOf(PlainProcess& host) {
  const std::string word = "server ";
  for (std::string line = host.ReadLine(); !line.empty(); line = host.ReadLine()) {
    if (line.starts_with(word)) return std::stoi(line.substr(word.size()));
  }
  return -1;
}

class Terminal : public testing::Test {
 protected:
  void SetUp() override {
    try {
      internal::OpenTerminal({});
    } catch (const Error& error) {
      GTEST_SKIP() << error.what();
    }
  }
  void TearDown() override { std::filesystem::remove(file_); }

  // What a server left in the file, its first line.
  std::string Saved() const {
    std::string line;
    std::getline(std::ifstream(file_), line);
    return line;
  }

  const std::string file_ =
      testing::TempDir() + "tether_terminal_test_" + std::to_string(::getpid());
};

TEST_F(Terminal, IsNotUsedUnlessAskedFor) {
  Server server(support::Child("show_terminal"));
  EXPECT_THAT(Texts(server), ElementsAre("terminals 000", "controlling no", "ready"));
}

TEST_F(Terminal, ShowsTheLineThatAServerKeepsInItsBufferOtherwise) {
  ServerOptions options{.command = {Program("buffer_output")}, .ready = ready::Line("up")};
  EXPECT_THAT(Texts(Server(options)), ElementsAre("up"));
  EXPECT_THAT(Texts(Server(OnTerminal(options))), ElementsAre("listening", "up"));
}

TEST_F(Terminal, ShowsTheLinesOfAStaticProgram) {
  ServerOptions options{.ready = ready::Line("up")};
  try {
    options.command = {Program("buffer_output_static")};
  } catch (const Error& error) {
    GTEST_SKIP() << error.what();
  }
  EXPECT_THAT(Texts(Server(options)), ElementsAre("up"));
  EXPECT_THAT(Texts(Server(OnTerminal(options))), ElementsAre("listening", "up"));
}

TEST_F(Terminal, ShowsTheLinesOfPython) {
  try {
    internal::FindExecutable("python3");
  } catch (const Error& error) {
    GTEST_SKIP() << error.what();
  }
  ServerOptions options{.command = {"python3", "-c",
                                    "import sys, time\n"
                                    "print('listening')\n"
                                    "print('up', file=sys.stderr, flush=True)\n"
                                    "time.sleep(60)"},
                        .ready = ready::Line("up"),
                        .environment = {{"PYTHONUNBUFFERED", std::nullopt}}};
  EXPECT_THAT(Texts(Server(options)), ElementsAre("up"));
  EXPECT_THAT(Texts(Server(OnTerminal(options))), ElementsAre("listening", "up"));
}

TEST_F(Terminal, IsBothOutputsAndNotTheInputAndControlsNobody) {
  Server server(Child("show_terminal"));
  EXPECT_THAT(Texts(server), ElementsAre("terminals 011", HasSubstr("name /dev/pts/"), "size 24 80",
                                         "controlling no", "ready"));
}

TEST_F(Terminal, HasTheSizeThatIsAskedFor) {
  ServerOptions options = Child("show_terminal");
  options.terminal_size = {.rows = 65535, .columns = 0};
  EXPECT_THAT(Texts(Server(options)), Contains("size 65535 0"));
  options.terminal_size = {.columns = 132};
  EXPECT_THAT(Texts(Server(options)), Contains("size 24 132"));
}

TEST_F(Terminal, PassesEveryByteAsItWasPrinted) {
  std::string bytes;
  std::string format;
  for (int byte = 0; byte < 256; ++byte) {
    if (byte == '\n') continue;
    bytes += static_cast<char>(byte);
    const std::string digits = {static_cast<char>('0' + byte / 64),
                                static_cast<char>('0' + byte / 8 % 8),
                                static_cast<char>('0' + byte % 8)};
    format += "\\" + digits;
  }
  Server server(Shell("printf 'unix\\ndos\\r\\n\\n" + format + "\\n'; echo end; exec sleep 60"));
  ASSERT_TRUE(server.WaitForLine(Regex("^end$")));
  EXPECT_THAT(Texts(server), ElementsAre("unix", "dos\r", "", bytes, "end"));
}

TEST_F(Terminal, KeepsTheOrderOfBothStreamsAndALastLineWithoutNewline) {
  ServerOptions options = Child("print_much", {"2"});
  options.ready = ready::Line("out 1");
  Server server(std::move(options));
  EXPECT_EQ(server.WaitForExit(), ExitStatus::Exited{0});
  EXPECT_THAT(Texts(server), ElementsAre("out 1", "err 1", "out 2", "err 2", "the end"));
  EXPECT_THAT(server.Lines(), Each(Field(&Line::stream, Stream::kOut)));
}

TEST_F(Terminal, LosesNothingOfAMebibyteThatIsPrintedInAnswerToSigterm) {
  Server server(Child("save_on_term"));
  EXPECT_EQ(server.Stop(), ExitStatus::Exited{0});
  const std::vector<std::string> lines = Texts(server);
  ASSERT_EQ(lines.size(), 1002U);
  for (std::size_t i = 1; i <= 1000; ++i) {
    ASSERT_THAT(lines[i], testing::StartsWith("saving part " + std::to_string(i) + " of 1000 ..."));
    ASSERT_THAT(lines[i], testing::EndsWith(std::string(1050, '.')));
  }
  EXPECT_EQ(lines.back(), "saved");
}

TEST_F(Terminal, LosesNothingOfAServerThatItControls) {
  Server server(
      Shell("exec <\"$(tty <&2)\"; : </dev/tty && echo ready; "
            "i=0; while [ $i -lt 5000 ]; do i=$((i + 1)); echo \"line $i\"; done"));
  EXPECT_EQ(server.WaitForExit(), ExitStatus::Exited{0});
  const std::vector<std::string> lines = Texts(server);
  ASSERT_EQ(lines.size(), 5001U);
  for (std::size_t i = 1; i < lines.size(); ++i) ASSERT_EQ(lines[i], "line " + std::to_string(i));
}

TEST_F(Terminal, DelaysNoExitStatusWhenADaemonHoldsIt) {
  ServerOptions options = Child("leave_daemon", {"exit"});
  options.may_leave_processes = true;
  Server server(std::move(options));
  EXPECT_EQ(server.WaitForExit(60s), ExitStatus::Exited{0});
  // It has not been waited for.
  EXPECT_TRUE(server.WaitForProcesses([](const ProcessTree& tree) { return tree.size() == 1; }));
  EXPECT_THAT(Texts(server), Contains("ready"));
}

TEST_F(Terminal, EndsWhenNobodyHoldsIt) {
  ServerOptions options = Child("close_output");
  options.ready = ready::Line("closing");
  Server server(std::move(options));
  EXPECT_THAT(server.WaitForLine("never", 60s).explanation(), HasSubstr("closed"));
  EXPECT_TRUE(server.running());
  EXPECT_EQ(server.Stop(), ExitStatus::Signaled{SIGTERM});
}

TEST_F(Terminal, IsAllThatTheServerHasBesidesItsInput) {
  Server server(Child("ready_and_wait"));
  const DescriptorTable table = server.descriptors();
  EXPECT_THAT(table.Numbers(), ElementsAre(0, 1, 2));
  EXPECT_EQ(table.Find(0)->target, "/dev/null");
  EXPECT_THAT(table.Find(1)->target, HasSubstr("/pts/"));
  EXPECT_EQ(table.Find(1)->target, table.Find(2)->target);
}

TEST_F(Terminal, LeavesNoDescriptorBehind) {
  const ServerOptions silent = OnTerminal({.command = {"sleep", "60"}});  // which has no log
  Server{silent}.Stop();  // what stays open is open by now
  const DescriptorTable before = support::DescriptorsButLogs();
  Server server(silent);
  EXPECT_EQ(DescriptorTable::OfThisProcess().Without(before).size(), 2U);  // it and the keeper's
  server.Stop();
  EXPECT_EQ(support::DescriptorsButLogs(), before);
}

TEST_F(Terminal, IsNotHungUpBeforeSigtermEvenWhenItControlsTheServer) {
  Server server(Child("show_terminal", {file_}));
  EXPECT_THAT(Texts(server), Contains("controlling yes"));
  EXPECT_EQ(server.Stop(), ExitStatus::Exited{0});
  EXPECT_EQ(Texts(server).back(), "got 15");
}

TEST_F(Terminal, IsNotHungUpBeforeSigtermWhenTheTestProgramIsKilled) {
  PlainProcess host(Host("show_terminal", file_));
  const pid_t server = ServerOf(host);
  ASSERT_GT(server, 0);
  ::kill(host.pid(), SIGKILL);
  EXPECT_TRUE(support::Gone(server));
  EXPECT_EQ(Saved(), "got 15");
}

TEST_F(Terminal, IsReadOnWhenTheTestProgramIsKilledSoThatTheServerCanSave) {
  PlainProcess host(Host("save_on_term", file_));
  const pid_t server = ServerOf(host);
  ASSERT_GT(server, 0);
  ::kill(host.pid(), SIGKILL);
  EXPECT_TRUE(support::Gone(server));
  EXPECT_EQ(Saved(), "saved");
}

TEST_F(Terminal, IsADifferentOneForEachOfSeveralServers) {
  std::vector<ServerOptions> options;
  for (int i = 0; i < 20; ++i) options.push_back(Child("show_terminal"));
  std::vector<Server> servers = StartAll(options);
  std::set<std::string> names;
  for (const Server& server : servers) names.insert(Texts(server).at(1));
  EXPECT_EQ(names.size(), servers.size());
  EXPECT_THAT(StopAll(servers), Each(ExitStatus(ExitStatus::Exited{0})));
  for (const Server& server : servers) EXPECT_EQ(Texts(server).back(), "got 15");
}

TEST_F(Terminal, IsNotSuspectedOfBuffering) {
  const ServerOptions options{.command = {"sleep", "60"}};
  EXPECT_THAT(Server(options).Report(), HasSubstr("set .output = tether::Output::kTerminal"));
  EXPECT_THAT(Server(OnTerminal(options)).Report(), Not(HasSubstr("kTerminal")));
}

}  // namespace
}  // namespace tether
