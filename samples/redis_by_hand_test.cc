// Redis, spoken to by hand: its protocol is lines of text (https://redis.io/docs, RESP).
#include <tether/tether.h>

namespace {

class Redis : public tether::SharedServerTest<Redis> {
 public:
  static tether::ServerOptions Options() {
    return {.command = {"redis-server", "--port", "{port}", "--bind", "127.0.0.1", "--save", "",
                        "--dir", "{dir}"},
            .ready = tether::ready::Line("Ready to accept connections")};
  }

 protected:
  tether::Connection client_{server(), {.line_end = "\r\n"}};
};

TEST_F(Redis, AnswersAPing) {
  client_.SendLine("PING");
  EXPECT_TRUE(client_.WaitForLine("+PONG"));
}

TEST_F(Redis, KeepsAValue) {
  client_.SendLine("SET colour green");
  EXPECT_TRUE(client_.WaitForLine("+OK"));
  client_.SendLine("GET colour");
  EXPECT_TRUE(client_.WaitForLines({"$5", "green"}));
}

TEST_F(Redis, TellsSubscribersWhatIsPublished) {
  tether::Connection subscriber(server(), {.name = "subscriber", .line_end = "\r\n"});
  subscriber.SendLine("SUBSCRIBE news");
  ASSERT_TRUE(subscriber.WaitForLine("subscribe"));
  client_.SendLine("PUBLISH news hello");
  EXPECT_TRUE(client_.WaitForLine(":1"));  // so many have got it
  EXPECT_TRUE(subscriber.WaitForLines({"message", "news", "hello"}));
}

TEST_F(Redis, EndsTheConnectionAtQuit) {
  client_.SendLine("QUIT");
  EXPECT_TRUE(client_.WaitForLine("+OK"));
  EXPECT_EQ(client_.WaitForClose(), tether::PeerEnd::kClosed);
}

}  // namespace
