// A suite that fails on purpose, to show what tether prints then.
#include <httplib.h>
#include <tether/tether.h>

#include <csignal>

namespace {

tether::ServerOptions KeyValueServer() {
  return {.command = {tether::Program("kv_server"), "--port=0"},
          .ready = tether::ready::Line(tether::Regex(R"(listening on port (?<port>\d+))"))};
}

// The ready line is not the one that this server prints.
class NeverReady : public tether::ServerTest {
 protected:
  tether::ServerOptions Options() override {
    tether::ServerOptions options = KeyValueServer();
    options.ready = tether::ready::Line("accepting connections");
    options.start_timeout = std::chrono::seconds(5);
    return options;
  }
};

TEST_F(NeverReady, HasABodyThatIsNotRun) { std::puts("the body was run"); }

// The server crashes while the test talks to it.
class DiesInTheMiddle : public tether::ServerTest {
 protected:
  tether::ServerOptions Options() override { return KeyValueServer(); }
};

TEST_F(DiesInTheMiddle, IsNoticedByAWait) {
  httplib::Client client(server().url());
  EXPECT_EQ(client.Get("/kv/a")->status, 404);
  ::kill(server().pid(), SIGABRT);
  EXPECT_TRUE(server().WaitForLine("GET /kv/b"));
}

TEST_F(DiesInTheMiddle, IsNoticedEvenIfTheTestDoesNotLook) { ::kill(server().pid(), SIGKILL); }

// The test waits for a line that never comes, since it has the status wrong.
class WrongLogLine : public tether::ServerTest {
 protected:
  tether::ServerOptions Options() override { return KeyValueServer(); }
};

TEST_F(WrongLogLine, IsExplained) {
  httplib::Client client(server().url());
  client.Put("/kv/color", "green", "text/plain");
  client.Get("/kv/colour");
  EXPECT_TRUE(server().WaitForLine("GET /kv/colour 200", std::chrono::seconds(1)));
}

// The whole suite shares a server that cannot be started.
class NoSuchProgram : public tether::SharedServerTest<NoSuchProgram> {
 public:
  static tether::ServerOptions Options() { return {.command = {"./kv_sever", "--port=0"}}; }
};

TEST_F(NoSuchProgram, FirstTestIsSkipped) { std::puts("the body was run"); }
TEST_F(NoSuchProgram, SecondTestIsSkipped) { std::puts("the body was run"); }

// A bare server in an ordinary test.
TEST(BareServer, IsReportedToo) {
  tether::Server server(KeyValueServer());
  httplib::Client(server.url()).Delete("/kv/a");
  EXPECT_TRUE(server.WaitForLine("DELETE /kv/a"));
  EXPECT_EQ(1, 2);
}

// And one that passes, and so prints nothing.
TEST(Passing, PrintsNothing) {
  tether::Server server(KeyValueServer());
  EXPECT_TRUE(server.running());
}

}  // namespace
