// What cannot be started, and what it says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::Child;
using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using namespace std::chrono_literals;

constexpr const char* kMark = "TETHER_BAD_INPUT_TEST";

// Starting with wrong options, and what is left afterwards.
class BadInput : public testing::Test {
 protected:
  void SetUp() override {
    { const Server warm_up(Child("ready_and_wait")); }  // what is opened once is open now
    descriptors_ = support::OpenDescriptors();
    directory_ = std::filesystem::path(testing::TempDir()) /
                 ("tether_bad_input_" + std::to_string(::getpid()));
    std::filesystem::create_directories(directory_);
  }

  void TearDown() override {
    std::filesystem::remove_all(directory_);
    EXPECT_THAT(support::OpenDescriptors(), testing::SizeIs(descriptors_.size()));
    EXPECT_THAT(support::ProcessesWith(kMark + ("=" + std::to_string(::getpid()))),
                testing::IsEmpty());
  }

  // The text of the StartError.
  static std::string ErrorFor(ServerOptions options) {
    options.environment[kMark] = std::to_string(::getpid());
    try {
      const Server server(std::move(options));
    } catch (const StartError& error) {
      return error.what();
    }
    return "(it started)";
  }

  std::string File(const std::string& name, const std::string& content, mode_t mode) {
    const auto path = directory_ / name;
    std::ofstream(path) << content;
    ::chmod(path.c_str(), mode);
    return path.string();
  }

  std::filesystem::path directory_;

 private:
  std::set<int> descriptors_;
};

TEST_F(BadInput, EmptyCommand) {
  EXPECT_THAT(ErrorFor({}), HasSubstr("problem:  command is empty: its first element must be"));
  EXPECT_THAT(ErrorFor({.command = {""}}), HasSubstr("command is empty"));
}

TEST_F(BadInput, MissingProgram) {
  EXPECT_THAT(
      ErrorFor({.command = {"/no/such/program", "--port=0"}}),
      AllOf(HasSubstr("server \"program\" could not be started"),
            HasSubstr("command: cannot execute /no/such/program: No such file or directory"),
            HasSubstr("there is no such file"),
            HasSubstr("command:  env TETHER_BAD_INPUT_TEST=" + std::to_string(::getpid()) +
                      " /no/such/program --port=0\n"),
            HasSubstr("state:    never started"), HasSubstr("nothing was printed")));
}

TEST_F(BadInput, MissingProgramInPath) {
  EXPECT_THAT(ErrorFor({.command = {"no-such-program"}}),
              HasSubstr("no program \"no-such-program\" in PATH ("));
}

TEST_F(BadInput, DirectoryAsProgram) {
  EXPECT_THAT(ErrorFor({.command = {"/usr"}}),
              AllOf(HasSubstr("cannot execute /usr: Permission denied"),
                    HasSubstr("it is a directory, not a program")));
}

TEST_F(BadInput, FileWithoutExecutePermission) {
  const std::string file = File("plain", "hello\n", 0644);
  EXPECT_THAT(ErrorFor({.command = {file}}),
              AllOf(HasSubstr("cannot execute " + file + ": Permission denied"),
                    HasSubstr("lacks the execute permission")));
}

TEST_F(BadInput, ScriptWhoseInterpreterIsMissing) {
  const std::string file = File("script", "#!/no/such/interpreter -x\n", 0755);
  EXPECT_THAT(ErrorFor({.command = {file}}),
              HasSubstr("cannot execute " + file +
                        ": No such file or directory (errno 2); its first line names the "
                        "interpreter /no/such/interpreter, which is missing; install that, or "
                        "correct the line\n"));
}

TEST_F(BadInput, ScriptWithTheLineEndsOfWindows) {
  const std::string file = File("script", "#!/bin/sh\r\necho ready\r\n", 0755);
  EXPECT_THAT(ErrorFor({.command = {file}}),
              HasSubstr("its first line names the interpreter /bin/sh and ends with a carriage "
                        "return, which the system takes for a part of that name; give the file "
                        "the line ends of Unix (dos2unix)\n"));
}

