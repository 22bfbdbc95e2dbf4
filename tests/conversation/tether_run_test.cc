// tether-run: a server, a client, and what is told of them.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "conversation/run_command.h"
#include "support/temporary_directory.h"

namespace tether {
namespace {

using support::CommandRun;
using support::Joined;
using support::RunToEnd;
using support::Serving;
using support::ServingShell;
using support::WithoutNumbers;
using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

const ExitStatus kSuccess = ExitStatus::Exited{0};
const ExitStatus kFailed = ExitStatus::Exited{125};

TEST(TetherRun, PrintsNothingOfItsOwnWhenTheClientSucceeds) {
  const CommandRun run = RunToEnd(ServingShell("echo out; echo err >&2"));
  EXPECT_EQ(run.status, kSuccess);
  EXPECT_EQ(run.out, "out\n");
  EXPECT_EQ(run.err, "err\n");
}

TEST(TetherRun, PassesTheStatusOfTheClientOnAndShowsTheServerOnFailure) {
  const CommandRun run = RunToEnd(Joined({{"--name=ports"}, Serving({Program("exit_with"), "3"})}));
  EXPECT_EQ(run.status, ExitStatus::Exited{3});
  EXPECT_THAT(run.err, StartsWith("tether-run: client '" + Program("exit_with") +
                                  "' exited with code 3\nserver \"ports\":\n"));
  EXPECT_EQ(WithoutNumbers(run.err),
            "tether-run: client 'exit_with' exited with code N\n"
            "server \"ports\":\n"
            "  command:  serve_ports N\n"
            "  state:    stopped: killed by SIGTERM (N) after N ms\n"
            "  ready:    after N ms, N ms ago\n"
            "  output:   N line\n"
            "       N out| ready N\n"
            "  log:      ports.log\n");
}

TEST(TetherRun, LeavesTheLogThatTheReportNames) {
  const support::TemporaryDirectory logs;
  const CommandRun run =
      RunToEnd(ServingShell("exit 1"), {{"TETHER_LOG_DIR", logs.path().string()}});
  const std::string log = run.err.substr(run.err.find("log:") + 10);
  std::ifstream file(log.substr(0, log.find('\n')));
  EXPECT_THAT(std::string(std::istreambuf_iterator<char>(file), {}),
              MatchesRegex("ready [0-9]+\n"));
  // With and without a copy of the log, which has it made at the last moment.
  for (int round = 0; round < 10; ++round) {
    RunToEnd(ServingShell("exit 0"), {{"TETHER_LOG_DIR", logs.path().string()}});
    RunToEnd(Joined({{"--log=/dev/null"}, ServingShell("exit 0")}),
             {{"TETHER_LOG_DIR", logs.path().string()}});
  }
  const auto left = std::filesystem::directory_iterator(logs.path());
  EXPECT_EQ(std::distance(begin(left), end(left)), 1) << "a log of a run that succeeded is left";
}

TEST(TetherRun, EndsByTheSignalThatKilledTheClient) {
  const CommandRun run = RunToEnd(Serving({Program("die_by"), std::to_string(SIGSEGV)}));
  EXPECT_EQ(run.status.signal(), SIGSEGV);
  EXPECT_THAT(run.err, HasSubstr("die_by' killed by SIGSEGV (11)"));
}

TEST(TetherRun, TellsTheClientWhereTheServerIs) {
  const CommandRun run =
      RunToEnd(Joined({{"--ready=^ready (?<port>[0-9]+) (?<admin_2>[0-9]+)", "--",
                        Program("serve_ports"), "0", "0"},
                       {"--", "sh", "-c",
                        "echo $TETHER_PORT $TETHER_PORT_ADMIN_2 $TETHER_URL $TETHER_PID; "
                        "tr '\\0' ' ' <\"/proc/$TETHER_PID/cmdline\"; exit 1"}}));
  const auto printed = Regex("ready (?<port>\\d+) (?<admin>\\d+)").Search(run.err);
  ASSERT_TRUE(printed) << run.err;
  const std::string port = printed->at("port");
  EXPECT_THAT(run.out, StartsWith(port + " " + printed->at("admin") + " http://127.0.0.1:" + port));
  EXPECT_THAT(run.out, HasSubstr("\n" + Program("serve_ports") + " 0 0 "));
}

TEST(TetherRun, FillsInReservedPortsInTheCommandOfTheServer) {
  const CommandRun run =
      RunToEnd({"--", Program("serve_ports"), "addr", "{{port}}", "{{port:admin-2}}", "--", "sh",
                "-c", "echo addr $TETHER_PORT $TETHER_PORT_ADMIN_2; exit 1"});
  EXPECT_EQ(run.status, ExitStatus::Exited{1});
  ASSERT_THAT(run.out, MatchesRegex("addr [0-9]+ [0-9]+\n"));
  EXPECT_THAT(run.err, HasSubstr("serve_ports " + run.out));
}

TEST(TetherRun, RemovesThePortOfAnotherServerFromTheEnvironment) {
  const CommandRun run = RunToEnd(
      {"--ready-text=ready", "--", Program("ready_and_wait"), "--", "sh", "-c",
       "echo ${TETHER_PORT-none} ${TETHER_URL-none} "
       "${TETHER_PORT_ADMIN-none}"},
      {{"TETHER_PORT", "1"}, {"TETHER_PORT_ADMIN", "2"}, {"TETHER_URL", "http://127.0.0.1:1"}});
  EXPECT_EQ(run.status, kSuccess) << run.err;
  EXPECT_EQ(run.out, "none none none\n");
}

TEST(TetherRun, LeavesReservedPortsToAServerThatBindsThemForItselfAlone) {
  const auto with = [](const char* option) {
    return support::Words{option, "--",    Program("serve_ports"), "{{port}}", "--", "sh",
                          "-c",   "exit 1"};
  };
  EXPECT_THAT(RunToEnd(with("--listening")).err,
              HasSubstr("the port was released; to save this attempt, give --release-ports\n"));
  EXPECT_THAT(RunToEnd(with("--release-ports")).err, Not(HasSubstr("before:")));
}

TEST(TetherRun, FailsForAPortThatIsNoneBeforeItRunsTheClient) {
  const CommandRun run = RunToEnd({"--name=odd", "--ready=on (?<port>\\w+)", "--", "sh", "-c",
                                   "echo on http; exec sleep 80", "--", "echo", "client"});
  EXPECT_EQ(run.status, kFailed);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err,
              StartsWith("tether-run: the group \"port\" of the ready line of server \"odd\" "
                         "is \"http\", which is no port number\nserver \"odd\":\n"));
  EXPECT_THAT(run.err, HasSubstr("out| on http\n"));
}

TEST(TetherRun, WaitsUntilAllIsThereThatIsAskedFor) {
  const auto with = [](const char* option) {
    return support::Words{"--start-timeout=10",
                          "--ready=(?<port>[0-9]+)",
                          "--listening",
                          "--http=/status/204",
                          option,
                          "--",
                          Program("answer_http"),
                          "--",
                          "echo",
                          "client"};
  };
  const CommandRun run = RunToEnd(with("--http=/empty"));
  EXPECT_EQ(run.status, kSuccess) << run.err;
  EXPECT_EQ(run.out, "client\n");
  support::Words arguments = with("--http=/status/503");
  arguments.front() = "--start-timeout=0.5";
  const CommandRun unready = RunToEnd(arguments);
  EXPECT_EQ(unready.status, kFailed);
  EXPECT_EQ(unready.out, "");
  EXPECT_THAT(unready.err,
              AllOf(HasSubstr("did not get ready within 500 ms\n"), HasSubstr("GET /status/503")));
}

TEST(TetherRun, TellsWhyTheServerDidNotGetReadyAndRunsNoClient) {
  const CommandRun run = RunToEnd({"--port=9", "--start-timeout=2s", "--name=deaf", "--",
                                   Program("ready_and_wait"), "word", "--", "echo", "client"});
  EXPECT_EQ(run.status, kFailed);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, StartsWith("tether-run: server \"deaf\" did not get ready within 2 s\n"
                                  "  awaited:  "));
  EXPECT_THAT(run.err, HasSubstr("out| word\n"));
}

