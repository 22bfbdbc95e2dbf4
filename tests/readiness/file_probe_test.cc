// ready::File: files that a server makes, and those that others left there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "readiness/not_ready.h"
#include "support/servers.h"
#include "support/temporary_directory.h"

namespace tether {
namespace {

using support::ErrorOfStart;
using testing::AllOf;
using testing::HasSubstr;
using namespace std::chrono_literals;

class ReadyFile : public testing::Test {
 protected:
  // A server that runs a script in the directory of the test, and stays.
  ServerOptions Script(const std::string& script, Probe probe) const {
    return {.command = {"sh", "-c", script + "\nexec sleep 60"},
            .ready = std::move(probe),
            .working_directory = directory_.path()};
  }
  // The same, which ends when the script does.
  ServerOptions Ending(const std::string& script, Probe probe) const {
    ServerOptions options = Script(script + "\nexit 3", std::move(probe));
    options.start_timeout = 600s;
    return options;
  }
  std::string Quoted(const std::string& name) const {
    return '"' + (directory_ / name).string() + '"';
  }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(directory_ / name) << text;
  }

  const support::TemporaryDirectory directory_;
};

TEST_F(ReadyFile, IsMetByAFileThatTheServerMakes) {
  const Server server(Script(": > made", ready::File(directory_ / "made")));
  EXPECT_TRUE(std::filesystem::exists(directory_ / "made"));
}

TEST_F(ReadyFile, CountsARelativePathFromTheDirectoryOfTheServer) {
  const Server server(Script("mkdir sub; : > sub/made", ready::File("sub/made")));
  EXPECT_TRUE(std::filesystem::exists(directory_ / "sub/made"));
}

TEST_F(ReadyFile, SeesTheFileOfADirectoryThatIsMadeLater) {
  for (int round = 0; round < 20; ++round) {
    const std::string top = "top" + std::to_string(round);
    const Server server(Script("mkdir -p " + top + "/a/b/c; : > " + top + "/a/b/c/made",
                               ready::File(top + "/a/b/c/made")));
    EXPECT_TRUE(std::filesystem::exists(directory_ / (top + "/a/b/c/made")));
  }
}

TEST_F(ReadyFile, SeesAFileThatIsMovedIntoPlace) {
  const Server server(Script("printf 'port 4711' > new; mv new file",
                             ready::File("file", Regex(R"(^port (?<port>\d+)$)"))));
  EXPECT_EQ(server.port(), 4711);
}

TEST_F(ReadyFile, SeesAFileInADirectoryThatIsMovedIntoPlace) {
  const Server server(Script("mkdir new; echo port 4711 > new/file; mv new run",
                             ready::File("run/file", Regex(R"(port (?<port>\d+))"))));
  EXPECT_EQ(server.port(), 4711);
}

TEST_F(ReadyFile, SeesAFileBehindASymbolicLink) {
  std::filesystem::create_symlink("elsewhere", directory_ / "link");
  const Server server(
      Script("echo port 4711 > elsewhere", ready::File("link", Regex(R"(port (?<port>\d+))"))));
  EXPECT_EQ(server.port(), 4711);
}

TEST_F(ReadyFile, IsNotMetByAFileThatWasThereBefore) {
  Write("stale", "port 1\n");
  EXPECT_THAT(ErrorOfStart(Ending("", ready::File("stale"))),
              HasSubstr(Quoted("stale") + " was there before the start and has not changed since"));
  EXPECT_THAT(ErrorOfStart(Ending("chmod 600 stale; ln stale other",
                                  ready::File("stale", Regex(R"(port (?<port>\d+))")))),
              AllOf(HasSubstr("awaited:  the file \"stale\" with a line with /port (?<port>\\d+)/"),
                    HasSubstr("has not changed since")));
}

// Both writes can fall into one tick of the file system's clock.
TEST_F(ReadyFile, IsMetByAFileOfFormerTimesThatIsWrittenAnew) {
  for (int round = 0; round < 50; ++round) {
    Write("port", "port 4711\n");
    const Server server(
        Script("echo port 4711 > port", ready::File("port", Regex(R"(port (?<port>\d+))"))));
    EXPECT_EQ(server.port(), 4711);
  }
}

TEST_F(ReadyFile, IsMetByAFileOfFormerTimesThatIsReplaced) {
  Write("port", "port 4711\n");
  const Server server(
      Script("rm port; echo port 4712 > port", ready::File("port", Regex(R"(port (?<port>\d+))"))));
  EXPECT_EQ(server.port(), 4712);
}

TEST_F(ReadyFile, WaitsForTheLine) {
  const Server server(Script("echo starting > log; echo up on port 4711 >> log; echo more >> log",
                             ready::File("log", Regex(R"(up on port (?<port>\d+))"))));
  EXPECT_EQ(server.port(), 4711);
}

// As pidfile_open() of libbsd does: it keeps the file open, which locks it, and writes no newline.
TEST_F(ReadyFile, TakesALastLineWithoutANewlineWhenTheFileDoesNotChangeAnyMore) {
  Server server(Script("exec 3> pid; printf %s $$ >&3", ready::File("pid", Regex(R"(^\d+$)"))));
  std::stringstream pid;
  pid << std::ifstream(directory_ / "pid").rdbuf();
  EXPECT_EQ(pid.str(), std::to_string(server.pid()));
}

TEST_F(ReadyFile, GivesItsGroupsToOtherProbes) {
  const Server server(
      {.command = {"sh", "-c", "echo control 47 > port; exec " + Program("listen_quietly")},
       .ready = ready::AllOf(ready::File("port", Regex(R"(control (?<control>\d+))")),
                             ready::Listening()),
       .working_directory = directory_.path()});
  EXPECT_GT(server.port(), 0);
}

TEST_F(ReadyFile, SaysThatTheFileDoesNotExist) {
  EXPECT_THAT(ErrorOfStart(Ending(": > other", ready::File("run/made"))),
              AllOf(HasSubstr("awaited:  the file \"run/made\", for"),
                    HasSubstr("met:      " + Quoted("run/made") + " does not exist\n")));
}

TEST_F(ReadyFile, SaysWhatIsInTheFileInstead) {
  const Probe probe = ready::File("file", "ready");
  EXPECT_THAT(ErrorOfStart(Ending(": > file", probe)), HasSubstr(Quoted("file") + " is empty"));
  EXPECT_THAT(ErrorOfStart(Ending("printf 'a\\001b' > file", probe)),
              HasSubstr(Quoted("file") + " has 1 line, and not one with \"ready\"; the first is "
                                         "\"a\\x01b\""));
  EXPECT_THAT(ErrorOfStart(Ending("printf 'a\\nb\\nc\\n' > file", probe)),
              HasSubstr("has 3 lines, and none with \"ready\"; the first is \"a\""));
}

TEST_F(ReadyFile, ReadsNoMoreThanTheFirstMebibyte) {
  EXPECT_THAT(
      ErrorOfStart(Ending("head -c 2000000 /dev/zero | tr '\\0' x > file; echo ready >> file",
                          ready::File("file", "ready"))),
      AllOf(HasSubstr("has 1 line in its first MiB, which is all that is read"),
            HasSubstr("xxx... (1048576 bytes)")));
}

TEST_F(ReadyFile, SaysWhyTheFileCannotBeRead) {
  const Probe probe = ready::File("file", "ready");
  EXPECT_THAT(ErrorOfStart(Ending("mkdir file", probe)),
              HasSubstr(Quoted("file") + " cannot be read: it is no regular file"));
  std::filesystem::remove(directory_ / "file");
  // Nobody ever writes to it.
  EXPECT_THAT(ErrorOfStart(Ending("mkfifo file", probe)),
              HasSubstr("cannot be read: it is no regular file"));
  Write("not_a_directory", "");
  EXPECT_THAT(ErrorOfStart(Ending("", ready::File("not_a_directory/file"))),
              HasSubstr("cannot be found: Not a directory (errno 20)"));
}

TEST_F(ReadyFile, RefusesWhatIsNoPathOfAFile) {
  EXPECT_THAT(ErrorOfStart(Script("", ready::File(""))),
              HasSubstr("ready: ready::File was given an empty path"));
  EXPECT_THAT(ErrorOfStart(Script("", ready::File("run/"))),
              HasSubstr("ready::File was given the path of a directory: \"run/\""));
  EXPECT_THAT(ErrorOfStart(Script("", ready::File("..", "x"))),
              HasSubstr("was given the path of a directory: \"..\""));
  EXPECT_THAT(ErrorOfStart(Script("", ready::File(std::string("a\0b", 3)))),
              HasSubstr("was given a path with a NUL in it: \"a\\x00b\""));
  EXPECT_THAT(ErrorOfStart(Script("", ready::File("file", Regex("(")))), HasSubstr("ready: "));
}

TEST_F(ReadyFile, LeavesNoDescriptorBehind) {
  Server(Script(": > first", ready::File("first"))).Stop();
  const DescriptorTable before = DescriptorTable::OfThisProcess();
  Server(Script(": > second", ready::File("second"))).Stop();
  EXPECT_EQ(DescriptorTable::OfThisProcess(), before);
}

}  // namespace
}  // namespace tether
