// From the guide: restarts, crashes, signals, and how a server ends.
#include <gmock/gmock.h>
#include <httplib.h>
#include <tether/tether.h>
#include <unistd.h>

#include <fstream>
#include <future>

namespace {

using namespace std::chrono_literals;
namespace ready = tether::ready;

tether::ServerOptions SavingServer() {
  return {.command = {tether::Program("kv_server"), "--port=0", "--data={dir}"},
          .ready = ready::Http("/health")};
}

TEST(Data, IsThereAfterARestart) {
  tether::Server server(SavingServer());
  httplib::Client(server.url()).Put("/kv/color", "green", "text/plain");
  server.Restart();
  EXPECT_EQ(httplib::Client(server.url()).Get("/kv/color")->body, "green");
}

TEST(Data, IsNotHalfWrittenWhenTheServerIsKilled) {
  tether::Server server(SavingServer());
  httplib::Client(server.url()).Put("/kv/color", "green", "text/plain");
  EXPECT_THAT(server.Kill(), tether::KilledBy("KILL"));
  server.Restart();
  EXPECT_EQ(httplib::Client(server.url()).Get("/kv/color")->status, 404);
}

TEST(Crash, IsExpected) {
  tether::Server server(SavingServer());
  server.Signal("ABRT");
  EXPECT_TRUE(server.ExpectExit(tether::KilledBy(SIGABRT)));
}

TEST(Exit, IsAnErrorForDamagedData) {
  tether::ServerOptions options = SavingServer();
  options.files = {{"kv.data", "2\n\"the only\" \"entry\"\n"}};
  options.ready = ready::Immediately();
  tether::Server server(options);
  EXPECT_TRUE(server.ExpectExit(tether::Exited(1)));
  EXPECT_TRUE(server.WaitForLine("kv.data is damaged", {.stream = tether::Stream::kErr}));
}

TEST(Exit, IsAcceptedWhereTheServerIsMeantToEnd) {
  tether::Server server({.command = {"sh", "-c", "exit 3"},
                         .may_end = true,
                         .expected_exit = {tether::ExitStatus::Exited{3}}});
  EXPECT_EQ(server.WaitForExit(), tether::ExitStatus::Exited{3});
}

TEST(Signal, ReloadsTheConfiguration) {
  tether::Server server(
      {.command = {tether::Program("signal_server"), "{dir}/configuration", "{dir}/log"},
       .ready = ready::Line("started with colour=red"),
       .files = {{"configuration", "colour=red\n"}}});
  std::ofstream(server.options().command.end()[-2]) << "colour=blue\n";
  server.Signal("HUP");
  EXPECT_TRUE(server.WaitForLine("reloaded: colour=blue"));
}

TEST(Shutdown, IsGraceful) {
  tether::Server server(SavingServer());
  httplib::Client(server.url()).Put("/kv/color", "green", "text/plain");
  EXPECT_THAT(server.Stop({{.signal = SIGINT, .grace = 5s}}), tether::Exited(0));
  EXPECT_TRUE(server.WaitForLines({"saved 1 keys", "bye"}));
}

TEST(Pause, KeepsAClientWaiting) {
  tether::Server server(SavingServer());
  server.Pause();
  auto answer = std::async(std::launch::async, [url = server.url()] {
    return httplib::Client(url).Get("/health")->status;
  });
  EXPECT_EQ(answer.wait_for(100ms), std::future_status::timeout);
  server.Resume();
  EXPECT_EQ(answer.get(), 200);
}

TEST(Daemon, IsTheServer) {
  tether::Server server(
      {.command = {tether::Program("announcer"), "--daemon", "--file", "{dir}/pid"},
       .ready = ready::File("{dir}/pid", tether::Regex("^pid ")),
       .daemonizes = true});
  std::ifstream file(server.options().command.back());
  std::string word;
  pid_t pid = 0;
  file >> word >> pid;
  // The process that was started may still be about to end.
  EXPECT_TRUE(server.WaitForProcesses([&](const auto&) { return server.pid() == pid; }));
}

TEST(User, IsNotRoot) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can run a server as another user";
  tether::Server server({.command = {"id", "--user", "--name"}, .user = "nobody"});
  EXPECT_TRUE(server.ExpectExit(tether::Exited(0)));
  EXPECT_TRUE(server.WaitForLine("nobody"));
}

}  // namespace
