// The test of a consumer of tether's: of GREETER, which is greeter if its CMakeLists.txt does not say
// otherwise.
#include <tether/tether.h>

#ifndef GREETER
#define GREETER "greeter"
#endif

static_assert(TETHER_VERSION_MAJOR == 0 && TETHER_VERSION_MINOR == 1);

namespace {

class Greeter : public tether::ServerTest {
 protected:
  tether::ServerOptions Options() override {
    return {.command = {tether::Program(GREETER)},
            .ready = tether::ready::Line(tether::Regex(R"(listening on port (?<port>\d+))")),
            .expected_exit = {tether::ExitStatus::Exited{0}}};
  }
};

TEST_F(Greeter, SaysHello) {
  tether::Connection client(server());
  client.SendLine("world");
  EXPECT_TRUE(client.WaitForLine("hello world"));
  EXPECT_TRUE(server().WaitForLine("greeted world"));
}

TEST_F(Greeter, SaysBye) {
  EXPECT_EQ(server().Stop(), tether::ExitStatus::Exited{0});
  EXPECT_TRUE(server().WaitForLine("bye"));
}

}  // namespace
