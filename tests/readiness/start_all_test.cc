// Servers that start together, and need each other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>
#include <thread>

#include "output/printed.h"
#include "support/processes.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::Child;
using support::ErrorOf;
using testing::AllOf;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using namespace std::chrono_literals;

constexpr const char* kTag = "TETHER_START_ALL_TEST";

// A FIFO of its own for each test: whoever opens it waits until somebody else opens its other end.
class StartAllServers : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::mkfifo(fifo_.c_str(), 0600), 0); }
  void TearDown() override {
    std::filesystem::remove(fifo_);
    EXPECT_THAT(support::ProcessesWith(kTag + ("=" + fifo_)), IsEmpty());
  }

  ServerOptions Shell(const std::string& name, const std::string& script) const {
    return {.command = {"sh", "-c", script},
            .ready = ready::Line("ready"),
            .name = name,
            .environment = {{kTag, fifo_}},
            .start_timeout = 600s};
  }
  ServerOptions Ready(const std::string& name) const {
    return Shell(name, "echo ready; exec sleep 60");
  }
  // Never ready.
  ServerOptions Slow(const std::string& name) const { return Shell(name, "exec sleep 60"); }
  // Prints what it is asked to, then is ready.
  ServerOptions Saying(const std::string& name, const std::string& text) const {
    return Shell(name, "echo '" + text + "'; echo ready; exec sleep 60");
  }

  std::string Send() const { return "echo word > " + fifo_; }
  std::string Receive() const { return "read word < " + fifo_; }

  const std::string fifo_ = testing::TempDir() + "tether_start_all_" + std::to_string(::getpid());
};

TEST_F(StartAllServers, GivesEachANameOfItsOwn) {
  const ServerOptions second = Ready("second");
  auto [one, two, three] = StartAll(Ready("first"), second, Ready("third"));
  static_assert(std::is_same_v<decltype(one), Server>);
  EXPECT_EQ(one.name() + two.name() + three.name(), "firstsecondthird");
  EXPECT_TRUE(one.running() && two.running() && three.running());
}

TEST_F(StartAllServers, MayBeOne) {
  const auto [server] = StartAll(Ready("only"));
  EXPECT_TRUE(server.running());
}

TEST_F(StartAllServers, TellsAFunctionThePortOfTheServerBeforeIt) {
  auto [database, api] = StartAll(
      ServerOptions{.command = {Program("listen_quietly")}, .ready = ready::Listening()},
      [](const Server& server) {
        return ServerOptions{.command = {Program("ready_and_wait"), "uses " + server.url()},
                             .ready = ready::Line("uses")};
      });
  EXPECT_TRUE(api.WaitForLine("uses " + database.url()));
}

TEST_F(StartAllServers, GivesAFunctionAsManyOfTheServersBeforeItAsItTakes) {
  auto servers = StartAll(
      Ready("a"), [&] { return Ready("b"); },
      [&](const Server& a, const Server& b) { return Saying("c", a.name() + b.name()); },
      [&](const Server& a) { return Saying("d", a.name()); },
      [&](const auto&... all) { return Saying("e", (all.name() + ...)); },
      std::function([&](const Server& a, const Server& b, const Server& c) {
        return Saying("f", a.name() + b.name() + c.name());
      }));
  std::vector<std::string> said;
  for (const Server& server : servers) said.push_back(server.name() + ": " + server.Text());
  EXPECT_THAT(said, ElementsAre("a: ready", "b: ready", "c: ab\nready", "d: a\nready",
                                "e: abcd\nready", "f: abc\nready"));
}

TEST_F(StartAllServers, TakesFunctionsAsTheyCome) {
  struct Functor {
    ServerOptions options;
    ServerOptions operator()() const { return options; }
  };
  const Functor constant{Ready("b")};
  ServerOptions (*const pointer)(const Server&) = [](const Server&) {
    return ServerOptions{.command = {"sleep", "60"}, .name = "c"};
  };
  const auto [a, b, c] = StartAll(Functor{Ready("a")}, constant, pointer);
  EXPECT_EQ(a.name() + b.name() + c.name(), "abc");
}

