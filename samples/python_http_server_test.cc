// Python's own HTTP server, as it comes: a server in another language, on a port that it chooses,
// and without -u, so that what it prints comes when its buffers are written and no sooner.
#include <httplib.h>
#include <tether/tether.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

namespace {

class PythonHttpServer : public tether::ServerTest {
 protected:
  tether::ServerOptions Options() override {
    directory_ = std::filesystem::path(testing::TempDir()) /
                 ("python_http_server_test_" + std::to_string(::getpid()));
    std::filesystem::create_directories(directory_);
    std::ofstream(directory_ / "hello.txt") << "Hello from a file.\n";
    return {.command = {"python3", "-m", "http.server", "0", "--bind", "127.0.0.1"},
            .ready = tether::ready::Listening(),
            .working_directory = directory_};
  }

  void TearDown() override {
    ServerTest::TearDown();
    std::filesystem::remove_all(directory_);
  }

  std::filesystem::path directory_;
};

TEST_F(PythonHttpServer, ListsItsDirectoryAndLogsTheRequest) {
  const auto listing = httplib::Client(server().url()).Get("/");
  ASSERT_TRUE(listing);
  EXPECT_EQ(listing->status, 200);
  EXPECT_NE(listing->body.find("hello.txt"), std::string::npos);
  EXPECT_TRUE(server().WaitForLine("\"GET / HTTP/1.1\" 200"));
}

TEST_F(PythonHttpServer, ServesAFileAndLogsWhatIsMissing) {
  httplib::Client client(server().url());
  EXPECT_EQ(client.Get("/hello.txt")->body, "Hello from a file.\n");
  EXPECT_EQ(client.Get("/goodbye.txt")->status, 404);
  const auto line = server().WaitForLine(tether::Regex("GET /(?<name>[a-z]+).txt.* 404"));
  ASSERT_TRUE(line);
  EXPECT_EQ(line["name"], "goodbye");
}

TEST_F(PythonHttpServer, IsEndedBySigterm) {
  EXPECT_EQ(server().Stop(), tether::ExitStatus::Signaled{SIGTERM});
}

}  // namespace
