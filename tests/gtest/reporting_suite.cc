// Tests that fail, or do not end, with servers in them.
#include <tether/tether.h>

#include "support/servers.h"

namespace {

using support::Child;
using namespace std::chrono_literals;

tether::ServerOptions Named(const std::string& name) {
  tether::ServerOptions options = Child("ready_and_wait");
  options.name = name;
  return options;
}

TEST(Failing, WithTwoServersOfOneName) {
  const tether::Server first(Named("twin <1>"));
  const tether::Server second(Named("twin <1>"));
  EXPECT_EQ(1, 2);
}

TEST(Failing, BehindAWait) {
  tether::Server server(Named("silent"));
  EXPECT_TRUE(server.WaitForLine("a word", 10ms));
}

TEST(Failing, WithAProxy) {
  const tether::Server server(Named("behind a proxy"));
  tether::FaultProxy ended(4711);
  ended.SetLatency(50ms);
  EXPECT_EQ(1, 2);
}

class Shared : public tether::SharedServerTest<Shared> {
 public:
  static tether::ServerOptions Options() { return Named("shared"); }
};

TEST_F(Shared, FailsBehindAWait) { EXPECT_TRUE(server().WaitForLine("a word", 10ms)); }
TEST_F(Shared, FailsWithoutAWait) { EXPECT_EQ(1, 2); }

TEST(Passing, WithAServer) { EXPECT_TRUE(tether::Server(Named("fine")).running()); }

TEST(Endless, InAWait) {
  tether::Server server(Named("silent"));
  server.WaitForLine("a word", 600s);
}

TEST(Endless, InAStart) {
  tether::ServerOptions options = Named("slow");
  options.ready = tether::ready::Line("never");
  options.start_timeout = 600s;
  const tether::Server server(options);
}

}  // namespace
