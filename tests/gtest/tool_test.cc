// Servers that run under a tool, by TETHER_WRAP.
#include <gmock/gmock.h>
#include <tether/tether.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/guardian.h"
#include "support/processes.h"
#include "support/servers.h"
#include "support/temporary_directory.h"
#include "tether/base/command_line.h"
#include "tether/base/settings.h"

namespace tether {
namespace {

using namespace std::chrono_literals;
using support::Child;
using support::ParentOf;
using testing::AllOf;
using testing::HasSubstr;

// A variable of this process, for one test.
class Variable {
 public:
  Variable(std::string name, const std::string& value) : name_(std::move(name)) {
    ::setenv(name_.c_str(), value.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { ::unsetenv(name_.c_str()); }

 private:
  const std::string name_;
};

bool IsThere(const std::string& program) {
  try {
    internal::FindExecutable(program);
    return true;
  } catch (const Error&) {
    return false;
  }
}

// Why the server does not start.
std::string StartFailure(const ServerOptions& options) {
  try {
    const Server server(options);
    return "it started";
  } catch (const StartError& error) {
    return error.what();
  }
}

std::string CommandOf(pid_t pid) {
  const auto process = internal::FindProcess(pid);
  return process ? process->command : "";
}

// Tools that are processes of their own above the server.
class AboveServer : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const std::string program = GetParam().substr(0, GetParam().find(' '));
    if (program == "run_below") {
      wrap_.emplace("TETHER_WRAP", Program("run_below"));
    } else if (IsThere(program)) {
      wrap_.emplace("TETHER_WRAP", GetParam());
    } else {
      GTEST_SKIP() << program << " is not installed";
    }
    tool_ = program == "nice" ? "strace" : program;
    if (tool_ == "strace") RequireThatItTraces();
  }

  void RequireThatItTraces() {
    support::PlainProcess trial({"/bin/sh", "-c", "exec strace true 2>/dev/null"});
    if (trial.Wait() != 0) GTEST_SKIP() << "strace may not trace here (ptrace)";
  }

  std::string tool_;