TEST(TetherRun, TellsThatTheServerCannotBeExecuted) {
  const CommandRun run = RunToEnd({"--", "/no/such/server", "--", "echo", "client"});
  EXPECT_EQ(run.status, kFailed);
  EXPECT_THAT(run.err, StartsWith("tether-run: server \"server\" could not be started\n"));
  EXPECT_EQ(run.out, "");
}

TEST(TetherRun, EndsAClientWhoseServerHasEnded) {
  const CommandRun run = RunToEnd(ServingShell("kill -9 $TETHER_PID; sleep 80; echo survived"));
  EXPECT_EQ(run.status, kFailed);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(
      WithoutNumbers(run.err),
      StartsWith("tether-run: server \"serve_ports\" ended though nobody asked it to: killed "
                 "by SIGKILL (N) after N ms\n"
                 "If it may end by itself, give --allow-exit.\n"
                 "server \"serve_ports\":\n  command:  "));
}

TEST(TetherRun, FailsForAServerThatEndedThoughTheClientSucceeds) {
  const CommandRun run =
      RunToEnd(ServingShell("trap 'exit 0' TERM; kill $TETHER_PID; sleep 80 & wait"));
  EXPECT_EQ(run.status, kFailed);
  EXPECT_THAT(run.err, HasSubstr("ended though nobody asked it to: killed by SIGTERM"));
}

