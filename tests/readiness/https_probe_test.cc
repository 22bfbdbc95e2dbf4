// The probe that asks by HTTPS, with certificates that are made for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "readiness/not_ready.h"
#include "support/servers.h"

namespace tether {
namespace {

using support::ErrorOfStart;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using namespace std::chrono_literals;

// In here a time limit ends a wait that cannot end otherwise: no line of the server tells that a
// connection without a request was tried.
constexpr auto kTimeToFail = support::kTimeToTry + 2s;

class ReadyHttps : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto error = ErrorOfHttps()) GTEST_SKIP() << *error;
    std::filesystem::create_directory(directory_);
    try {
      MakeCertificate("local", "DNS:localhost,IP:127.0.0.1");
      MakeCertificate("named", "DNS:example.org");
    } catch (const StartError& error) {
      GTEST_SKIP() << "certificates are made with the program openssl:\n" << error.what();
    }
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  // What is said of a probe that needs TLS where there is none.
  static std::optional<std::string> ErrorOfHttps() {
    const std::string error = ErrorOfStart({.command = {"sleep", "0"},
                                            .ready = ready::Http("/", {.https = true}),
                                            .start_timeout = 0s});
    if (error.find("no HTTPS") == std::string::npos) return std::nullopt;
    return error;
  }

  void MakeCertificate(const std::string& name, const std::string& whom) const {
    Server openssl({.command = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                                "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", name + ".key",
                                "-out", name + ".pem", "-days", "2", "-subj", "/CN=tether test",
                                "-addext", "subjectAltName=" + whom},
                    .working_directory = directory_});
    ASSERT_EQ(openssl.WaitForExit(), ExitStatus::Exited{0}) << openssl.Text();
  }

  // A server with a certificate.
  ServerOptions Secure(const std::string& certificate, Probe ready) const {
    return {.command = {Program("answer_http"), certificate + ".pem", certificate + ".key"},
            .ready = std::move(ready),
            .working_directory = directory_,
            .start_timeout = 30s};
  }

  const std::filesystem::path directory_ =
      testing::TempDir() + "tether_https_" + std::to_string(::getpid());
};

TEST_F(ReadyHttps, TakesAnyCertificateWhenItIsToldTo) {
  const Server server(
      Secure("named", ready::Http("/state", {.https = true, .accept_self_signed = true})));
  EXPECT_EQ(server.url(), "https://127.0.0.1:" + std::to_string(server.port()));
}

TEST_F(ReadyHttps, TrustsASelfSignedCertificateThatItIsGiven) {
  const Server server(
      Secure("local", ready::Http("/state", {.https = true, .ca_file = "local.pem"})));
  const Server absolute(
      Secure("local", ready::Http("/state", {.https = true, .ca_file = directory_ / "local.pem"})));
}

TEST_F(ReadyHttps, WantsTheCertificateToBeForTheHostThatIsNamed) {
  const HttpOptions options{.https = true, .ca_file = "named.pem", .host = "example.org"};
  const Server server(Secure("named", ready::Http("/state", options)));
}

TEST_F(ReadyHttps, TellsWhyThereWasNoAnswer) {
  const auto asked = [](HttpOptions options) { return ready::Http("/state", std::move(options)); };
  ServerOptions options = Secure(
      "named", ready::AllOf(asked({.https = true, .ca_file = "named.pem"}), asked({.https = true}),
                            asked({.https = true, .ca_file = "no.pem"}), asked({})));
  options.start_timeout = kTimeToFail;
  const std::string begin =
      "an answer to GET /state through TLS with status 2xx: not met; GET "
      "https://127.0.0.1:[0-9]+/state: ";
  EXPECT_THAT(
      ErrorOfStart(options),
      AllOf(ContainsRegex(begin + "its certificate is not for \"127.0.0.1\""),
            ContainsRegex(begin + "its certificate is self-signed and not trusted; .*set .ca_file"),
            ContainsRegex(begin + "no certificate of an authority can be loaded from " +
                          (directory_ / "no.pem").string()),
            ContainsRegex("GET http://.*; does it expect HTTPS there\\?")));
}

TEST_F(ReadyHttps, TellsThatTheServerSpeaksPlainHttp) {
  ServerOptions options = {
      .command = {Program("answer_http")},
      .ready = ready::Http("/state", {.https = true, .accept_self_signed = true}),
      .start_timeout = kTimeToFail};
  EXPECT_THAT(ErrorOfStart(options), HasSubstr("does it expect plain HTTP there?"));
}

TEST_F(ReadyHttps, TellsThatAServerMayWaitForAPlainRequest) {
  ServerOptions options = {
      .command = {Program("listen_quietly")},
      .ready = ready::Http("/state", {.https = true, .accept_self_signed = true}),
      .start_timeout = support::kTimeToTry};
  EXPECT_THAT(ErrorOfStart(options),
              ContainsRegex("/state: no answer for .*; does it expect plain HTTP there\\?"));
}

TEST_F(ReadyHttps, TakesACertificateThatTheServerMakes) {
  ServerOptions options =
      Secure("made", ready::Http("/state", {.https = true, .ca_file = "made.pem"}));
  options.command = {"sh", "-c",
                     "cp local.key made.key; cp local.pem made.pem; exec \"$0\" made.pem made.key",
                     Program("answer_http")};
  const Server server(options);
}

}  // namespace
}  // namespace tether