TEST_F(BadInput, ScriptThatNamesNoInterpreter) {
  for (const char* script : {"echo ready\n", "#!\necho ready\n", "#! \n"}) {
    EXPECT_THAT(ErrorFor({.command = {File("script", script, 0755)}}),
                AllOf(HasSubstr("Exec format error (errno 8); it is neither a binary for this "
                                "machine nor a script that begins with #! and the path of an "
                                "interpreter; a shell script needs the first line #!/bin/sh\n")))
        << script;
  }
}

TEST_F(BadInput, ScriptWhoseInterpreterMayNotBeExecuted) {
  const std::string interpreter = File("interpreter", "#!/bin/sh\n", 0644);
  const std::string file = File("script", "#!" + interpreter + "\n", 0755);
  EXPECT_THAT(ErrorFor({.command = {file}}),
              HasSubstr("Permission denied (errno 13); its first line names the interpreter " +
                        interpreter + ", which cannot be executed\n"));
}

TEST_F(BadInput, FileThatIsNoProgram) {
  const std::string file = File("noise", "neither binary nor script\n", 0755);
  EXPECT_THAT(ErrorFor({.command = {file}}), AllOf(HasSubstr("Exec format error"),
                                                   HasSubstr("neither a binary for this machine")));
}

TEST_F(BadInput, MissingWorkingDirectory) {
  ServerOptions options = Child("ready_and_wait");
  options.working_directory = "/no/such/directory";
  EXPECT_THAT(
      ErrorFor(options),
      AllOf(HasSubstr("working_directory: cannot change to /no/such/directory: No such file"),
            HasSubstr("cd /no/such/directory && ")));
}

TEST_F(BadInput, MissingStandardInput) {
  ServerOptions options = Child("ready_and_wait");
  options.standard_input = "/no/such/file";
  EXPECT_THAT(ErrorFor(options),
              HasSubstr("standard_input: cannot open /no/such/file: No such file"));
}

TEST_F(BadInput, InvalidRegexAsReadyLine) {
  ServerOptions options = Child("ready_and_wait");
  options.ready = ready::Line(Regex("port (\\d+"));
  EXPECT_THAT(ErrorFor(options),
              HasSubstr("ready: the regular expression /port (\\d+/ is wrong at byte 9: "));
}

TEST_F(BadInput, HttpPathWithoutSlash) {
  ServerOptions options = Child("ready_and_wait");
  options.ready = ready::Http("health");
  EXPECT_THAT(ErrorFor(options),
              HasSubstr("ready: the path \"health\" of ready::Http must begin with"));
}

TEST_F(BadInput, NegativeTimeoutAndGrace) {
  ServerOptions options = Child("ready_and_wait");
  options.start_timeout = -5ms;
  EXPECT_THAT(ErrorFor(options), HasSubstr("start_timeout is negative: -5 ms"));
  options = Child("ready_and_wait");
  options.stop = {{SIGTERM, -1s}};
  EXPECT_THAT(ErrorFor(options), HasSubstr("stop: the grace of a step is negative: -1 s"));
}

TEST_F(BadInput, VariableWithAWrongName) {
  ServerOptions options = Child("ready_and_wait");
  options.environment["A=B"] = "c";
  EXPECT_THAT(ErrorFor(options), HasSubstr("environment: \"A=B\" is no name for a variable"));
}

TEST_F(BadInput, NulByteInAnArgument) {
  EXPECT_THAT(ErrorFor(Child("ready_and_wait", {std::string("a\0b", 3)})),
              HasSubstr("command holds a NUL byte"));
}

TEST_F(BadInput, ServerThatEndsBeforeItIsReady) {
  const std::string error = ErrorFor(Child("exit_with", {"3", "cannot open the database"}));
  EXPECT_THAT(error, AllOf(HasSubstr("server \"exit_with\" ended before it was ready"),
                           HasSubstr("awaited:  a line with \"ready\", for "),
                           HasSubstr("state:    exited with code 3 after "),
                           HasSubstr("err| cannot open the database")));
}

TEST_F(BadInput, ServerThatEndsWithStatusZeroBeforeItIsReady) {
  EXPECT_THAT(ErrorFor(Child("exit_with", {"0"})),
              AllOf(HasSubstr("ended before it was ready"), HasSubstr("exited with code 0 after "),
                    HasSubstr("hint:     it ended by itself")));
}

