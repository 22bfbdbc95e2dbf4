// From the guide: what a sanitizer reports in a server fails the test, though the server goes on.
#include <gmock/gmock.h>
#include <tether/tether.h>

namespace {

tether::ServerOptions Adder() {
  return {.command = {tether::Program("adder")},
          .environment = {{"UBSAN_OPTIONS", "print_stacktrace=0"}},
          .standard_input = tether::StandardInput::Pipe()};
}

TEST(Adder, AddsWhatItIsSent) {
  tether::Server adder(Adder());
  EXPECT_TRUE(adder.SendLine("20 22"));
  EXPECT_TRUE(adder.WaitForLine("sum 42"));
  adder.CloseInput();
  EXPECT_TRUE(adder.ExpectExit(tether::Exited(0)));
}

TEST(Adder, OverflowsUnnoticedByItsClient) {
  tether::Server adder(Adder());
  EXPECT_TRUE(adder.SendLine("2147483647 1"));
  EXPECT_TRUE(adder.WaitForCount("sum", 2));
  EXPECT_THAT(adder.Stop(), tether::KilledBy(SIGTERM));
  const auto findings = adder.TakeFindings();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].kind, tether::Finding::Kind::kSanitizerReport);
  EXPECT_THAT(findings[0].text, testing::HasSubstr("signed integer overflow"));
}

}  // namespace