TEST(TetherRun, LetsTheServerEndWithWhateverIsAllowed) {
  const std::string end = "kill -USR1 $TETHER_PID; while kill -0 $TETHER_PID; do :; done 2>&-";
  const CommandRun run = RunToEnd(
      Joined({{"--allow-exit", "--allow-status=USR1"}, ServingShell(end + "; echo went on")}));
  EXPECT_EQ(run.status, kSuccess) << run.err;
  EXPECT_EQ(run.out, "went on\n");
  const CommandRun other = RunToEnd(Joined({{"--allow-exit"}, ServingShell(end)}));
  EXPECT_EQ(other.status, kFailed);
  EXPECT_THAT(other.err,
              AllOf(HasSubstr("killed by SIGUSR1 (10)"),
                    HasSubstr("\nIf it is meant to end so, give --allow-status=SIGUSR1.\n")));
}

TEST(TetherRun, FailsForAServerThatNeedsToBeKilledUnlessThatIsAllowed) {
  const auto arguments = [](const char* allowed) {
    return support::Words{allowed, "--ready-text=ready",   "--stop-grace=0.05",
                          "--",    Program("ignore_term"), "--",
                          "true"};
  };
  const CommandRun run = RunToEnd(arguments("--terminal"));
  EXPECT_EQ(run.status, kFailed);
  EXPECT_THAT(run.err, AllOf(HasSubstr("did not end on SIGTERM within 50 ms: it took SIGKILL"),
                             HasSubstr("by --stop-signal, or --allow-kill.\nserver \""),
                             Not(HasSubstr(".may_need_kill"))));
  EXPECT_EQ(RunToEnd(arguments("--allow-kill")).status, kSuccess);
}

TEST(TetherRun, CopiesTheLogToAFile) {
  const support::TemporaryDirectory directory;
  const std::string log = directory / "server log";
  const CommandRun run = RunToEnd(Joined({{"--log=" + log}, ServingShell("true")}));
  EXPECT_EQ(run.err, "");
  std::ifstream file(log);
  EXPECT_THAT(std::string(std::istreambuf_iterator<char>(file), {}),
              MatchesRegex("ready [0-9]+\n"));
  const CommandRun unready = RunToEnd({"--log=" + log, "--start-timeout=2", "--ready-text=never",
                                       "--", Program("ready_and_wait"), "word", "--", "true"});
  EXPECT_EQ(unready.status, kFailed);
  std::ifstream again(log);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(again), {}), "word\n");
}

TEST(TetherRun, TellsThatTheLogCannotBeWrittenBesidesAllElse) {
  const CommandRun run =
      RunToEnd(Joined({{"--log=/dev/full"}, ServingShell("kill -9 $TETHER_PID; sleep 80")}));
  EXPECT_EQ(run.status, kFailed);
  EXPECT_THAT(run.err, StartsWith("tether-run: cannot write the log '/dev/full' to its end: No "
                                  "space left on device (errno 28)"));
  EXPECT_THAT(run.err, AllOf(HasSubstr("ended though nobody asked it to"),
                             HasSubstr("\nserver \"serve_ports\":\n")));
}

TEST(TetherRun, FailsForALogThatLacksWhatTheServerPrinted) {
  const support::TemporaryDirectory directory;
  const std::string log = directory / "log";
  const CommandRun run = RunToEnd(Joined({{"--log=" + log}, ServingShell("true")}),
                                  {{"TETHER_LOG_DIR", "/proc/none"}});
  EXPECT_EQ(run.status, kFailed);
  EXPECT_THAT(run.err, AllOf(HasSubstr("/log' lacks what the server printed, as tether could not"),
                             HasSubstr("; TETHER_LOG_DIR gives another directory\n")));
}

TEST(TetherRun, KeepsTheLogFromTheClientWhoseStandardStreamsAreClosed) {
  const support::TemporaryDirectory directory;
  const std::string log = directory / "log";
  Server run({.command = {"sh", "-c", "\"$@\" >&-", "sh", Program("tether_run"), "--log=" + log,
                          "--ready=^ready", "--", Program("serve_ports"), "0", "--", "sh", "-c",
                          "echo OUT 2>&-; ls -l /proc/self/fd >&2"},
              .may_end = true,
              .expected_exit = {},
              .may_leave_processes = true});
  ASSERT_TRUE(run.WaitForExit());
  EXPECT_THAT(run.Text(), Not(HasSubstr(log)));
  std::ifstream file(log);
  EXPECT_THAT(std::string(std::istreambuf_iterator<char>(file), {}),
              MatchesRegex("ready [0-9]+\n"));
}

