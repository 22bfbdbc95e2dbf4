// Servers that print much while nobody looks. TETHER_ECHO=1 shows what they print as it comes:
//
//   TETHER_ECHO=1 build/dev/samples/talkative_servers_test
#include <gmock/gmock.h>
#include <tether/tether.h>

namespace {

// Prints 6,000 lines to standard error, more than a pipe holds, and ends.
tether::ServerOptions Talkative(const std::string& name) {
  return {.command = {"sh", "-c",
                      "i=0; while [ $i -lt 6000 ]; do i=$((i+1)); "
                      "echo \"request $i of this server was answered\" >&2; done"},
          .name = name,
          .may_end = true};
}

TEST(ManyLogs, AreKeptWhileNobodyWaitsForThem) {
  auto [first, second] = tether::StartAll(Talkative("first"), Talkative("second"));
  EXPECT_EQ(first.WaitForExit(), tether::ExitStatus::Exited{0});  // nothing blocks it
  EXPECT_EQ(second.WaitForExit(), tether::ExitStatus::Exited{0});
  for (tether::Server* server : {&first, &second}) {
    const auto lines = server->Lines({.stream = tether::Stream::kErr});
    ASSERT_EQ(lines.size(), 6000U);
    EXPECT_EQ(lines.back().text, "request 6000 of this server was answered");
  }
}

}  // namespace
