// nginx, as it comes: with workers, as a daemon, and with sockets that it inherits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <csignal>

#include "real_server.h"

namespace tether {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr const char* kConfiguration = R"(
worker_processes 2;
error_log stderr notice;
pid nginx.pid;
events {}
http {
  access_log access.log;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server {
    listen 127.0.0.1:{port};
    location / { root pages; }
    location /teapot { return 418; }
  }
}
)";

std::string WithAccessLog(const std::string& file) {
  std::string configuration = kConfiguration;
  const std::string usual = "access.log";
  return configuration.replace(configuration.find(usual), usual.size(), file);
}

class Nginx : public support::RealServerTest {
 protected:
  Nginx() : RealServerTest({"nginx"}) {}

  ServerOptions Options() override {
    return {
        .command = {support::FindInstalled("nginx"), "-p", "{dir}", "-c", "{dir}/nginx.conf", "-e",
                    "stderr", "-g", "daemon off;"},
        .ready = ready::Http("/"),
        .user = support::Unprivileged(),
        .files = {{"nginx.conf", WithAccessLog("/dev/stdout")}, {"pages/index.html", "A page.\n"}}};
  }
};

TEST_F(Nginx, ServesAFileAndLogsEachRequest) {
  httplib::Client client(server().url());
  EXPECT_EQ(client.Get("/index.html")->body, "A page.\n");
  EXPECT_EQ(client.Get("/nothing.html")->status, 404);
  // Each worker logs its own, when the client has its answer already.
  EXPECT_TRUE(server().WaitForLines(
      {"\"GET /index.html HTTP/1.1\" 200", "\"GET /nothing.html HTTP/1.1\" 404"},
      {.any_order = true}));
}

TEST_F(Nginx, IsATreeOfMasterAndWorkersThatEndsAsAWhole) {
  const Regex worker(R"(start worker process \d+)");
  ASSERT_TRUE(server().WaitForLines({worker, worker}, {.since = server().MarkAtStart()}));
  EXPECT_EQ(server().processes().size(), 3U);
  EXPECT_EQ(server().Stop(), ExitStatus::Exited{0});
  EXPECT_TRUE(server().WaitForLine("signal 15 (SIGTERM) received"));
  EXPECT_TRUE(server().WaitForLine(Regex("notice.*: exit$")));
}

TEST_F(Nginx, EndsGracefullyWhenItIsAskedTo) {
  EXPECT_EQ(server().Stop({{SIGQUIT, 20s, true}, {SIGKILL}}), ExitStatus::Exited{0});
  EXPECT_TRUE(server().WaitForLine("gracefully shutting down"));
}

TEST_F(Nginx, KeepsItsPortWhenItIsRestarted) {
  const std::string url = server().url();
  server().Restart();
  EXPECT_EQ(server().url(), url);
  EXPECT_EQ(httplib::Client(url).Get("/teapot")->status, 418);
}

class NginxDaemon : public Nginx {
 protected:
  ServerOptions Options() override {
    ServerOptions options = Nginx::Options();
    options.command.resize(options.command.size() - 2);  // "daemon on" is what it does by itself
    options.files["nginx.conf"] = kConfiguration;
    options.ready = ready::AllOf(ready::File("{dir}/nginx.pid"), ready::Http("/"));
    options.daemonizes = true;
    return options;
  }
};

TEST_F(NginxDaemon, IsTheServer) {
  EXPECT_EQ(httplib::Client(server().url()).Get("/")->body, "A page.\n");
  const auto started = server().WaitForLine(Regex(R"((?<pid>\d+)#\d+: start worker processes)"),
                                            {.since = server().MarkAtStart()});
  ASSERT_TRUE(started);
  const pid_t master = std::stoi(started["pid"]);
  EXPECT_TRUE(support::Eventually([&] { return server().pid() == master; }));
  EXPECT_EQ(server().Stop(), ExitStatus::Exited{0});
  EXPECT_TRUE(server().WaitForLine(Regex("notice.*: exit$")));
}

// nginx has a protocol of its own for sockets that it inherits: NGINX names their descriptors.
class NginxWithInheritedSocket : public Nginx {
 protected:
  ServerOptions Options() override {
    ServerOptions options = Nginx::Options();
    options.listen = {Tcp()};
    options.environment = {{"NGINX", "3;"}};
    return options;
  }
};

TEST_F(NginxWithInheritedSocket, ServesOnIt) {
  EXPECT_TRUE(server().WaitForLine("using inherited sockets from \"3;\""));
  EXPECT_EQ(httplib::Client(server().url()).Get("/teapot")->status, 418);
}

TEST(NginxWithoutAConfiguration, SaysWhatIsWrong) {
  const std::string nginx = support::FindInstalled("nginx");
  if (nginx.empty()) GTEST_SKIP() << "nginx is not installed";
  try {
    const Server server({.command = {nginx, "-c", "{dir}/missing.conf", "-e", "stderr"},
                         .ready = ready::Http("/")});
    FAIL() << "it got ready";
  } catch (const StartError& error) {
    EXPECT_THAT(error.what(), HasSubstr("exited with code 1"));
    EXPECT_THAT(error.what(), HasSubstr("missing.conf\" failed (2: No such file or directory)"));
  }
}

}  // namespace
}  // namespace tether
