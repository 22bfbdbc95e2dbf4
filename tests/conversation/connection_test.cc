// Line clients on sockets.
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <tether/tether.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <list>
#include <optional>
#include <sstream>
#include <thread>

#include "conversation/peer.h"
#include "support/few_descriptors.h"
#include "support/processes.h"
#include "support/sockets.h"
#include "support/suite_run.h"
#include "support/temporary_directory.h"
#include "tether/base/file_descriptor.h"
#include "tether/base/socket_address.h"
#include "tether/connection/carriage_returns.h"
#include "tether/connection/sent_lines.h"

namespace {

using namespace std::chrono_literals;
using support::RunSuite;
using support::SuiteRun;
using testing::AllOf;
using testing::ContainsRegex;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using tether::Connection;
using tether::PeerEnd;

tether::ServerOptions Converse(const std::string& where = "127.0.0.1") {
  return {.command = {tether::Program("converse"), where},
          .ready = tether::ready::Line(tether::Regex(R"(listening on (port (?<port>\d+)|/))")),
          .may_leave_processes = true};
}

class ConnectionTest : public tether::SharedServerTest<ConnectionTest> {
 public:
  static tether::ServerOptions Options() { return Converse(); }
};

// What is thrown, in words.
template <typename Action>
std::string ErrorOf(const Action& action) {
  try {
    action();
  } catch (const tether::Error& error) {
    return error.what();
  }
  return "nothing";
}

TEST_F(ConnectionTest, SpeaksInLines) {
  Connection client(server());
  EXPECT_TRUE(client.SendLine("say one"));
  EXPECT_TRUE(client.Send("say two\nsay three\n"));
  const tether::LineMatch one = client.WaitForLine(tether::Regex("^o(?<rest>.*)$"));
  ASSERT_TRUE(one);
  EXPECT_EQ(one["rest"], "ne");
  EXPECT_TRUE(client.WaitForLines({"two", "three"}));
  EXPECT_EQ(client.Text(), "one\ntwo\nthree");
  EXPECT_EQ(client.name(), "client");
}

TEST_F(ConnectionTest, SeesAPromptWithoutANewline) {
  Connection client(server());
  client.SendLine("prompt login: ");
  EXPECT_FALSE(client.WaitForLine("login: ", 0ms));
  EXPECT_TRUE(client.WaitForLine("login: ", {.partial = true}));
}

TEST_F(ConnectionTest, EndsLinesAsTheProtocolDoes) {
  Connection client(server(), {.line_end = "\r\n"});
  client.SendLine("say hello");
  EXPECT_TRUE(client.WaitForLine(tether::Regex("^hello$")));  // the server leaves the "\r"
  Connection exact(server(), {.strip_carriage_returns = false});
  exact.SendLine("say-crlf hello");
  EXPECT_TRUE(exact.WaitForLine("hello\r"));
}

TEST(CarriageReturnsTest, AreTakenOnlyBeforeANewlineWhereverTheReadsEnd) {
  const std::string all = "\r\r\na\r\nb\rc\r\r\r\n\n";
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    tether::internal::CarriageReturns returns;
    std::string stripped;
    for (const std::string& piece : {all.substr(0, cut), all.substr(cut)}) {
      std::vector<char> room(20);
      const auto free = returns.RoomIn(room);
      std::copy(piece.begin(), piece.end(), free.begin());
      stripped.append(room.data(), returns.Strip(room, piece.size()));
    }
    EXPECT_EQ(stripped, "\r\na\nb\rc\r\r\n\n") << cut;
    EXPECT_FALSE(returns.TakeHeld());
  }
}

// What is remembered of these bytes, sent in pieces of this size.
std::string Remembered(const std::string& bytes, std::size_t piece) {
  tether::internal::SentLines sent;
  for (std::size_t at = 0; at < bytes.size(); at += piece) sent.Add(1ms, bytes.substr(at, piece));
  const auto known = sent.Get();
  std::string text = std::to_string(known.lines) + " " + std::to_string(known.bytes) + "\n";
  for (const auto& line : known.first) text += line.text + "\n";
  text += "...\n";
  for (const auto& line : known.last) text += line.text + "\n";
  return text + known.unfinished.text;
}

