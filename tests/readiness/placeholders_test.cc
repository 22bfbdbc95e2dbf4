// What stands for ports and for the directory in the options of a server, and its files.
#include "tether/server/placeholders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "readiness/not_ready.h"
#include "support/servers.h"
#include "tether/server/run_registry.h"

namespace tether {
namespace {

using internal::FillIn;
using internal::IsPortName;
using internal::Placeholder;
using support::ErrorOfStart;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string Filled(const std::string& text) {
  return FillIn(text, [](const Placeholder& found) {
    return found.kind == Placeholder::Kind::kDirectory ? "<dir>" : "<" + found.name + ">";
  });
}

TEST(Placeholders, AreReplaced) {
  EXPECT_EQ(Filled("{port}"), "<>");
  EXPECT_EQ(Filled("--listen=127.0.0.1:{port} --admin={port:admin}"),
            "--listen=127.0.0.1:<> --admin=<admin>");
  EXPECT_EQ(Filled("{dir}/a{dir}"), "<dir>/a<dir>");
  EXPECT_EQ(Filled("{port:a.b-c_1}"), "<a.b-c_1>");
  EXPECT_EQ(Filled(R"({"port":{port}})"), R"({"port":<>})");
}

TEST(Placeholders, InTwoBracesAreTheirNames) {
  EXPECT_EQ(Filled("{{port}} {{port:admin}} {{dir}}"), "{port} {port:admin} {dir}");
  EXPECT_EQ(Filled("{{port} {port}}"), "{<> <>}");
}

TEST(Placeholders, LeaveAllElseAlone) {
  for (const char* text : {"", "{}", "{", "}", "{por", "{port", "{ports}", "{ port }", "{port:}",
                           "{port:a b}", "{port:a{b}", "{Port}", "{directory}", "{{}}", "{{x}}"}) {
    EXPECT_EQ(Filled(text), text);
  }
}

TEST(Placeholders, AreNoVariablesOfAShell) {
  EXPECT_EQ(Filled("${port} ${dir}"), "${port} ${dir}");
  EXPECT_EQ(Filled("$x{port}"), "$x<>");
}

TEST(PortNames, AreLettersDigitsAndAFewOthers) {
  EXPECT_TRUE(IsPortName("admin"));
  EXPECT_TRUE(IsPortName("a-b_c.9"));
  EXPECT_FALSE(IsPortName(""));
  EXPECT_FALSE(IsPortName("a:b"));
  EXPECT_FALSE(IsPortName("a b"));
  EXPECT_FALSE(IsPortName(std::string(65, 'a')));
}

// A server that prints what the script says, and waits.
ServerOptions Script(const std::string& script) {
  return {.command = {"sh", "-c", script + "; echo ready; exec sleep 60"},
          .ready = ready::Line("ready")};
}

TEST(Placeholders, AreFilledInInCommandEnvironmentAndFiles) {
  ServerOptions options = Script("echo {port:a} $PORT_A; cat {dir}/sub/file");
  options.environment = {{"PORT_A", "{port:a}"}};
  options.files = {{"sub/file", "port {port}\nadmin {port:a}\n{{port}}\n"}};
  const Server server(options);
  const std::string port = std::to_string(server.port());
  const std::string admin = std::to_string(server.port("a"));
  EXPECT_NE(port, admin);
  EXPECT_THAT(support::Texts(server), testing::ElementsAre(admin + " " + admin, "port " + port,
                                                           "admin " + admin, "{port}", "ready"));
}

TEST(Placeholders, AreFilledInInTheCommandOfTheReport) {
  const Server server(Script("echo {port}"));
  EXPECT_THAT(server.Report(), HasSubstr("echo " + std::to_string(server.port()) + ";"));
}

TEST(Placeholders, GiveTheDirectoryToWorkIn) {
  ServerOptions options = Script("pwd; cat");
  options.working_directory = "{dir}/work";
  options.standard_input = "{dir}/input";
  options.files = {{"work/x", ""}, {"input", "from the file\n"}};
  const Server server(options);
  EXPECT_THAT(support::Texts(server)[0], testing::EndsWith("/work"));
  EXPECT_EQ(support::Texts(server)[1], "from the file");
}

// In a test directories stay until its end, in case that it fails.
void LeaveTheTest() { internal::RunRegistry::Instance().EndTests(); }

TEST(ServerDirectory, IsItsOwnAndIsRemovedWithAllThatIsInIt) {
  LeaveTheTest();
  std::string directory;
  {
    const Server server(Script("mkdir -p {dir}/made/there; ln -s / {dir}/root; echo {dir}"));
    directory = support::Texts(server).front();
    struct stat status {};
    ASSERT_EQ(::stat(directory.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0700U);
    EXPECT_TRUE(std::filesystem::exists(directory + "/made/there"));
  }
  EXPECT_FALSE(std::filesystem::exists(directory));
  EXPECT_TRUE(std::filesystem::exists("/usr"));
}

TEST(ServerDirectory, IsRemovedWhenTheServerDoesNotStart) {
  LeaveTheTest();
  try {
    Server({.command = {"sh", "-c", "echo in {dir}; exit 1"}, .ready = ready::Line("never")});
    FAIL() << "no error";
  } catch (const StartError& error) {
    const std::string report = error.what();
    const std::string printed = "out| in ";
    const auto begin = report.find(printed) + printed.size();
    const std::string directory = report.substr(begin, report.find('\n', begin) - begin);
    EXPECT_THAT(directory, HasSubstr("/tether-"));
    EXPECT_FALSE(std::filesystem::exists(directory));
  }
}

TEST(ServerDirectory, BelongsToTheUserOfTheServer) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can start servers as another user";
  ServerOptions options = Script("id -un; cat {dir}/a/b; echo x > {dir}/a/c; stat -c %U {dir}");
  options.user = "nobody";
  options.files = {{"a/b", "content\n"}};
  const Server server(options);
  EXPECT_THAT(support::Texts(server), testing::ElementsAre("nobody", "content", "nobody", "ready"));
}

TEST(Files, AreNotWrittenOutsideOfTheDirectory) {
  for (const char* path : {"/tmp/x", "../x", "a/../../x", "", ".", "..", "a/", "a/./b"}) {
    ServerOptions options = Script("true");
    options.files = {{path, "x"}};
    EXPECT_THAT(ErrorOfStart(options),
                HasSubstr("files: \"" + std::string(path) + "\" is no path below the directory"));
  }
}

TEST(Files, ThatCannotBeWrittenAreNamed) {
  ServerOptions options = Script("true");
  options.files = {{"a", "x"}, {"a/b", "x"}};
  EXPECT_THAT(ErrorOfStart(options), AllOf(HasSubstr("cannot make the directory of "),
                                           HasSubstr("/a/b: Not a directory (errno 20)")));
}

TEST(Ports, WithNamesThatAreNoneAreAnError) {
  ServerOptions options = Script("true");
  options.ports = {{"a b", 0}};
  EXPECT_THAT(ErrorOfStart(options), HasSubstr("ports: \"a b\" is no name for a port"));
  options.ports = {};
  options.listen = {Tcp("a:b")};
  EXPECT_THAT(ErrorOfStart(options), HasSubstr("listen: \"a:b\" is no name for a port"));
}

TEST(Ports, OfTheSameNameAreAnError) {
  ServerOptions options = Script("true");
  options.listen = {Tcp(), Tcp()};
  EXPECT_THAT(ErrorOfStart(options),
              HasSubstr("listen: there are two sockets for the unnamed port"));
  options.listen = {Tcp("a")};
  options.ports = {{"a", 0}};
  EXPECT_THAT(ErrorOfStart(options), HasSubstr("ports: port \"a\" is that of a socket in .listen"));
}

TEST(Ports, ThatAreUnknownAreAnErrorWhichListsThoseThereAre) {
  const Server server(Script("echo {port:admin} {port:metrics}"));
  try {
    server.port("adnim");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), AllOf(StartsWith("server \"sh\" has no port \"adnim\""),
                                    HasSubstr("its named ones are \"admin\", \"metrics\"")));
  }
}

TEST(Ports, ComeFromGroupsOfTheReadyLine) {
  const Server server({.command = {Program("ready_and_wait"), "on port 4711 and 4712"},
                       .ready = ready::Line(Regex(R"(port (?<port>\d+) and (?<admin>\d+))"))});
  EXPECT_EQ(server.port(), 4711);
  EXPECT_EQ(server.port("admin"), 4712);
  EXPECT_EQ(server.url("admin"), "http://127.0.0.1:4712");
}

}  // namespace
}  // namespace tether
