#include <tether/tether.h>

#include <string>

namespace {

class Sanitized : public testing::TestWithParam<std::string> {};

TEST_P(Sanitized, GreeterSaysHelloAndBye) {
  tether::Server server(
      {.command = {tether::Program(GetParam())},
       .ready = tether::ready::Line(tether::Regex(R"(listening on port (?<port>\d+))"))});
  tether::Connection client(server);
  client.SendLine("world");
  EXPECT_TRUE(client.WaitForLine("hello world"));
  EXPECT_EQ(server.Stop(), tether::ExitStatus::Exited{0});
  EXPECT_TRUE(server.WaitForLine("bye"));
}

INSTANTIATE_TEST_SUITE_P(Each, Sanitized,
                         testing::Values("greeter_address", "greeter_thread", "greeter_undefined"),
                         [](const auto& test) { return test.param; });

}  // namespace
