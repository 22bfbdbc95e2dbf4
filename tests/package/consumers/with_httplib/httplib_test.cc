// tether asks by its cpp-httplib, and the test by its own.
#include <httplib.h>
#include <tether/tether.h>

namespace {

static_assert(CPPHTTPLIB_THREAD_POOL_COUNT == 3, "a macro of this test's own");

class Files : public tether::ServerTest {
 protected:
  tether::ServerOptions Options() override {
    return {.command = {"python3", "-m", "http.server", "--bind", "127.0.0.1", "{port}"},
            .ready = tether::ready::Http("/"),
            .working_directory = "/"};
  }
};

TEST_F(Files, AnswersBothCopiesOfHttplib) {
  httplib::Client client(server().url());
  const httplib::Result answer = client.Get("/no/such/file");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 404);
  EXPECT_TRUE(server().WaitForLine("GET /no/such/file"));
}

}  // namespace
