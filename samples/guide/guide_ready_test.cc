// From the guide: waiting until a server is ready.
#include <gmock/gmock.h>
#include <tether/tether.h>

#include <filesystem>

namespace {

using namespace std::chrono_literals;
using tether::Regex;
namespace ready = tether::ready;

TEST(Ready, WhenItHasPrintedALine) {
  tether::Server server({.command = {tether::Program("kv_server"), "--port=0"},
                         .ready = ready::Line(Regex(R"(listening on port (?<port>\d+))"))});
  EXPECT_THAT(server, tether::ListensOn(server.port()));
}

TEST(Ready, WhenItListens) {
  tether::Server server(
      {.command = {tether::Program("kv_server"), "--port=0"}, .ready = ready::Listening()});
  EXPECT_GT(server.port(), 0);
}

TEST(Ready, WhenItAnswers) {
  tether::Server server({.command = {tether::Program("kv_server"), "--port=0"},
                         .ready = ready::Http("/health", {.status = 200, .body_pattern = "ok"})});
  EXPECT_TRUE(server.WaitForLine("GET /health 200"));
}

TEST(Ready, WhenItHasWrittenAFile) {
  tether::Server server({.command = {tether::Program("announcer"), "--file", "{dir}/pid"},
                         .ready = ready::File("{dir}/pid", Regex(R"(^pid \d+$)"))});
  EXPECT_TRUE(std::filesystem::exists(server.options().command.back()));
}

TEST(Ready, WhenItListensOnAUnixSocket) {
  tether::Server server({.command = {tether::Program("announcer"), "--socket", "{dir}/socket"},
                         .ready = ready::UnixSocket("{dir}/socket")});
  const tether::Connection client(tether::Connection::Unix(server.options().command.back()));
}

TEST(Ready, WhenItNotifies) {
  tether::Server server(
      {.command = {tether::Program("announcer"), "--notify"}, .ready = ready::Notify()});
  EXPECT_THAT(server, tether::IsRunning());
}

TEST(Ready, WhenACommandSaysSo) {
  tether::Server server({.command = {tether::Program("announcer"), "--file", "{dir}/pid"},
                         .ready = ready::Command({"grep", "-q", "pid", "{dir}/pid"})});
  EXPECT_THAT(server, tether::IsRunning());
}

TEST(Ready, WhenSeveralHold) {
  tether::Server server(
      {.command = {tether::Program("kv_server"), "--port=0"},
       .ready = ready::AllOf(ready::Line("listening on port").Within(5s), ready::Http("/health")),
       .start_timeout = 20s});
  EXPECT_THAT(server, tether::IsRunning());
}

TEST(Ready, UnlessALineMeansThatItNeverWillBe) {
  try {
    tether::Server server({.command = {tether::Program("kv_server"), "--data=/nonexistent"},
                           .ready = ready::Listening(),
                           .fatal = {"cannot use"}});
    FAIL() << "it started without its directory";
  } catch (const tether::StartError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("cannot use --data '/nonexistent'"));
  }
}

}  // namespace