TEST_F(StartAllServers, StartAtTheSameTime) {
  StartAll(Shell("a", Receive() + "; echo ready; exec sleep 60"),
           Shell("b", Send() + "; echo ready; exec sleep 60"));
}

TEST_F(StartAllServers, AreNotWaitedForByAFunctionThatDoesNotNeedThem) {
  // The one in the middle is ready only when the last one, which needs the first, runs.
  StartAll(Ready("a"), Shell("b", Receive() + "; echo ready; exec sleep 60"),
           [&](const Server&) { return Shell("c", Send() + "; echo ready; exec sleep 60"); });
}

TEST_F(StartAllServers, AreReadWhileAFunctionRuns) {
  // More than a pipe holds.
  const std::string much =
      "i=0; while [ $i -lt 3000 ]; do echo \"$i is more than a pipe holds, in the end\"; "
      "i=$((i + 1)); done";
  const auto after_that = [&] {
    std::string word;
    std::ifstream(fifo_) >> word;
    return Ready(word);
  };
  auto [a, b] =
      StartAll(Shell("a", much + "; " + Send() + "; echo ready; exec sleep 60"), after_that);
  EXPECT_EQ(b.name(), "word");
  auto [c, d, e] =
      StartAll(Ready("c"), Shell("d", much + "; " + Send() + "; echo ready; exec sleep 60"),
               [&](const Server&) { return after_that(); });
  EXPECT_EQ(e.name(), "word");
}

TEST_F(StartAllServers, AreReadWhileAPredicateRuns) {
  bool heard = false;
  ServerOptions asked = Slow("a");
  asked.ready = ready::When(
      [&] {
        std::string word;
        std::ifstream(fifo_) >> word;
        return heard = word == "word";
      },
      "a word");
  const std::string much = "head -c 300000 /dev/zero | tr '\\0' '\\n'";
  StartAll(asked, Shell("b", much + "; " + Send() + "; echo ready; exec sleep 60"));
  EXPECT_TRUE(heard);
}

TEST_F(StartAllServers, LetAFunctionStartServersItself) {
  auto [a, b] = StartAll(Ready("a"), [&](const Server& first) {
    auto [c, d] = StartAll(Ready("c"), Ready("d"));
    return Ready(first.name() + c.name() + d.name());
  });
  EXPECT_EQ(b.name(), "acd");
}

TEST_F(StartAllServers, LetAFunctionWaitForTheServersItIsGiven) {
  StartAll(Shell("a", "echo ready; " + Receive() + "; echo done; exec sleep 60"),
           [&](const Server& a) {
             std::ofstream(fifo_) << "word\n";
             EXPECT_TRUE(a.NewCursor().WaitForLine("done"));
             return Ready("b");
           });
}

TEST_F(StartAllServers, SeeWhatAFunctionSetsInTheTestProgram) {
  const mode_t before = ::umask(022);
  auto [a, b] = StartAll(Shell("a", "umask; echo ready; exec sleep 60"), [&](const Server&) {
    ::umask(077);
    return Shell("b", "umask; echo ready; exec sleep 60");
  });
  ::umask(before);
  EXPECT_TRUE(a.WaitForLine("0022", 0s));
  EXPECT_TRUE(b.WaitForLine("0077", 0s));
}

TEST_F(StartAllServers, StartInManyThreadsAtOnce) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 3; ++round) {
        auto servers = StartAll(Ready("a"), Ready("b"), [&](const Server&) { return Ready("c"); });
        EXPECT_TRUE(servers[2].running());
        EXPECT_THAT(ErrorOf([&] { StartAll(Slow("a"), Shell("b", "exit 3")); }),
                    StartsWith("server \"b\" ended before it was ready\n"));
      }
    });
  }
}

