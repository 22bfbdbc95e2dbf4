// Where a core dump went is told with the end of the server.
#include <gmock/gmock.h>
#include <tether/tether.h>

#include <csignal>
#include <fstream>

#include "support/servers.h"
#include "support/temporary_directory.h"
#include "tether/base/file_time.h"
#include "tether/inspect/core_dump_linux.h"

namespace tether {
namespace {

using internal::CoreDumpText;
using support::Child;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class CoreDumpFile : public testing::Test {
 protected:
  std::string Path(const std::string& name) const { return (directory_.path() / name).string(); }
  void Write(const std::string& name) const { std::ofstream(Path(name)) << "core"; }
  internal::CoreDump Dump() const {
    return {.pid = 123,
            .signal = 6,
            .directory = directory_.path().string(),
            .started = internal::FileTimeOf(Clock::now() - std::chrono::seconds(5))};
  }

 private:
  const support::TemporaryDirectory directory_;
};

TEST_F(CoreDumpFile, IsFoundByPidAndSignal) {
  Write("core.server.6.124");
  Write("core.server.6.123");
  EXPECT_EQ(CoreDumpText(Dump(), "core.%e.%s.%p"), Path("core.server.6.123"));
  EXPECT_EQ(CoreDumpText(Dump(), Path("core.%e.%s.%p")), Path("core.server.6.123"));
}

TEST_F(CoreDumpFile, IsNoneThatIsOlderThanTheServer) {
  Write("100%core.123");
  std::filesystem::last_write_time(Path("100%core.123"),
                                   internal::FileTimeOf(Clock::now()) - std::chrono::minutes(1));
  EXPECT_THAT(CoreDumpText(Dump(), "100%%core.%p"),
              StartsWith("there is no file 100%%core.%p (/proc/sys/kernel/core_pattern) of it"));
}

TEST_F(CoreDumpFile, MayHaveGoneToAProgram) {
  EXPECT_EQ(CoreDumpText(Dump(), "|/usr/lib/systemd/systemd-coredump %P"),
            "the system gave the core dump to /usr/lib/systemd/systemd-coredump %P "
            "(/proc/sys/kernel/core_pattern); the pid was 123");
}

TEST(CoreDump, IsNamedWithTheEndThatNobodyAskedFor) {
  const support::TemporaryDirectory directory;
  ServerOptions options = Child("dump_core");
  options.working_directory = directory.path();
  Server server(options);
  ::kill(server.pid(), SIGUSR1);
  EXPECT_FALSE(server.WaitForLine("never"));
  const auto findings = server.TakeFindings();
  ASSERT_EQ(findings.size(), 1U);
  if (findings[0].text.find(", core dumped after") == std::string::npos) {
    GTEST_SKIP() << "this system dumps no core";
  }
  EXPECT_THAT(findings[0].text, HasSubstr("\nIts core dump: "));
  EXPECT_THAT(server.Report(), HasSubstr("  core:     "));
}

TEST(CoreDump, IsNotSpokenOfWithoutOne) {
  Server server(Child("die_on_request"));
  ::kill(server.pid(), SIGUSR1);
  EXPECT_FALSE(server.WaitForLine("never"));
  for (const Finding& finding : server.TakeFindings()) {
    EXPECT_THAT(finding.text, Not(HasSubstr("core")));
  }
}

}  // namespace
}  // namespace tether
