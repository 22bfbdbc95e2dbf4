// An echo server, and eight clients at once.
#include <tether/tether.h>

#include <string>
#include <vector>

namespace {

class Echo : public tether::ServerTest {
 protected:
  tether::ServerOptions Options() override {
    return {.command = {tether::Program("echo_server")},
            .ready = tether::ready::Line(tether::Regex(R"(listening on port (?<port>\d+))"))};
  }
};

TEST_F(Echo, SendsEachLineBack) {
  tether::Connection client(server());
  client.SendLine("hello");
  EXPECT_TRUE(client.WaitForLine("hello"));
  client.Close();
  EXPECT_TRUE(server().WaitForLine("client 1 gone after 1 lines"));
}

TEST_F(Echo, ServesEightClientsAtOnce) {
  std::vector<tether::Connection> clients;
  for (int i = 0; i < 8; ++i) clients.emplace_back(server());
  for (int round = 0; round < 10; ++round) {
    for (tether::Connection& client : clients) {
      client.SendLine(client.name() + " in round " + std::to_string(round));
    }
  }
  for (tether::Connection& client : clients) {
    EXPECT_TRUE(client.WaitForLine(client.name() + " in round 9"));
    EXPECT_EQ(client.Lines().size(), 10U);  // and nothing that another one said
  }
  clients.clear();
  EXPECT_TRUE(server().WaitForCount("gone after 10 lines", 8));
}

TEST_F(Echo, SendsTheRestBackWhenTheClientHasFinished) {
  tether::Connection client(server());
  client.Send("one\ntwo\nand no newline");
  client.CloseSending();
  EXPECT_TRUE(client.WaitForClose());
  EXPECT_EQ(client.Text(), "one\ntwo\nand no newline");
}

}  // namespace
