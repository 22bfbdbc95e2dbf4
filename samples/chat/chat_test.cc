// A chat room in which each client sees what the others say.
#include <tether/tether.h>

#include <string>

namespace {

class Chat : public tether::ServerTest {
 protected:
  tether::ServerOptions Options() override {
    return {.command = {tether::Program("chat_server"), "{dir}/chat"},
            .ready = tether::ready::UnixSocket("{dir}/chat")};
  }

  // Somebody who has come in.
  tether::Connection Enter(const std::string& name) {
    const std::string& socket = server().options().command.back();
    tether::Connection guest(tether::Connection::Unix(socket), {.name = name});
    guest.SendLine(name);
    EXPECT_TRUE(server().WaitForLine(name + " came"));
    return guest;
  }
};

TEST_F(Chat, TellsAllOthersWhatOneSays) {
  tether::Connection alice = Enter("alice");
  tether::Connection bob = Enter("bob");
  tether::Connection carol = Enter("carol");
  EXPECT_TRUE(alice.WaitForLines({"bob came", "carol came"}));

  const tether::Mark before = alice.Mark();
  alice.SendLine("Hello, everybody!");
  EXPECT_TRUE(bob.WaitForLine("alice: Hello, everybody!"));
  EXPECT_TRUE(carol.WaitForLine("alice: Hello, everybody!"));
  bob.SendLine("Hello, Alice!");
  EXPECT_TRUE(alice.ExpectNoLine("everybody", {.since = before, .until = "bob: Hello, Alice!"}));
}

TEST_F(Chat, GoesOnWithoutAGuestWhoseConnectionBreaks) {
  tether::Connection alice = Enter("alice");
  tether::Connection bob = Enter("bob");
  bob.Reset();
  EXPECT_TRUE(alice.WaitForLine("bob left"));
  alice.SendLine("Anybody here?");
  tether::Connection carol = Enter("carol");
  EXPECT_TRUE(alice.WaitForLine("carol came"));
}

}  // namespace