 private:
  std::optional<Variable> wrap_;
};

TEST_P(AboveServer, HasThePidOfTheServerAndNotOfTheTool) {
  Server server(Child("ready_and_wait"));
  EXPECT_EQ(CommandOf(server.pid()), Program("ready_and_wait"));
  EXPECT_THAT(CommandOf(ParentOf(server.pid())), HasSubstr(tool_));
  EXPECT_EQ(server.name(), "ready_and_wait");
  EXPECT_EQ(server.processes().size(), 1U);
}

TEST_P(AboveServer, IsNotGivenTheSignalsThatAreForTheServer) {
  Server server(Child("ready_and_wait"));
  server.Signal("USR1");
  EXPECT_TRUE(server.ExpectExit(ExitStatus::Signaled{SIGUSR1}));
}

TEST_P(AboveServer, DoesNotKeepTheServerFromGoingOnAfterAPause) {
  Server server(Child("ready_and_wait"));
  server.Pause();
  server.Resume();
  server.Signal("USR1");
  EXPECT_TRUE(server.ExpectExit(ExitStatus::Signaled{SIGUSR1}));
}

TEST_P(AboveServer, IsLeftToEndWithTheServerAndItsStatus) {
  EXPECT_EQ(Server(Child("save_on_term")).Stop(), ExitStatus::Exited{0});
  EXPECT_EQ(Server(Child("ready_and_wait")).Stop(), ExitStatus::Signaled{SIGTERM});
  Server exits({.command = {Program("exit_with"), "7"}});
  EXPECT_EQ(exits.WaitForExit(), ExitStatus::Exited{7});
  Server dies({.command = {Program("die_by"), std::to_string(SIGUSR1)}});
  EXPECT_EQ(dies.WaitForExit(), ExitStatus::Signaled{SIGUSR1});
}

TEST_P(AboveServer, LetsEveryProcessOfTheServerSaveOnceWhenItIsStopped) {
  const support::TemporaryDirectory directory;
  Server server(Child("fork_workers", {"3", directory / "saved"}));
  EXPECT_EQ(server.Stop(), ExitStatus::Exited{0});
  for (const char* each : {"saved", "saved.1", "saved.2", "saved.3"}) {
    EXPECT_TRUE(std::filesystem::exists(directory / each)) << each;
  }
}

TEST_P(AboveServer, IsKilledWithAServerThatDoesNotEnd) {
  Server server(Child("ignore_term"));
  const pid_t pid = server.pid();
  const pid_t tool = ParentOf(pid);
  EXPECT_EQ(server.Stop({{SIGTERM, 50ms}, {SIGKILL}}), ExitStatus::Signaled{SIGKILL});
  EXPECT_TRUE(support::Gone(pid));
  EXPECT_TRUE(support::Gone(tool));
  support::TakeFindings(server);
}

TEST_P(AboveServer, HandsAStepForTheLeaderToTheServer) {
  Server server(Child("save_on_term"));
  EXPECT_EQ(server.Stop({{SIGTERM, 20s, true}, {SIGKILL}}), ExitStatus::Exited{0});
}

TEST_P(AboveServer, DoesNotHideThePortsOfTheServer) {
  Server server({.command = {Program("serve_ports"), "0"}, .ready = ready::Listening()});
  EXPECT_NE(server.port(), 0);
  EXPECT_EQ(server.open_ports().size(), 1U);
}

TEST_P(AboveServer, DoesNotHinderARestart) {
  Server server(support::ServePorts({"addr", "{port}"}));
  const auto port = server.port();
  server.Restart();
  EXPECT_EQ(server.port(), port);
  EXPECT_EQ(server.Stop(), ExitStatus::Signaled{SIGTERM});
}

TEST_P(AboveServer, KnowsAServerThatIsAScript) {
  const support::TemporaryDirectory directory;
  const std::string script = directory / "server";
  std::ofstream(script)
      << "#!/bin/sh\ntrap 'exit 5' TERM\necho ready\nwhile :; do sleep 0.01; done\n";
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  Server server({.command = {script, "argument"}, .ready = ready::Line("ready")});
  EXPECT_THAT(CommandOf(server.pid()), HasSubstr("sh " + script + " argument"));
  EXPECT_EQ(server.Stop({{SIGTERM, 20s, true}, {SIGKILL}}), ExitStatus::Exited{5});
}

INSTANTIATE_TEST_SUITE_P(Tool, AboveServer,
                         testing::Values("run_below", "strace -f", "strace -f -o /dev/null",
                                         "nice -n 1 strace -f", "perf record -q -o /dev/null"),
                         [](const auto& tool) { return "Tool" + std::to_string(tool.index); });

// Tools that become the server.
TEST(WrappedServer, RunsInThePlaceOfAToolThatExecutesIt) {
  const Variable wrap("TETHER_WRAP", "env 'GREETING=good morning' nice -n 1");
  Server server(Child("ready_and_wait"));
  EXPECT_EQ(CommandOf(server.pid()), Program("ready_and_wait"));
  EXPECT_EQ(server.Stop(), ExitStatus::Signaled{SIGTERM});
  EXPECT_THAT(server.Report(), HasSubstr("command:  /"));
  EXPECT_THAT(server.Report(),
              HasSubstr("/env 'GREETING=good morning' nice -n 1 " + Program("ready_and_wait")));
}

TEST(WrappedServer, IsFoundWhereTheTestProgramWouldFindIt) {
  const support::TemporaryDirectory directory;
  const Variable wrap("TETHER_WRAP", "env");
  const auto here = std::filesystem::relative(Program("ready_and_wait")).string();
  ServerOptions options = {.command = {"./" + here}, .ready = ready::Line("ready")};
  options.working_directory = directory.path();
  Server server(options);
  EXPECT_TRUE(server.running());
}

TEST(WrappedServer, TakesPlaceholdersInTheTool) {
  const Variable wrap("TETHER_WRAP", "env PORT={port:debugger}");
  Server server(Child("ready_and_wait"));
  EXPECT_THAT(server.Report(), HasSubstr("PORT=" + std::to_string(server.port("debugger"))));
}

TEST(WrappedServer, CanBeOneOfThem) {
  const Variable wrap("TETHER_WRAP_my_kv_1", "env TOOL=yes");
  ServerOptions options = Child("ready_and_wait");
  EXPECT_THAT(Server(options).Report(), testing::Not(HasSubstr("TOOL=yes")));
  options.name = "my-kv.1";
  EXPECT_THAT(Server(options).Report(), HasSubstr("TOOL=yes"));
}

TEST(WrappedServer, FollowsItsOwnVariableBeforeThatOfAll) {
  const Variable all("TETHER_WRAP", "env TOOL=general");
  const Variable own("TETHER_WRAP_own", "env TOOL=own");
  const Variable none("TETHER_WRAP_none", "");
  ServerOptions options = Child("ready_and_wait");
  EXPECT_THAT(Server(options).Report(), HasSubstr("TOOL=general"));
  options.name = "own";
  EXPECT_THAT(Server(options).Report(), HasSubstr("TOOL=own"));
  options.name = "none";
  EXPECT_THAT(Server(options).Report(), testing::Not(HasSubstr("TOOL=")));
}

TEST(WrappedServer, IsNotStartedWithoutItsTool) {
  {
    const Variable wrap("TETHER_WRAP", "no-such-tool -x");
    EXPECT_THAT(StartFailure(Child("ready_and_wait")),
                HasSubstr("TETHER_WRAP='no-such-tool -x': no program \"no-such-tool\" in PATH"));
  }
  {
    const Variable wrap("TETHER_WRAP_ready_and_wait", "/no/such/tool");
    EXPECT_THAT(StartFailure(Child("ready_and_wait")),
                HasSubstr("TETHER_WRAP_ready_and_wait=/no/such/tool: cannot execute /no/such/tool: "
                          "there is no such file"));
  }
  const Variable wrap("TETHER_WRAP", "env 'X=1");
  EXPECT_THAT(StartFailure(Child("ready_and_wait")), HasSubstr("opens a quote, ', and does not"));
}

TEST(WrappedServer, IsMissedByItsOwnName) {
  const Variable wrap("TETHER_WRAP", "env");
  EXPECT_THAT(StartFailure({.command = {"/no/such/server"}}),
              HasSubstr("command: cannot execute /no/such/server: there is no such file"));
}

class UnderValgrind : public testing::Test {
 protected:
  void SetUp() override {
    if (!IsThere("valgrind")) GTEST_SKIP() << "valgrind is not installed";
    wrap_.emplace("TETHER_WRAP", "valgrind --error-exitcode=99");
  }