TEST_F(BadInput, ServerThatIsKilledBeforeItIsReady) {
  ServerOptions options = Child("die_by", {"11"});
  options.ready = ready::Listening();
  EXPECT_THAT(ErrorFor(options),
              AllOf(HasSubstr("ended before it was ready"), HasSubstr("killed by SIGSEGV (11)"),
                    HasSubstr("out| ready")));
}

TEST_F(BadInput, ServerThatNeverGetsReady) {
  ServerOptions options = Child("ready_and_wait", {"starting", "still starting"});
  options.ready = ready::Line(Regex("listening on (?<port>\\d+)"));
  options.start_timeout = 1s;
  EXPECT_THAT(ErrorFor(options),
              AllOf(HasSubstr("server \"ready_and_wait\" did not get ready within "),
                    HasSubstr("awaited:  a line with /listening on (?<port>\\d+)/, for "),
                    HasSubstr("state:    running"), HasSubstr("output:   2 lines\n"),
                    HasSubstr("out| starting\n"), HasSubstr("out| still starting\n")));
}

TEST_F(BadInput, SilentServerIsSuspectedOfBufferingItsOutput) {
  ServerOptions options{.command = {Program("listen_quietly")}, .ready = ready::Line("ready")};
  options.start_timeout = 50ms;
  EXPECT_THAT(ErrorFor(options), HasSubstr("its stdout may be block-buffered"));
}

TEST_F(BadInput, PromptWithoutNewlineIsShown) {
  ServerOptions options{.command = {Program("prompt")}, .ready = ready::Line("ready")};
  options.start_timeout = 1s;
  EXPECT_THAT(ErrorFor(options), AllOf(HasSubstr("output:   0 lines\n"),
                                       HasSubstr("out| password:   (no newline yet)\n")));
}

TEST_F(BadInput, FifoAsStandardInput) {
  ServerOptions options = Child("ready_and_wait");
  options.standard_input = directory_ / "fifo";
  ASSERT_EQ(::mkfifo(options.standard_input.c_str(), 0600), 0);
  EXPECT_THAT(ErrorFor(options), HasSubstr("is a FIFO, and opening it would wait"));
}

TEST_F(BadInput, CommandToCopyWorksFromTheDirectoryOfTheTest) {
  ServerOptions options{.command = {"./no-such-program"}};
  options.working_directory = "/usr";
  EXPECT_THAT(ErrorFor(options),
              HasSubstr("cd /usr && env TETHER_BAD_INPUT_TEST=" + std::to_string(::getpid()) + " " +
                        (std::filesystem::current_path() / "./no-such-program").string()));
}

TEST_F(BadInput, ServerThatNeverListens) {
  ServerOptions options = Child("ready_and_wait");
  options.ready = ready::Listening();
  options.start_timeout = 50ms;
  EXPECT_THAT(ErrorFor(options), AllOf(HasSubstr("awaited:  a listening TCP port, for "),
                                       HasSubstr("met:      it listens on no TCP port")));
}

TEST_F(BadInput, ServerWhoseHttpAnswerIsNeverTheRightOne) {
  ServerOptions options{.command = {Program("warm_up"), "1000000", "/health"},
                        .ready = ready::Http("/health")};
  options.start_timeout = 2s;
  EXPECT_THAT(
      ErrorFor(options),
      AllOf(HasSubstr("awaited:  an answer to GET /health with status 2xx, for "),
            testing::ContainsRegex("met:      GET http://127.0.0.1:[0-9]+/health: HTTP 503")));
}

TEST_F(BadInput, UnknownTargetOfProgram) {
  try {
    Program("no_such_target");
    FAIL() << "no error";
  } catch (const StartError& error) {
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("tether::Program(\"no_such_target\")"),
                      HasSubstr("SERVERS of tether_add_test()"), HasSubstr("ready_and_wait")));
  }
}

TEST_F(BadInput, WrongArgumentsOfAWait) {
  Server server(Child("ready_and_wait"));
  EXPECT_THROW(server.WaitForLine(Regex("(")), Error);
  EXPECT_THROW(server.WaitForLine("x", -1ms), Error);
  EXPECT_THROW(server.WaitForExit(-1ms), Error);
  EXPECT_THROW(server.Stop({{4711}}), Error);
  EXPECT_TRUE(server.running());
}

}  // namespace
}  // namespace tether