TEST(TetherRun, ExpectsTheStopSignalAloneAndWhatIsAllowed) {
  const auto arguments = [](const support::Words& options) {
    return Joined({options, ServingShell("kill -USR1 $TETHER_PID; while kill -0 $TETHER_PID; do :; "
                                         "done 2>&-")});
  };
  EXPECT_THAT(RunToEnd(arguments({"--allow-exit", "--allow-status=TERM"})).err,
              HasSubstr("where an exit with code 0 or a death by SIGTERM (15) is expected"));
  EXPECT_THAT(RunToEnd(arguments({"--allow-exit", "--stop-signal=INT"})).err,
              HasSubstr("where an exit with code 0 or a death by SIGINT (2) is expected"));
}

TEST(TetherRun, AdvisesByItsOwnOptions) {
  EXPECT_THAT(RunToEnd({"--", "", "--", "true"}).err, HasSubstr("to start, such as ./my_server\n"));
  EXPECT_THAT(RunToEnd({"--directory=/no/such", "--", "true", "--", "true"}).err,
              HasSubstr("--directory: cannot change to /no/such: "));
  EXPECT_THAT(RunToEnd({"--start-timeout=0.1", "--", "sleep", "80", "--", "true"}).err,
              AllOf(HasSubstr("or give --terminal\n"), Not(HasSubstr("tether::"))));
}

TEST(TetherRun, EchoesTheServerAlone) {
  const CommandRun run =
      RunToEnd(Joined({{"--echo", "--name=ports"}, ServingShell("echo ${TETHER_ECHO-unset}")}));
  EXPECT_EQ(run.out, "unset\n");
  EXPECT_THAT(run.err, MatchesRegex("ports out. ready [0-9]+\n"));
}

TEST(TetherRun, GivesTheServerItsDirectoryAndVariablesAndNoDescriptor) {
  const CommandRun run = RunToEnd({"--directory=/usr", "--env=COLOUR=light=blue",
                                   "--ready-text=ready", "--", Program("show_state"), "COLOUR",
                                   "--", "sh", "-c", "echo ${COLOUR-none}; pwd; exit 1"});
  EXPECT_THAT(run.err, AllOf(HasSubstr("out| descriptors 0 1 2\n"), HasSubstr("| directory /usr\n"),
                             HasSubstr("| COLOUR light=blue\n")));
  EXPECT_EQ(run.out, "none\n" + std::filesystem::current_path().string() + "\n");
}

TEST(TetherRun, GivesTheClientAllItHasItself) {
  // A descriptor, a signal that is ignored, and standard input.
  Server run({.command = {"sh", "-c", "trap '' USR2; exec 7</dev/null; echo typed | \"$@\"", "sh",
                          Program("tether_run"), "--listening", "--", Program("serve_ports"), "0",
                          "--", "sh", "-c", "cat; exec \"$0\"", Program("show_state")},
              .ready = ready::Line("ready"),
              .may_leave_processes = true});
  EXPECT_THAT(run.Text(), AllOf(HasSubstr("typed\n"), HasSubstr("descriptors 0 1 2 7\n"),
                                HasSubstr("ignored 12.\n"), HasSubstr("blocked.\n")));
  run.Stop();
}

TEST(TetherRun, IsNoNewsForAClientThatUsesTheLibrary) {
  const CommandRun run =
      RunToEnd(Serving(Joined({{Program("tether_run")}, ServingShell("echo $TETHER_PORT")})));
  EXPECT_EQ(run.status, kSuccess);
  EXPECT_EQ(run.err, "");
  EXPECT_THAT(run.out, MatchesRegex("[0-9]+\n"));
}

TEST(TetherRun, ClientThatIsNotThereOrCannotBeExecutedHasAStatusOfItsOwn) {
  const CommandRun missing = RunToEnd(Serving({"no-such-client"}));
  EXPECT_EQ(missing.status, ExitStatus::Exited{127});
  EXPECT_EQ(
      missing.err,
      "tether-run: failed to run client 'no-such-client': No such file or directory (errno 2); "
      "no directory in PATH has it\n");
  const CommandRun refused = RunToEnd(Serving({"/dev/null"}));
  EXPECT_EQ(refused.status, ExitStatus::Exited{126});
  EXPECT_THAT(refused.err,
              StartsWith("tether-run: failed to run client '/dev/null': Permission denied"));
}

}  // namespace
}  // namespace tether
