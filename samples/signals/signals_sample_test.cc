// A server that is directed by signals, and that tells what it does on each.
#include <gmock/gmock.h>
#include <tether/tether.h>

#include <csignal>
#include <fstream>
#include <iterator>

namespace {

using testing::HasSubstr;
using testing::Not;

class Signals : public tether::ServerTest {
 protected:
  tether::ServerOptions Options() override {
    return {.command = {tether::Program("signal_server"), "{dir}/configuration", "{dir}/log"},
            .ready = tether::ready::Line("started with colour=red"),
            .files = {{"configuration", "colour=red\n"}}};
  }

  // Its arguments, with {dir} filled in.
  std::string configuration() { return server().options().command.end()[-2]; }
  std::string log() { return server().options().command.back(); }

  static std::string Content(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST_F(Signals, AreLoggedEach) {
  server().Signal(SIGUSR2);
  server().Signal("WINCH");
  EXPECT_TRUE(server().WaitForLines({"got signal 12 ", "got signal 28 "}));
}

TEST_F(Signals, CanBeSentToItsWholeGroup) {
  tether::ServerOptions options = Options();
  options.command.insert(options.command.begin(), {"sh", "-c", "\"$@\" & exec \"$@\"", "sh"});
  options.ready = tether::ready::Lines("started with", 2);
  tether::Server two(options);
  two.SignalGroup("USR2");
  EXPECT_TRUE(two.WaitForCount("got signal 12 ", 2));
}

TEST_F(Signals, OfRealTimeAreDeliveredEachTime) {
  for (int i = 0; i < 3; ++i) server().Signal("RTMIN+1");
  EXPECT_TRUE(server().WaitForCount("got signal " + std::to_string(SIGRTMIN + 1), 3));
}

TEST_F(Signals, HupReloadsTheConfiguration) {
  std::ofstream(configuration()) << "colour=blue\n";
  server().Signal("HUP");
  EXPECT_TRUE(server().WaitForLine("reloaded: colour=blue"));
}

TEST_F(Signals, Usr1RotatesTheLog) {
  server().Signal("USR1");
  ASSERT_TRUE(server().WaitForLine("began a new log"));
  EXPECT_THAT(Content(log() + ".1"), HasSubstr("started with colour=red\n"));
  EXPECT_THAT(Content(log()), Not(HasSubstr("started")));
}

TEST_F(Signals, TermEndsIt) {
  EXPECT_THAT(server().Stop(), tether::Exited(0));
  EXPECT_THAT(Content(log()), HasSubstr("bye\n"));
}

}  // namespace
