// From the guide: one server for several tests.
#include <gmock/gmock.h>
#include <httplib.h>
#include <tether/tether.h>

namespace {

tether::ServerOptions KeyValueServer() {
  return {.command = {tether::Program("kv_server"), "--port=0"},
          .ready = tether::ready::Line(tether::Regex(R"(listening on port (?<port>\d+))"))};
}

// For the tests of a suite.
class Reading : public tether::SharedServerTest<Reading> {
 public:
  static tether::ServerOptions Options() { return KeyValueServer(); }

 protected:
  httplib::Client client_{server().url()};
};

TEST_F(Reading, OfAKeyThatIsNotThere) {
  EXPECT_EQ(client_.Get("/kv/a")->status, 404);
  EXPECT_THAT(server().test_log().Texts(), testing::ElementsAre("GET /kv/a 404"));
}

TEST_F(Reading, OfTheHealth) {
  EXPECT_EQ(client_.Get("/health")->body, "ok");
  EXPECT_THAT(server().test_log().Texts(), testing::ElementsAre("GET /health 200"));
}

// For all tests of the program.
class Backend : public tether::ServerEnvironment<Backend> {
 public:
  static tether::ServerOptions Options() { return KeyValueServer(); }
};
const auto* const kBackend = testing::AddGlobalTestEnvironment(new Backend);

TEST(Writing, OfAKey) {
  httplib::Client client(Backend::server().url());
  EXPECT_TRUE(client.Put("/kv/b", "1", "text/plain"));
}

}  // namespace
