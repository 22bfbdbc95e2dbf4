// From the guide: waiting for what a server prints, and holding it to silence.
#include <gmock/gmock.h>
#include <httplib.h>
#include <tether/tether.h>

#include <atomic>

namespace {

using namespace std::chrono_literals;
using tether::Regex;

class Printing : public tether::ServerTest {
 protected:
  tether::ServerOptions Options() override {
    return {.command = {tether::Program("kv_server"), "--port=0"},
            .ready = tether::ready::Line(Regex(R"(listening on port (?<port>\d+))"))};
  }
  void SetUp() override {
    ServerTest::SetUp();
    client_.emplace(server().url());
  }

  std::optional<httplib::Client> client_;
};

TEST_F(Printing, OneLine) {
  const tether::Mark before = server().Mark();
  client_->Put("/kv/a", "1", "text/plain");
  EXPECT_TRUE(server().WaitForLine("PUT /kv/a 201", {.since = before, .timeout = 5s}));
}

TEST_F(Printing, SeveralInOrder) {
  client_->Put("/kv/a", "1", "text/plain");
  client_->Get("/kv/a");
  client_->Delete("/kv/a");
  EXPECT_TRUE(server().WaitForLines({"PUT /kv/a", Regex(R"(GET /kv/a \d+)"), "DELETE /kv/a"}));
}

TEST_F(Printing, SeveralInAnyOrder) {
  client_->Get("/kv/a");
  client_->Get("/kv/b");
  EXPECT_TRUE(server().WaitForLines({"/kv/b", "/kv/a"}, {.any_order = true}));
}

TEST_F(Printing, ACount) {
  for (int i = 0; i < 3; ++i) client_->Get("/kv/" + std::to_string(i));
  EXPECT_TRUE(server().WaitForCount(Regex(R"(GET /kv/\d+ 404)"), 3));
}

TEST_F(Printing, NotUpToAnotherLine) {
  const tether::Mark before = server().Mark();
  client_->Put("/kv/a", "1", "text/plain");
  client_->Get("/kv/a");
  EXPECT_TRUE(
      server().ExpectNoLine(Regex(R"( 5\d\d$)"), {.since = before, .until = "GET /kv/a 200"}));
}

TEST_F(Printing, NotForATime) {
  const tether::Mark before = server().Mark();
  EXPECT_TRUE(server().ExpectNoLine("GET", {.since = before, .lasting = 200ms}));
}

TEST_F(Printing, NotUntilItsEnd) {
  client_->Get("/kv/a");
  EXPECT_THAT(server().Stop(), tether::Exited(0));
  EXPECT_THAT(server(), testing::Not(tether::Logs(Regex("(?i)error"))));
}

TEST_F(Printing, AValueOfALine) {
  client_->Get("/kv/a");
  const auto line = server().WaitForLine(Regex(R"(GET (?<path>\S+) (?<status>\d+))"));
  ASSERT_TRUE(line);
  EXPECT_EQ(line["path"], "/kv/a");
  EXPECT_EQ(line.As<int>("status"), 404);
}

TEST_F(Printing, ByMatchers) {
  client_->Get("/kv/a");
  EXPECT_THAT(server(), tether::Logs(testing::EndsWith(" 404")));
  EXPECT_THAT(server(), tether::LogsInOrder({"listening on port", "GET /kv/a"}));
}

TEST_F(Printing, ToTheThreadsThatWait) {
  tether::Cursor gets = server().NewCursor();
  tether::Cursor puts = server().NewCursor();
  client_->Get("/kv/a");
  client_->Put("/kv/a", "1", "text/plain");
  EXPECT_TRUE(puts.WaitForLine("PUT"));
  EXPECT_TRUE(gets.WaitForLine("GET"));
}

TEST_F(Printing, ToACallback) {
  std::atomic<int> failures = 0;
  const tether::Following following = server().Follow([&](const tether::Line& line) {
    if (line.text.ends_with(" 404")) ++failures;
  });
  client_->Get("/kv/a");
  client_->Get("/kv/b");
  server().Stop();  // by then all lines have been told
  EXPECT_EQ(failures, 2);
}

}  // namespace