TEST_F(StartAllServers, OfWhichOneEndsAreAllEndedAtOnceWithTheReportOfEach) {
  // Nobody waits for the others, neither for their readiness nor for their deadlines.
  const std::string text = ErrorOf([&] {
    StartAll(
        Ready("cache"), Slow("database"), Shell("web", "echo no disk; exit 3"),
        [&](const Server&, const Server&) { return Ready("api"); },
        [&](const Server& cache) { return Slow("on " + cache.name()); });
  });
  EXPECT_THAT(
      text,
      AllOf(ContainsRegex("^server \"web\" ended before it was ready\n"
                          "  awaited:  a line with \"ready\", for .*\n"
                          "  command:  .*\n"
                          "  state:    exited with code 3 after .*\n"
                          "  output:   1 line\n"
                          "    +[0-9.]+ out\\| no disk\n"),
            ContainsRegex("\nIt is server 3 of 5 that start together; the others have been ended:\n"
                          "\nserver 1, \"cache\", was (ready|not ready yet)\n"),
            ContainsRegex("\n\nserver 2, \"database\", was not ready yet\n"
                          "  awaited:  a line with \"ready\", for .*\n"
                          "  command:  .*\n"
                          "  state:    running, pid [0-9]+.*\n"
                          "  output:   nothing was printed"),
            HasSubstr("\n\nserver 4 was not started yet: its function takes the first 2 servers, "
                      "when ready\n"),
            HasSubstr("\n\nserver 5")));
}

TEST_F(StartAllServers, OfWhichOneEndsLaterAreAllEndedAtOnce) {
  for (const bool first : {true, false}) {
    ServerOptions failing = Shell("failing", Receive() + "; exit 3");
    ServerOptions other = Shell("other", Send() + "; exec sleep 60");
    EXPECT_THAT(ErrorOf([&] { first ? StartAll(failing, other) : StartAll(other, failing); }),
                AllOf(StartsWith("server \"failing\" ended before it was ready\n"),
                      HasSubstr("\"other\", was not ready yet\n")));
  }
}

TEST_F(StartAllServers, OfWhichOneIsReadyAreNamedSo) {
  const std::string text = ErrorOf([&] {
    StartAll(Saying("cache", "I am here"), [&](const Server&) { return Shell("api", "exit 3"); });
  });
  EXPECT_THAT(text, AllOf(StartsWith("server \"api\" ended before it was ready\n"),
                          ContainsRegex("\nserver 1, \"cache\", was ready\n"
                                        "  command:  .*\n"
                                        "  state:    running, pid [0-9]+.*\n"
                                        "  output:   2 lines\n"
                                        "    +[0-9.]+ out\\| I am here\n")));
}

TEST_F(StartAllServers, OfWhichOneEndsAfterItWasReadyStart) {
  for (int round = 0; round < 50; ++round) {
    auto [a, b] = StartAll(Shell("a", Receive() + "; echo ready; exec sleep 60"),
                           Shell("b", "echo ready; " + Send()));
    EXPECT_EQ(b.WaitForExit(), ExitStatus::Exited{0});
  }
}

TEST_F(StartAllServers, OfWhichOneCannotBeStartedAreAllEnded) {
  ServerOptions missing = Slow("b");
  missing.command = {"/no/such/program"};
  EXPECT_THAT(ErrorOf([&] { StartAll(Slow("a"), missing); }),
              AllOf(StartsWith("server \"b\" could not be started\n"),
                    HasSubstr("server 1, \"a\", was not ready yet\n")));
  missing.command = {};
  EXPECT_THAT(ErrorOf([&] { StartAll(Slow("a"), missing, Slow("c")); }),
              AllOf(StartsWith("server \"b\" could not be started\n"),
                    HasSubstr("server 1, \"a\", was not ready yet\n"),
                    HasSubstr("server 3 was not started yet\n")));
}

TEST_F(StartAllServers, OfAVectorAreReportedTheSame) {
  const std::vector<ServerOptions> options = {Slow("a"), Shell("b", "exit 3")};
  EXPECT_THAT(
      ErrorOf([&] { StartAll(options); }),
      AllOf(StartsWith("server \"b\" ended before it was ready\n"),
            HasSubstr("\nIt is server 2 of 2 that start together; the others have been ended:"
                      "\n\nserver 1, \"a\", was not ready yet\n")));
}