TEST(SentLinesTest, AreTheFirstAndTheLastHoweverTheyWereSent) {
  std::string bytes = "\n\r\n";
  for (int i = 3; i <= 200; ++i) {
    bytes += std::to_string(i) + "\n";
    const std::string all_at_once = Remembered(bytes + "rest", 10'000);
    for (const std::size_t piece : {1U, 7U, 100U}) {
      ASSERT_EQ(Remembered(bytes + "rest", piece), all_at_once);
    }
  }
  EXPECT_THAT(Remembered(bytes, 10'000), AllOf(StartsWith("200 691\n\n\n3\n4\n"),
                                               HasSubstr("\n20\n...\n141\n"), EndsWith("\n200\n")));
}

TEST_F(ConnectionTest, FailsToWaitWithAnExplanation) {
  Connection client(server());
  client.SendLine("say Hello");
  EXPECT_TRUE(client.WaitForLine("Hello", {.since = client.MarkAtStart()}));
  const tether::LineMatch match = client.WaitForLine("hello", 10ms);
  EXPECT_THAT(match.explanation(),
              AllOf(StartsWith("no line with \"hello\" from connection \"client"),
                    HasSubstr("  state: open\n"), HasSubstr("it came in other case, as line 1")));
}

TEST_F(ConnectionTest, ExpectsThatALineDoesNotCome) {
  Connection client(server());
  client.Send("say a\nsay ERROR\nsay b\n");
  const tether::Mark start = client.MarkAtStart();
  EXPECT_TRUE(client.ExpectNoLine("ERROR", {.since = start, .until = "a"}));
  const tether::Absence absence = client.ExpectNoLine("ERROR", {.since = start, .until = "b"});
  EXPECT_THAT(absence.explanation(), StartsWith("a line with \"ERROR\" from connection \"client"));
}

TEST_F(ConnectionTest, HasCursorsThatDoNotDisturbEachOther) {
  Connection first(server());
  Connection second(server());
  EXPECT_NE(first.name(), second.name());
  first.Send("say a\nsay b\n");
  second.Send("say b\nsay a\n");
  EXPECT_TRUE(first.WaitForLines({"a", "b"}));
  EXPECT_TRUE(second.WaitForLines({"b", "a"}));
  tether::Cursor another = first.NewCursor();
  EXPECT_TRUE(another.WaitForLines({"a", "b"}));
  const std::string text = ErrorOf([&] { second.WaitForLine("a", {.since = first.Mark()}); });
  EXPECT_THAT(text, AllOf(StartsWith("a mark of connection \"" + first.name() + "\" was given to "),
                          HasSubstr("of the connection whose lines")));
}

TEST(ConnectionToNobody, NamesWhatWasTriedAndWhatToDo) {
  const support::Socket taken = support::Socket::BoundTo(0, false);
  const std::string text = ErrorOf([&] { Connection client(Connection::Tcp(taken.port())); });
  EXPECT_THAT(text, AllOf(StartsWith("connection \"client\": connect to 127.0.0.1:" +
                                     std::to_string(taken.port()) +
                                     ": Connection refused (errno 111): nobody listens there"),
                          HasSubstr("ready::Listening()")));
  EXPECT_THAT(ErrorOf([] { Connection client(Connection::Unix("/nowhere/socket")); }),
              HasSubstr("connect to unix socket /nowhere/socket: No such file or directory"));
}

TEST(ConnectionToNobody, TellsHowTheServerIs) {
  tether::Server server(Converse());
  const std::uint16_t port = server.port();
  server.Stop();
  const auto nobody = support::Socket::BoundTo(port, false);  // nor anybody else meanwhile
  EXPECT_THAT(ErrorOf([&] { Connection client(server, {.name = "late"}); }),
              AllOf(StartsWith("connection \"late\": connect to 127.0.0.1:"),
                    HasSubstr("Connection refused"),
                    HasSubstr("\n  server \"converse\" (stopped: killed by SIGTERM")));
}

// Nobody accepts, and the queue of a listener holds few.
std::string ErrorOfConnectingOften(const tether::ConnectionAddress& address) {
  std::list<Connection> waiting;
  return ErrorOf([&] {
    for (int i = 0; i < 20; ++i)
      waiting.emplace_back(address, tether::ConnectionOptions{.timeout = 100ms});
  });
}

TEST(ConnectionToNobody, GivesUpInTimeWhenNobodyAccepts) {
  const support::Socket listener = support::Socket::BoundTo(0);
  ::listen(listener.number(), 0);
  EXPECT_THAT(ErrorOfConnectingOften(Connection::Tcp(listener.port())),
              HasSubstr(": it was not accepted within "));
}

TEST(ConnectionToNobody, RefusesWhatIsNoAddress) {
  EXPECT_THAT(ErrorOf([] { Connection::Tcp("localhost", 80); }),
              HasSubstr("\"localhost\" is no address in digits"));
  EXPECT_THAT(ErrorOf([] { Connection::Tcp(0); }), HasSubstr("port 0"));
  EXPECT_THAT(ErrorOf([] { Connection::Unix(std::string(200, 'a')); }), HasSubstr("200 bytes"));
  EXPECT_THAT(ErrorOf([] { Connection::Unix(""); }), HasSubstr("0 bytes"));
  EXPECT_THAT(ErrorOf([] {
                Connection::Tcp({"127.0.0.1\0.9", 12}, 80);
              }),
              HasSubstr("\"127.0.0.1\\x00.9\" is no address in digits"));
  EXPECT_THAT(ErrorOf([] {
                Connection::Unix({"\0abc", 4});
              }),
              HasSubstr("\"\\x00abc\" has 4 bytes; it must have 1 to 107, and none of them 0"));
}

TEST(ConnectionByOtherWays, HasUrgentDataInItsPlace) {
  const support::Socket listener = support::Socket::BoundTo(0);
  ::listen(listener.number(), 1);
  Connection client(Connection::Tcp(listener.port()));
  const support::Peer peer = support::Peer::AcceptedFrom(listener);
  peer.Send("a");
  ASSERT_EQ(::send(peer.number(), "!", 1, MSG_OOB), 1);
  peer.Send("z\n");
  EXPECT_TRUE(client.WaitForLine("a!z"));
}

TEST(ConnectionByOtherWays, IsOneToAUnixSocket) {
  const support::TemporaryDirectory directory;
  const std::string path = directory.path() / "socket";
  const tether::Server server(Converse(path));
  Connection client(Connection::Unix(path));
  client.SendLine("say hello");
  EXPECT_TRUE(client.WaitForLine("hello"));
  EXPECT_THAT(client.Report(), StartsWith("  to:       unix socket " + path + "\n"));
  client.SendLine("die");
  EXPECT_EQ(client.WaitForClose(), PeerEnd::kClosed);
}

TEST(ConnectionByOtherWays, IsOneByIpv6) {
  if (!support::HasIpv6()) GTEST_SKIP() << "there is no IPv6 here";
  const tether::Server server(Converse("::1"));
  Connection client(Connection::Tcp("::1", server.port()));
  client.SendLine("say hello");
  EXPECT_TRUE(client.WaitForLine("hello"));
}

TEST_F(ConnectionTest, EndsAWaitWhenThePeerCloses) {
  Connection client(server());
  client.Send("say last words\nprompt and more\nclose\n");
  EXPECT_THAT(
      client.WaitForLine("never").explanation(),
      ContainsRegex("the connection was closed by the peer \\(after [0-9.]+ m?s of waiting"));
  EXPECT_TRUE(client.WaitForClose());
  EXPECT_EQ(client.WaitForClose(), PeerEnd::kClosed);
  EXPECT_EQ(client.Text(), "last words\nand more");
}

TEST_F(ConnectionTest, TellsAResetFromAnEnd) {
  Connection client(server());
  client.SendLine("reset");
  const PeerEnd end = client.WaitForClose();
  EXPECT_EQ(end, PeerEnd::kReset);
  EXPECT_THAT(end.ToString(), StartsWith("reset by the peer after "));
  const tether::Sent sent = client.Send("more");
  EXPECT_EQ(sent.bytes(), 0U);
  EXPECT_THAT(sent.explanation(), HasSubstr("the peer takes no more: "));
}

TEST_F(ConnectionTest, OutlivesAPeerThatIsKilled) {
  Connection client(server());
  client.SendLine("die");
  EXPECT_EQ(client.WaitForClose(), PeerEnd::kClosed);
  // The first goes to nobody, who answers with a reset; there is no SIGPIPE.
  for (int i = 0; client.SendLine("say hello"); ++i) ASSERT_LT(i, 1000);
  EXPECT_EQ(client.Lines().size(), 0U);
}

TEST_F(ConnectionTest, SaysThatItIsStillOpen) {
  Connection client(server());
  const PeerEnd end = client.WaitForClose(10ms);
  EXPECT_FALSE(end);
  EXPECT_EQ(end, PeerEnd::kStillOpen);
  EXPECT_THAT(end.explanation(),
              ContainsRegex("^no end of connection \"client[-0-9]*\" by the peer: "
                            "after [0-9.]+ m?s\n  state: open\n"));
}

TEST_F(ConnectionTest, GetsAnAnswerToAllThatItSentBeforeItClosedSending) {
  Connection client(server());
  client.Send("count\n" + std::string(1'000'000, 'a'));
  client.CloseSending();
  EXPECT_TRUE(client.WaitForLine("1000000 bytes"));
  EXPECT_EQ(client.WaitForClose(), PeerEnd::kClosed);
  EXPECT_THAT(client.Send("more").explanation(), HasSubstr("sending was closed by CloseSending()"));
}

// The server writes what it reads, and waits until that is read: all buffers fill up.
TEST_F(ConnectionTest, ReadsWhileItSends) {
  Connection client(server());
  client.SendLine("mirror");
  std::string much;
  while (much.size() < (std::size_t{32} << 20U)) much += std::string(1023, 'x') + "\n";
  EXPECT_TRUE(client.Send(much));
  client.CloseSending();
  EXPECT_EQ(client.WaitForClose(), PeerEnd::kClosed);
  EXPECT_EQ(client.Lines().size(), much.size() / 1024);
}

TEST_F(ConnectionTest, SaysHowMuchAPeerThatDoesNotReadHasLetItSend) {
  Connection client(server());
  client.SendLine("ignore");
  const std::string much(std::size_t{64} << 20U, 'x');
  const tether::Sent sent = client.Send(much, 50ms);
  EXPECT_FALSE(sent);
  EXPECT_GT(sent.bytes(), 0U);
  EXPECT_LT(sent.bytes(), much.size());
  EXPECT_THAT(
      sent.explanation(),
      AllOf(StartsWith("only " + std::to_string(sent.bytes()) + " of 67108864 bytes were sent"),
            HasSubstr("as the peer does not read"), HasSubstr("  state: open\n")));
  EXPECT_FALSE(client.Send(much, 0ms));
}

TEST_F(ConnectionTest, TellsASendThatHadNoTurnFromOneThatNobodyReads) {
  Connection client(server());
  client.SendLine("ignore");
  auto first = std::async(std::launch::async, [&] {
    return client.Send(std::string(std::size_t{64} << 20U, 'x'), 20s).explanation();
  });
  const auto no_turn = [&] {
    return client.Send("y", 1ms).explanation().find("another thread sends was still under way") !=
           std::string::npos;
  };
  EXPECT_TRUE(support::Eventually(no_turn));
  client.Close();
  EXPECT_THAT(first.get(), HasSubstr("it was closed on this side"));
}

TEST_F(ConnectionTest, SaysHowMuchItSentWhereItCannotWaitForMore) {
  if (support::kNeedsDescriptors) GTEST_SKIP() << support::kNeedsDescriptors;
  Connection client(server());
  client.SendLine("ignore");
  const support::FewDescriptors none(0);
  const tether::Sent sent = client.Send(std::string(std::size_t{64} << 20U, 'x'));
  EXPECT_GT(sent.bytes(), 0U);
  EXPECT_THAT(sent.explanation(),
              AllOf(StartsWith("only " + std::to_string(sent.bytes()) + " of 67108864 bytes"),
                    HasSubstr("Too many open files")));
}

TEST_F(ConnectionTest, WaitsForTheLongestTime) {
  constexpr auto kLongest = std::chrono::milliseconds::max();
  Connection client(server(), {.timeout = kLongest});
  EXPECT_TRUE(client.SendLine("say hello", kLongest));
  EXPECT_TRUE(client.WaitForLine("hello", kLongest));
  EXPECT_TRUE(client.SendLine("close", kLongest));
  EXPECT_TRUE(client.WaitForClose(kLongest));
}

// A listener at a unix socket, of this type.
tether::internal::FileDescriptor UnixListener(const std::string& path, int type) {
  tether::internal::FileDescriptor socket(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  const auto address = tether::internal::SocketAddress::Unix(path);
  EXPECT_EQ(::bind(socket.number(), address->get(), address->size()), 0);
  if (type == SOCK_STREAM) {
    EXPECT_EQ(::listen(socket.number(), 10), 0);
  }
  return socket;
}

// What is sent by a unix socket has come when it is sent.
TEST(ConnectionThatIsClosed, HasAllThatHadCome) {
  const support::TemporaryDirectory directory;
  const std::string path = directory.path() / "socket";
  const auto listener = UnixListener(path, SOCK_STREAM);
  std::string much;
  while (much.size() < 100'000) much += std::string(99, 'x') + "\n";
  for (int i = 0; i < 100; ++i) {
    Connection client(Connection::Unix(path));
    const support::Peer peer(::accept4(listener.number(), nullptr, nullptr, SOCK_CLOEXEC));
    ASSERT_TRUE(peer.Send(much));
    i % 2 == 0 ? client.Close() : client.Reset();
    ASSERT_EQ(client.Lines().size(), much.size() / 100);
  }
}

TEST(ConnectionThatIsClosed, ReadsNoFurtherFromAPeerThatFloods) {
  const support::Socket listener = support::Socket::BoundTo(0);
  for (int i = 0; i < 20; ++i) {
    Connection client(Connection::Tcp(listener.port()));
    const support::Peer peer = support::Peer::AcceptedFrom(listener);
    std::thread flood([&] {
      const std::string much(100'000, '\n');
      while (peer.Send(much)) {
      }
    });
    EXPECT_TRUE(client.WaitForLine(""));
    client.Close();
    flood.join();
  }
}

TEST(ConnectionToNobody, TellsWhatIsNoStreamSocket) {
  const support::TemporaryDirectory directory;
  EXPECT_THAT(ErrorOf([&] { Connection client(Connection::Unix(directory.path())); }),
              AllOf(HasSubstr("there is something else than a socket; check the path"),
                    Not(HasSubstr("nobody listens"))));
  const std::string path = directory.path() / "datagrams";
  const auto datagrams = UnixListener(path, SOCK_DGRAM);
  EXPECT_THAT(ErrorOf([&] { Connection client(Connection::Unix(path)); }),
              HasSubstr("the socket there is none of streams"));
}

TEST_F(ConnectionTest, HasANameOfItsOwnHoweverOthersAreCalled) {
  const Connection second(server(), {.name = "twin-2"});
  const Connection one(server(), {.name = "twin"});
  const Connection two(server(), {.name = "twin"});
  const Connection three(server(), {.name = "twin-3"});
  EXPECT_EQ(one.name(), "twin");
  EXPECT_EQ(two.name(), "twin-3");
  EXPECT_EQ(three.name(), "twin-3-2");
}

TEST_F(ConnectionTest, LeavesItsCursorsWhatCame) {
  std::optional<tether::Cursor> cursor;
  {
    Connection client(server());
    client.SendLine("say hello");
    ASSERT_TRUE(client.WaitForLine("hello"));
    cursor.emplace(client.NewCursor());
  }
  EXPECT_TRUE(cursor->WaitForLine("hello"));
}

TEST_F(ConnectionTest, MayBeUsedByManyThreads) {
  Connection client(server());
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&client, name = std::string(1, static_cast<char>('a' + i))] {
      tether::Cursor cursor = client.NewCursor();
      for (int round = 0; round < 20; ++round) {
        const std::string word = name + std::to_string(round);
        EXPECT_TRUE(client.SendLine("say " + word + "."));
        EXPECT_TRUE(cursor.WaitForLine(word + "."));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(client.Lines().size(), 160U);
}

TEST_F(ConnectionTest, IsSeenToBeResetByTheServer) {
  const tether::Mark before = server().Mark();
  Connection client(server());
  client.SendLine("say hello");
  ASSERT_TRUE(client.WaitForLine("hello"));
  client.Reset();
  EXPECT_TRUE(server().WaitForLine("client: Connection reset by peer", {.since = before}));
  EXPECT_EQ(client.WaitForClose(), PeerEnd::kClosedHere);
  EXPECT_THAT(client.Report(), HasSubstr("closed on this side after"));
}

TEST_F(ConnectionTest, IsSeenToBeClosedByTheServerAlsoWhenItIsDestroyed) {
  const tether::Mark before = server().Mark();
  Connection closed(server());
  closed.Close();
  EXPECT_FALSE(closed.SendLine("say hello"));
  { const Connection destroyed(server()); }
  EXPECT_TRUE(server().WaitForCount("client closed", 2, {.since = before}));
}

TEST_F(ConnectionTest, EndsTheWaitsOfOtherThreadsWhenItIsClosed) {
  for (int i = 0; i < 20; ++i) {
    Connection client(server());
    client.SendLine("ignore");
    std::atomic<int> begun{0};
    auto wait = std::async(std::launch::async, [&] {
      ++begun;
      return client.WaitForLine("never").explanation();
    });
    auto send = std::async(std::launch::async, [&] {
      ++begun;
      return client.Send(std::string(std::size_t{16} << 20U, 'x')).explanation();
    });
    while (begun < 2) std::this_thread::yield();
    i % 2 == 0 ? client.Close() : client.Reset();
    EXPECT_THAT(wait.get(), HasSubstr("the connection was closed on this side (after"));
    EXPECT_THAT(send.get(),
                AllOf(HasSubstr("it was closed on this side"), Not(HasSubstr("  state: open"))));
  }
}

TEST_F(ConnectionTest, LeavesNoDescriptorOpen) {
  const auto descriptors = [log = "/converse.log"] {  // which is made in its own time
    std::vector<tether::Descriptor> open;
    for (const tether::Descriptor& each : tether::DescriptorTable::OfThisProcess()) {
      if (!each.target.ends_with(log)) open.push_back(each);
    }
    return tether::DescriptorTable(open);
  };
  const auto before = descriptors();
  for (const char* last_word : {"close", "reset", "say hello", "ignore", "mirror"}) {
    Connection client(server());
    client.SendLine(last_word);
    client.Send(std::string(std::size_t{4} << 20U, 'x'), 20ms);
  }
  EXPECT_EQ(descriptors(), before);
}

std::ptrdiff_t CountThreads() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

TEST_F(ConnectionTest, TakesNoThreadHoweverManyThereAre) {
  std::list<Connection> clients;
  clients.emplace_back(server());
  const auto before = CountThreads();
  while (clients.size() < 200) clients.emplace_back(server());
  for (Connection& client : clients) client.SendLine("say hello");
  for (Connection& client : clients) EXPECT_TRUE(client.WaitForLine("hello"));
  EXPECT_EQ(CountThreads(), before);
}

using ConnectionDeathTest = ConnectionTest;

TEST_F(ConnectionDeathTest, IsLeftAloneByAForkedCopy) {
  GTEST_FLAG_SET(death_test_style, "fast");
  Connection client(server());
  const auto use_copy = [&] {
    try {
      client.SendLine("say hello");
    } catch (const std::logic_error& error) {
      std::fputs(error.what(), stderr);
    }
    { const Connection moved(std::move(client)); }
    std::_Exit(3);
  };
  EXPECT_EXIT(use_copy(), testing::ExitedWithCode(3), "here is a forked copy of it");
  client.SendLine("say still here");
  EXPECT_TRUE(client.WaitForLine("still here"));
}

TEST_F(ConnectionTest, CanBeMovedAndSaysWhatItIs) {
  Connection client(server(), {.name = "mover"});
  Connection other(std::move(client));
  EXPECT_THROW(client.Lines(), std::logic_error);
  other.SendLine("say hello");
  EXPECT_TRUE(other.WaitForLine("hello"));
  EXPECT_THAT(testing::PrintToString(other),
              StartsWith("connection \"mover\" to 127.0.0.1:" + std::to_string(server().port())));
  other = Connection(server(), "port", {.name = "named"});
  EXPECT_EQ(other.name(), "named");
  EXPECT_THAT(ErrorOf([] { Connection(server(), "admin"); }), HasSubstr("has no port \"admin\""));
  other = Connection(server());
  EXPECT_THAT(other.name(), StartsWith("client"));
}

SuiteRun RunConversing(const std::string& test, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"--gtest_filter=Conversing." + test};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return RunSuite("conversing_suite", arguments, {{"TETHER_TEST_TIMEOUT", {}}});
}

TEST(ConnectionReport, HasWhatBothSidesSaid) {
  const SuiteRun run = RunConversing("Fails");
  const std::string address = "127[.]0[.]0[.]1:[0-9]+";
  const std::string time = "     +[0-9]+[.][0-9]{3} ";
  EXPECT_THAT(
      run.output,
      AllOf(ContainsRegex("connection \"alice\" in Conversing.Fails:\n  to:       " + address +
                          ", from " + address +
                          "\n  state:    closed on this side after [0-9.]+ m?s\n"
                          "  waits:    no line with \"never\" from connection \"alice\": "
                          "after [0-9.]+ m?s\n  said:     1 line sent, 1 line got\n" +
                          time + "sent[|] say one\n" + time + "got [|] one\n"),
            ContainsRegex("connection \"bob\" in Conversing.Fails:\n(  [^\n]*\n)+  said:     "
                          "1 line sent, 1 line got\n" +
                          time + "sent[|] say two\n" + time + "got [|] two\n" + time +
                          "sent[|] half  \\(no newline yet\\)\n")));
  EXPECT_LT(run.output.find("server \"converse\" in"), run.output.find("connection \"alice\" in"));
}

TEST(ConnectionReport, LeavesTheMiddleOfALongTalkOut) {
  const SuiteRun run = RunConversing("FailsBehindManyLines");
  EXPECT_THAT(run.output,
              AllOf(HasSubstr("  said:     100 lines sent, 100 lines got\n"),
                    HasSubstr("sent| say 1\n"), HasSubstr("    ... 120 lines left out ...\n"),
                    ContainsRegex("got [|] 100\n  log:      [^\n]+/client.log")));
}

TEST(ConnectionReport, NamesTheLogOfMuchThatCame) {
  const SuiteRun run = RunConversing("FailsBehindMuch");
  EXPECT_THAT(run.output, AllOf(HasSubstr("aaa... (100000 bytes)\n"),
                                ContainsRegex("\n  log:      [^\n]+/Conversing.FailsBehindMuch/"
                                              "client.log \\(what came\\)\n")));
}

TEST(ConnectionReport, StandsInTheXmlFileAndNotInThatOfTestsThatPass) {
  const support::TemporaryDirectory directory;
  const std::string file = directory.path() / "result.xml";
  const SuiteRun run = RunConversing("Fails:*.Passes", {"--gtest_output=xml:" + file});
  EXPECT_THAT(run.output, Not(HasSubstr("in Conversing.Passes:")));
  std::ostringstream xml;
  xml << std::ifstream(file).rdbuf();
  EXPECT_THAT(xml.str(), AllOf(HasSubstr("<property name=\"alice.report\""),
                               Not(HasSubstr("\"client.report\""))));
}

}  // namespace