 private:
  std::optional<Variable> wrap_;
};

TEST_F(UnderValgrind, AServerIsStoppedAsAnyOther) {
  Server server(Child("save_on_term"));
  EXPECT_EQ(server.processes().size(), 1U);
  EXPECT_EQ(server.Stop(), ExitStatus::Exited{0});
  EXPECT_THAT(server.Text(), HasSubstr("ERROR SUMMARY: 0 errors"));
}

TEST_F(UnderValgrind, AnErrorIsTheExitStatus) {
  Server server(Child("overrun"));
  EXPECT_EQ(server.Stop(), ExitStatus::Exited{99});
  EXPECT_THAT(server.Text(), HasSubstr("Invalid write"));
  EXPECT_THAT(server.Report(), HasSubstr("valgrind --error-exitcode=99 " + Program("overrun")));
}

TEST_F(UnderValgrind, ThePortIsFound) {
  Server server({.command = {Program("serve_ports"), "0"}, .ready = ready::Listening()});
  EXPECT_NE(server.port(), 0);
}

// It holds the server at its first instruction until a debugger comes.
TEST(UnderGdbserver, AServerIsDebuggedAndStoppedAsAnyOther) {
  for (const char* program : {"gdbserver", "gdb"}) {
    if (!IsThere(program)) GTEST_SKIP() << program << " is not installed";
  }
  const Variable wrap("TETHER_WRAP", "gdbserver --once 127.0.0.1:0");
  Server server({.command = {Program("save_on_term")}});
  const auto line = server.WaitForLine(Regex(R"(Listening on port (?<port>\d+))"));
  if (!line && server.Text().find("ptrace") != std::string::npos) GTEST_SKIP() << server.Text();
  ASSERT_TRUE(line);
  support::PlainProcess debugger({internal::FindExecutable("gdb"), "-batch", "-nx", "-q", "-ex",
                                  "handle SIGTERM nostop noprint pass", "-ex",
                                  "target remote 127.0.0.1:" + line["port"], "-ex", "continue"});
  EXPECT_TRUE(server.WaitForLine("ready"));
  EXPECT_EQ(CommandOf(server.pid()), Program("save_on_term"));
  EXPECT_EQ(server.Stop(), ExitStatus::Exited{0});
  debugger.Wait();
}

}  // namespace
}  // namespace tether