TEST_F(StartAllServers, OfWhichOnePrintsAFatalLineAreAllEndedAtOnce) {
  for (const bool first : {true, false}) {
    ServerOptions failing = Shell("failing", "echo panic; exec sleep 60");
    failing.fatal = {"panic"};
    ServerOptions other = Slow("other");
    other.fatal = {"panic"};
    EXPECT_THAT(ErrorOf([&] { first ? StartAll(failing, other) : StartAll(other, failing); }),
                StartsWith("server \"failing\" printed a fatal line before it was ready\n"));
  }
}

TEST_F(StartAllServers, OfWhichAFatalPatternThrowsAreAllEndedAtOnce) {
  ServerOptions failing = Shell("failing", "echo panic; exec sleep 60");
  failing.fatal = {[](std::string_view) -> bool { throw std::runtime_error("it broke"); }};
  EXPECT_THAT(ErrorOf([&] { StartAll(Slow("other"), failing); }),
              StartsWith("server \"failing\" could not be waited for\n  problem:  it broke\n"));
}

TEST_F(StartAllServers, OfWhichOneRunsOutOfTimeAreAllEndedThen) {
  ServerOptions hurried = Slow("hurried");
  hurried.start_timeout = 20ms;
  EXPECT_THAT(ErrorOf([&] { StartAll(Slow("a"), hurried, Slow("c")); }),
              StartsWith("server \"hurried\" did not get ready within "));
}

TEST_F(StartAllServers, AreAllProbedWhileOneIsWaitedFor) {
  // Otherwise time would be over for the second before it is looked at.
  std::atomic<bool> asked{false};
  ServerOptions first = Ready("first");
  first.ready = ready::When([&] { return asked.load(); }, "that the other one was asked");
  ServerOptions other{.command = {Program("warm_up"), "1", "/health"},
                      .ready = ready::Http("/health").Within(600s)};
  other.fatal = {[&](std::string_view line) {
    asked = asked || line.find("answered") != line.npos;
    return false;
  }};
  StartAll(first, other);
  EXPECT_TRUE(asked);
}

TEST_F(StartAllServers, AreAllEndedWhenAFunctionThrows) {
  EXPECT_THROW(StartAll(Ready("a"), Slow("b"),
                        [&](const Server&) -> ServerOptions { throw std::out_of_range("none"); }),
               std::out_of_range);
  EXPECT_THROW(StartAll(Slow("a"), []() -> ServerOptions { throw 42; }), int);
  EXPECT_THROW(StartAll(Slow("a"), std::function<ServerOptions()>()), std::bad_function_call);
  // Its text is not taken for that of one of the servers.
  EXPECT_EQ(ErrorOf([&] {
              StartAll(Ready("a"),
                       [](const Server&) -> ServerOptions { throw StartError("mine"); });
            }),
            "mine");
}

TEST_F(StartAllServers, ThatAreEndedGetTheirStopSequences) {
  const std::string log = fifo_ + ".log";
  const auto saving = [&](const std::string& name) {
    return Shell(name, "trap 'echo " + name + " >> " + log +
                           "; exit' TERM; echo ready; while :; do sleep 0.01; done");
  };
  EXPECT_THROW(StartAll(saving("a"), saving("b"),
                        [](const Server&, const Server&) -> ServerOptions { throw 42; }),
               int);
  std::ifstream file(log);
  std::multiset<std::string> saved;
  for (std::string line; std::getline(file, line);) saved.insert(line);
  std::filesystem::remove(log);
  EXPECT_THAT(saved, ElementsAre("a", "b"));
}

TEST_F(StartAllServers, ThatAreEndedAreEndedAtTheSameTime) {
  StartAll(Ready("warm up"));
  const auto ending = [&](const std::string& name, const std::string& action) {
    return Shell(name,
                 "trap '" + action + "; exit' TERM; echo ready; while :; do sleep 0.01; done");
  };
  ServerOptions receiving = ending("a", Receive() + "; echo $word > " + fifo_ + ".log");
  EXPECT_THROW(StartAll(receiving, ending("b", Send()),
                        [](const Server&, const Server&) -> ServerOptions { throw 42; }),
               int);
  std::string word;
  std::ifstream(fifo_ + ".log") >> word;
  std::filesystem::remove(fifo_ + ".log");
  EXPECT_EQ(word, "word");
}

}  // namespace
}  // namespace tether
