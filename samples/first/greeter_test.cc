#include <tether/tether.h>

class Greeter : public tether::ServerTest {
 protected:
  tether::ServerOptions Options() override {
    return {.command = {tether::Program("greeter")},
            .ready = tether::ready::Line(tether::Regex(R"(listening on port (?<port>\d+))"))};
  }
};

TEST_F(Greeter, GreetsByName) {
  tether::Connection client(server());
  client.SendLine("world");
  EXPECT_TRUE(client.WaitForLine("hello world"));
  EXPECT_TRUE(server().WaitForLine("greeted world"));
}
