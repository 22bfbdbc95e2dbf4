// Tests that fail, with connections in them.
#include <tether/tether.h>

#include <string>

namespace {

using namespace std::chrono_literals;

class Conversing : public tether::SharedServerTest<Conversing> {
 public:
  static tether::ServerOptions Options() {
    return {.command = {tether::Program("converse")},
            .ready = tether::ready::Line(tether::Regex(R"(listening on port (?<port>\d+))"))};
  }
};

TEST_F(Conversing, Fails) {
  tether::Connection alice(server(), {.name = "alice"});
  tether::Connection bob(server(), {.name = "bob", .line_end = "\r\n"});
  alice.SendLine("say one");
  EXPECT_TRUE(alice.WaitForLine("one"));
  bob.SendLine("say two");
  EXPECT_TRUE(bob.WaitForLine("two"));
  bob.Send("half");
  EXPECT_TRUE(alice.WaitForLine("never", 10ms));
}

TEST_F(Conversing, FailsBehindManyLines) {
  tether::Connection client(server());
  for (int i = 1; i <= 100; ++i) client.SendLine("say " + std::to_string(i));
  EXPECT_TRUE(client.WaitForLine("100"));
  EXPECT_EQ(1, 2);
}

TEST_F(Conversing, FailsBehindMuch) {
  tether::Connection client(server());
  client.SendLine("mirror");
  client.Send(std::string(100'000, 'a') + "\nend\n");
  EXPECT_TRUE(client.WaitForLine("end"));
  EXPECT_EQ(1, 2);
}

TEST_F(Conversing, Passes) {
  tether::Connection client(server());
  client.SendLine("say hello");
  EXPECT_TRUE(client.WaitForLine("hello"));
}

}  // namespace
