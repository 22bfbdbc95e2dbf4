// A suite for the key-value server beside this file, as a user of tether would write it.
#include <gmock/gmock.h>
#include <httplib.h>
#include <tether/tether.h>
#include <unistd.h>

#include <filesystem>

namespace {

// Each test gets a server of its own.
class KeyValue : public tether::ServerTest {
 protected:
  tether::ServerOptions Options() override {
    return {.command = {tether::Program("kv_server"), "--port=0"},
            .ready = tether::ready::Line(tether::Regex(R"(listening on port (?<port>\d+))"))};
  }
};

TEST_F(KeyValue, LogsEveryRequest) {
  httplib::Client client(server().url());
  ASSERT_EQ(client.Get("/kv/a")->status, 404);
  EXPECT_TRUE(server().WaitForLine("GET /kv/a 404"));
}

TEST_F(KeyValue, KeepsWhatWasPut) {
  httplib::Client client(server().url());
  ASSERT_EQ(client.Put("/kv/color", "green", "text/plain")->status, 201);
  EXPECT_EQ(client.Get("/kv/color")->body, "green");
  ASSERT_EQ(client.Delete("/kv/color")->status, 204);
  EXPECT_EQ(client.Get("/kv/color")->status, 404);
}

TEST_F(KeyValue, LogsInOrderAndFailsNoRequest) {
  httplib::Client client(server().url());
  const tether::Mark before = server().Mark();
  client.Put("/kv/a", "1", "text/plain");
  client.Get("/kv/a");
  client.Delete("/kv/a");
  EXPECT_TRUE(server().WaitForLines({"PUT /kv/a 201", "GET /kv/a 200", "DELETE /kv/a 204"}));
  EXPECT_TRUE(server().ExpectNoLine(tether::Regex(R"( 5\d\d$)"),
                                    {.since = before, .until = "DELETE /kv/a"}));
}

TEST_F(KeyValue, LogsWhatWasAskedAndAnswered) {
  httplib::Client client(server().url());
  client.Get("/kv/a");
  client.Get("/kv/b");
  const auto lines = server().WaitForCount(tether::Regex(R"(GET (?<path>\S+) (?<status>\d+))"), 2);
  ASSERT_TRUE(lines);
  EXPECT_EQ(lines[1]["path"], "/kv/b");
  EXPECT_EQ(lines[1].As<int>("status"), 404);
  client.Get("/health");
  EXPECT_TRUE(server().WaitForLine(testing::StartsWith("GET /health ")));
}

TEST_F(KeyValue, SaysGoodbyeAndExitsWithZero) {
  EXPECT_EQ(server().Stop(), tether::ExitStatus::Exited{0});
  EXPECT_TRUE(server().WaitForLine("nothing to save"));
  EXPECT_TRUE(server().WaitForLine("bye"));
}

// A server can also be started anywhere, and several side by side.
TEST(KeyValueData, SurvivesARestart) {
  const auto directory =
      std::filesystem::path(testing::TempDir()) / ("kv_server_test_" + std::to_string(::getpid()));
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  const tether::ServerOptions options{
      .command = {tether::Program("kv_server"), "--port=0", "--data", directory.string()},
      .ready = tether::ready::Listening()};

  tether::Server first(options);
  ASSERT_EQ(httplib::Client(first.url()).Put("/kv/color", "green", "text/plain")->status, 201);
  EXPECT_EQ(first.Stop(), tether::ExitStatus::Exited{0});
  EXPECT_TRUE(first.WaitForLine("saved 1 keys"));

  tether::Server second(options);
  EXPECT_EQ(httplib::Client(second.url()).Get("/kv/color")->body, "green");
  EXPECT_EQ(second.Stop(), tether::ExitStatus::Exited{0});
  std::filesystem::remove_all(directory);
}

// All tests of this suite share one server. Its port is found out without a ready line.
class Health : public tether::SharedServerTest<Health> {
 public:
  static tether::ServerOptions Options() {
    return {.command = {tether::Program("kv_server"), "--port=0"},
            .ready = tether::ready::Http("/health")};
  }
};

TEST_F(Health, IsWellAfterTheStart) { EXPECT_TRUE(server().running()); }

TEST_F(Health, IsAnsweredOnThePortThatTheServerPrinted) {
  const auto line = server().WaitForLine(tether::Regex(R"(listening on port (?<port>\d+))"));
  ASSERT_TRUE(line);
  EXPECT_EQ(line["port"], std::to_string(server().port()));
}

}  // namespace
