// Python's own HTTP server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <csignal>

#include "real_server.h"

namespace tether {
namespace {

using namespace std::chrono_literals;

class PythonHttpServer : public support::RealServerTest {
 protected:
  PythonHttpServer() : RealServerTest({"python3"}) {}

  ServerOptions Options() override {
    return {.command = {"python3", "-m", "http.server", "{port}", "--bind", "127.0.0.1",
                        "--directory", "{dir}"},
            .ready = ready::Http("/hello.txt"),
            .files = {{"hello.txt", "Hello from a file.\n"}}};
  }
};

TEST_F(PythonHttpServer, ServesAFileAndLogsEachRequest) {
  httplib::Client client(server().url());
  EXPECT_EQ(client.Get("/hello.txt")->body, "Hello from a file.\n");
  EXPECT_EQ(client.Get("/goodbye.txt")->status, 404);
  EXPECT_TRUE(server().WaitForLine("\"GET /goodbye.txt HTTP/1.1\" 404"));
}

TEST_F(PythonHttpServer, EndsWellWhenItIsInterrupted) {
  EXPECT_EQ(server().Stop({{SIGINT, 20s}, {SIGKILL}}), ExitStatus::Exited{0});
  EXPECT_TRUE(server().WaitForLine("Keyboard interrupt received, exiting."));
}

class PythonOnAPortOfItsOwn : public PythonHttpServer {
 protected:
  ServerOptions Options() override {
    ServerOptions options = PythonHttpServer::Options();
    options.command[3] = "0";
    options.command.insert(options.command.begin() + 1, "-u");
    options.ready = ready::Line(Regex(R"(Serving HTTP on 127\.0\.0\.1 port (?<port>\d+))"));
    return options;
  }
};

TEST_F(PythonOnAPortOfItsOwn, TellsIt) {
  EXPECT_EQ(httplib::Client(server().url()).Get("/hello.txt")->status, 200);
  EXPECT_EQ(server().Stop(), ExitStatus::Signaled{SIGTERM});
}

}  // namespace
}  // namespace tether
