// From the guide: ports without races, and servers that need each other.
#include <gmock/gmock.h>
#include <httplib.h>
#include <tether/tether.h>

namespace {

namespace ready = tether::ready;

tether::ServerOptions KeyValueServer() {
  return {.command = {tether::Program("kv_server"), "--port=0"}, .ready = ready::Http("/health")};
}

TEST(Port, IsChosenByTheServer) {
  tether::Server server(KeyValueServer());
  EXPECT_EQ(httplib::Client("127.0.0.1", server.port()).Get("/health")->status, 200);
}

TEST(Port, IsReservedForTheServer) {
  tether::Server server({.command = {tether::Program("kv_server"), "--port={port}"},
                         .ready = ready::Http("/health")});
  const auto port = server.port();
  server.Restart();
  EXPECT_EQ(server.port(), port);
}

TEST(TwoServers, AreStartedTogether) {
  auto [kv, front] = tether::StartAll(KeyValueServer(), [](const tether::Server& first) {
    return tether::ServerOptions{
        .command = {tether::Program("front"), "{dir}/front.conf"},
        .ready = ready::Http("/health"),
        .files = {{"front.conf", "port {port}\nbackend " + first.url() + "\n"}}};
  });
  httplib::Client(kv.url()).Put("/kv/color", "green", "text/plain");
  EXPECT_EQ(httplib::Client(front.url()).Get("/items/color")->body, "green");
}

// Each of the two may have to know where the other one is before either of them runs.
TEST(TwoServers, MayKnowAPortBeforeAnybodyListensThere) {
  const auto backend = tether::Tcp().Bind();
  tether::Server front({.command = {tether::Program("front"), "{dir}/front.conf"},
                        .ready = ready::Http("/health"),
                        .files = {{"front.conf", "port {port}\nbackend http://127.0.0.1:" +
                                                     std::to_string(backend.port()) + "\n"}}});
  EXPECT_NE(front.port(), backend.port());
}

TEST(TwoServers, OfWhichOneIsGone) {
  tether::Server kv(KeyValueServer());
  tether::Server front({.command = {tether::Program("front"), "{dir}/front.conf"},
                        .ready = ready::Http("/health"),
                        .files = {{"front.conf", "port {port}\nbackend " + kv.url() + "\n"}}});
  kv.Stop();
  EXPECT_EQ(httplib::Client(front.url()).Get("/items/color")->status, 502);
}

}  // namespace
