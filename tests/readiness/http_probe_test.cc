// The probe that asks by HTTP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

#include "readiness/not_ready.h"
#include "support/processes.h"
#include "support/servers.h"
#include "support/sockets.h"

namespace tether {
namespace {

using support::ErrorOfStart;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using namespace std::chrono_literals;

ServerOptions Answering(Probe ready) {
  return {.command = {Program("answer_http")}, .ready = std::move(ready)};
}

ServerOptions Asked(const std::string& path, HttpOptions options = {}) {
  return Answering(ready::Http(path, std::move(options)));
}

// Throws when the server has answered often enough: what the last but one of the answers was is
// known by then.
bool GiveUp(const StartingServer& server) {
  const auto answers = std::ranges::count_if(
      server.Lines(), [](const Line& line) { return line.text.find('/') != std::string::npos; });
  if (answers >= 3) throw std::runtime_error("this is enough");
  return false;
}

// The report of a server that does not give the expected answer.
std::string NotReady(const std::string& path, HttpOptions options = {}) {
  return ErrorOfStart(Answering(
      ready::AllOf(ready::Http(path, std::move(options)), ready::When(GiveUp, "nothing else"))));
}

TEST(ReadyHttp, TakesAnyStatusOfSuccess) {
  for (const char* status : {"200", "204", "299"}) {
    Server server(Asked(std::string("/status/") + status));
    EXPECT_TRUE(server.WaitForLine(std::string("GET /status/") + status));
  }
}

TEST(ReadyHttp, TellsTheStatusAndTheBodyThatCameInstead) {
  EXPECT_THAT(NotReady("/status/503"),
              ContainsRegex("met:      an answer to GET /status/503 with status 2xx: not met; GET "
                            "http://127.0.0.1:[0-9]+/status/503: HTTP 503: \"the status is 503\""));
}

TEST(ReadyHttp, WaitsForTheStatusThatIsExpected) {
  const Server server(Asked("/status/404", {.status = 404}));
  EXPECT_THAT(NotReady("/status/200", {.status = 404}),
              AllOf(HasSubstr("an answer to GET /status/200 with status 404"),
                    HasSubstr("HTTP 200: \"the status is 200\"")));
}

TEST(ReadyHttp, WaitsForAStatusOfARange) {
  for (const char* status : {"200", "301", "399"}) {
    const Server server(Asked(std::string("/status/") + status, {.status = {200, 399}}));
  }
  EXPECT_THAT(NotReady("/status/400", {.status = {200, 399}}),
              AllOf(HasSubstr("with status 200 to 399"), HasSubstr("HTTP 400")));
}

TEST(ReadyHttp, AsksAPredicateForTheStatus) {
  const auto thread = std::this_thread::get_id();
  const Server server(Asked("/status/418", {.status = [&](int status) {
                              EXPECT_EQ(std::this_thread::get_id(), thread);
                              return status == 418;
                            }}));
  EXPECT_THAT(NotReady("/status/200", {.status = [](int) { return false; }}),
              AllOf(HasSubstr("with a status that a predicate accepts"), HasSubstr("HTTP 200")));
}

TEST(ReadyHttp, FailsTheStartWithWhatAPredicateThrows) {
  EXPECT_THAT(NotReady("/status/200", {.status = [](int) -> bool {
                         throw std::runtime_error("no idea of statuses");
                       }}),
              HasSubstr("problem:  no idea of statuses"));
}

TEST(ReadyHttp, FollowsNoRedirection) {
  const Server server(Asked("/redirect", {.status = 302}));
  EXPECT_THAT(NotReady("/redirect"), HasSubstr("HTTP 302"));
}

TEST(ReadyHttp, SearchesTheWholeBodyForAPattern) {
  const Server server(Asked("/state", {.body_pattern = Regex(R"(\{\s+"state": "up")")}));
  const Server other(Asked("/state", {.body_pattern = "up\",\n"}));
}

TEST(ReadyHttp, TellsTheBodyThatDidNotMatch) {
  EXPECT_THAT(
      NotReady("/status/200", {.body_pattern = "\"ready\""}),
      AllOf(HasSubstr("an answer to GET /status/200 with status 2xx and \"\"ready\"\" in its body"),
            HasSubstr("HTTP 200, but its body does not match: \"the status is 200\"")));
  EXPECT_THAT(NotReady("/empty", {.body_pattern = "x"}), HasSubstr("HTTP 200 with an empty body"));
}

TEST(ReadyHttp, TakesMatchersAndPredicatesOnTheBody) {
  const Server matched(Asked("/state", {.body_pattern = testing::EndsWith("}\n")}));
  const Server accepted(
      Asked("/state", {.body_pattern = [](std::string_view body) { return body.size() > 20; }}));
}

TEST(ReadyHttp, GivesThePortByAGroupOfTheBody) {
  const Server server(Asked("/state", {.body_pattern = Regex(R"("admin": (?<port>\d+))")}));
  EXPECT_EQ(server.port(), 4711);
}

TEST(ReadyHttp, SendsMethodHeadersAndBody) {
  Server server(Asked("/echo", {.method = "POST",
                                .headers = {{"X-Token", "secret"}},
                                .request_body = std::string("a\0b\n3:c", 7),
                                .body_pattern = testing::Eq(std::string("a\0b\n3:c", 7))}));
  EXPECT_TRUE(server.WaitForLine("POST /echo 200"));
}

TEST(ReadyHttp, SendsTheHeadersThatAreGivenAndFewOthers) {
  const auto pattern =
      pattern::AllOf("X-Token: secret\n", "X-Token: other\n", "Accept-Encoding: identity\n",
                     "User-Agent: tether\n", Regex("(?m)^Host: 127.0.0.1:\\d+$"));
  const Server server(Asked("/headers", {.headers = {{"X-Token", "secret"}, {"X-Token", "other"}},
                                         .body_pattern = pattern}));
  const Server named(Asked("/headers", {.headers = {{"User-Agent", "mine"}},
                                        .body_pattern = Regex("(?m)^User-Agent: mine$"),
                                        .host = "localhost"}));
}

TEST(ReadyHttp, NamesTheHostThatIsGiven) {
  const Server server(Asked("/headers", {.body_pattern = Regex("(?m)^Host: example\\.org:\\d+$"),
                                         .host = "example.org"}));
}

TEST(ReadyHttp, NeedsNoBody) {
  Server server(Asked("/state", {.method = "HEAD"}));
  EXPECT_TRUE(server.WaitForLine("HEAD /state 200"));
}

TEST(ReadyHttp, TakesBytesOfAnyKindInABody) {
  const Server server(Asked("/binary", {.body_pattern = std::string("5:\0\xff\n\r\n:ready", 14)}));
}

TEST(ReadyHttp, SearchesTheFirstMebibyteOfALargeBody) {
  const Server server(Asked("/large/1048576", {.body_pattern = "last"}));
  const Server other(Asked("/large/3000000", {.body_pattern = "first"}));
  EXPECT_THAT(
      NotReady("/large/3000000", {.body_pattern = "last"}),
      AllOf(HasSubstr("but its body does not match: \"first"), HasSubstr("... (1048576 bytes)\"")));
}

TEST(ReadyHttp, EndsAnAnswerThatHasNoEnd) {
  const Server server(Asked("/endless"));
  EXPECT_THAT(NotReady("/endless", {.status = 204}), HasSubstr("HTTP 200: \"....."));
}

TEST(ReadyHttp, SendsALargeRequest) {
  const std::string body(60000, 'x');
  const Server server(
      Asked("/echo", {.method = "POST", .request_body = body, .body_pattern = testing::Eq(body)}));
}

TEST(ReadyHttp, AsksOnAPortThatTheReadyLineTells) {
  const Probe told = ready::Line(Regex(R"(port (?<admin>\d+))"));
  Server server(Answering(ready::AllOf(told, ready::Http("/status/200", {.port = "admin"}))));
  EXPECT_TRUE(server.WaitForLine("GET /status/200 200"));
}

TEST(ReadyHttp, TellsWhenNobodyHasToldThePort) {
  ServerOptions options = Asked("/state", {.port = "admin"});
  options.start_timeout = 1s;
  EXPECT_THAT(
      ErrorOfStart(options),
      AllOf(HasSubstr("awaited:  an answer to GET /state on port \"admin\" with status 2xx"),
            HasSubstr("met:      nobody has told which port \"admin\" is")));
}

TEST(ReadyHttp, TellsWhereTheServerListensInstead) {
  const auto unused = support::Socket::BoundTo(0, false);
  const std::string wanted = "127.0.0.1:" + std::to_string(unused.port());
  ServerOptions options = Asked("/state", {.port = unused.port()});
  options.start_timeout = support::kTimeToTry;
  EXPECT_THAT(ErrorOfStart(options),
              AllOf(HasSubstr("met:      GET http://" + wanted + "/state: connection refused; "),
                    ContainsRegex("it listens on 127.0.0.1:[0-9]+, not on " + wanted)));
}

TEST(ReadyHttp, TellsThatTheServerListensNowhere) {
  ServerOptions options = {
      .command = {Program("ready_and_wait")}, .ready = ready::Http("/"), .start_timeout = 1s};
  EXPECT_THAT(ErrorOfStart(options), HasSubstr("met:      it listens on no TCP port\n"));
}

TEST(ReadyHttp, TellsThatAServerDoesNotAnswer) {
  ServerOptions options = {.command = {Program("listen_quietly")},
                           .ready = ready::Http("/"),
                           .start_timeout = support::kTimeToTry};
  EXPECT_THAT(ErrorOfStart(options),
              ContainsRegex("met:      GET http://127.0.0.1:[0-9]+/: no answer for "));
}

TEST(ReadyHttp, AsksSeveralQuestionsAtATime) {
  Server server(Answering(ready::AllOf(ready::Http("/state"), ready::Http("/status/201"),
                                       ready::Http("/empty", {.method = "HEAD"}))));
  EXPECT_TRUE(server.WaitForLines({"GET /state 200", "GET /status/201 201", "HEAD /empty 200"},
                                  {.any_order = true}));
}

TEST(ReadyHttp, LeavesNoDescriptor) {
  EXPECT_TRUE(support::LeavesNoDescriptor([] { const Server server(Asked("/state")); }));
}

TEST(ReadyHttp, RefusesARequestThatCannotBeSent) {
  EXPECT_THAT(NotReady("/a b"), HasSubstr("\"/a b\" of ready::Http must begin with"));
  const auto error = [](HttpOptions options) { return NotReady("/", std::move(options)); };
  EXPECT_THAT(error({.method = "GE T"}), HasSubstr("ready: \"GE T\" is no HTTP method"));
  EXPECT_THAT(error({.host = "a\r\nB: c"}), HasSubstr("ready: \"a\\x0d\\x0aB: c\" is no host"));
  EXPECT_THAT(error({.headers = {{"A:", "b"}}}), HasSubstr("\"A:\" is no name of an HTTP header"));
  EXPECT_THAT(error({.headers = {{"A", "b\r\nC: d"}}}), HasSubstr("header A has a line break"));
  EXPECT_THAT(error({.request_body = std::string(70000, 'x')}),
              HasSubstr("too large: path, headers and body have 70001 bytes, and can have 65536"));
}

TEST(ReadyHttp, RefusesAnExpectationThatMakesNoSense) {
  const auto error = [](HttpOptions options) { return NotReady("/", std::move(options)); };
  EXPECT_THAT(error({.status = 20}), HasSubstr("20 is no status of HTTP (100 to 999)"));
  EXPECT_THAT(error({.status = {299, 200}}), HasSubstr("from 299 to 200 is no range"));
  EXPECT_THAT(error({.status = std::function<bool(int)>()}), HasSubstr("is an empty function"));
  EXPECT_THAT(error({.body_pattern = Regex("(")}),
              HasSubstr("the regular expression /(/ is wrong"));
  EXPECT_THAT(error({.port = 70000}), HasSubstr("70000 is no port"));
}

TEST(ReadyHttp, RefusesCertificatesWithoutTls) {
  EXPECT_THAT(NotReady("/", {.accept_self_signed = true}), HasSubstr("set .https, too"));
  EXPECT_THAT(NotReady("/", {.ca_file = "ca.pem"}), HasSubstr(".ca_file is given for a request"));
}

}  // namespace
}  // namespace tether
