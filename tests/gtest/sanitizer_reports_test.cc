// What sanitizers report of a server fails the test, also when the server exits with 0.
#include "tether/server/sanitizer_reports.h"

#include <gmock/gmock.h>
#include <tether/tether.h>

#include <csignal>
#include <fstream>

#include "support/servers.h"
#include "support/temporary_directory.h"

namespace tether {
namespace {

using internal::BeginsSanitizerReport;
using support::Child;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

TEST(SanitizerReport, BeginsWithAnyOfTheirLines) {
  for (const char* line :
       {"==12==ERROR: AddressSanitizer: heap-use-after-free on address 0x6020",
        "\x1b[1m\x1b[31m==12==ERROR: AddressSanitizer: SEGV on unknown address",
        "==12==ERROR: LeakSanitizer: detected memory leaks",
        "WARNING: ThreadSanitizer: data race (pid=12)",
        "==12==WARNING: MemorySanitizer: use-of-uninitialized-value",
        "==12==ERROR: UndefinedBehaviorSanitizer: SEGV on unknown address",
        "a b/c.cc:3:15: runtime error: signed integer overflow: 2147483647 + 1",
        "\x1b[1mc.cc:3:15:\x1b[1m\x1b[31m runtime error: \x1b[1m\x1b[0mindex 4 out of bounds",
        "<unknown>: runtime error: load of null pointer"}) {
    EXPECT_TRUE(BeginsSanitizerReport(line)) << line;
  }
}

TEST(SanitizerReport, BeginsWithNoOtherLine) {
  for (const char* line :
       {"", "panic: runtime error: invalid memory address", "a:3: runtime error: x",
        "3:5: runtime error:", ":3:5: runtime error: no file", "AddressSanitizer: ready",
        "WARNING: InputSanitizer: a tag was removed", "SUMMARY: AddressSanitizer: 1 leak"}) {
    EXPECT_FALSE(BeginsSanitizerReport(line)) << line;
  }
}

TEST(SanitizerReport, IsToldToItsSummaryWithTheMiddleLeftOut) {
  std::vector<std::string> lines = {"before", "==1==ERROR: AddressSanitizer: x"};
  for (int i = 2; i <= 50; ++i) lines.push_back("line " + std::to_string(i));
  lines.insert(lines.end(),
               {"SUMMARY: AddressSanitizer: x", "after", "WARNING: ThreadSanitizer: y"});
  internal::SanitizerReports reports;
  AddSanitizerReports(lines, reports);
  EXPECT_EQ(reports.count, 2U);
  EXPECT_THAT(reports.text, StartsWith("\n    ==1==ERROR: AddressSanitizer: x\n    line 2\n"));
  EXPECT_THAT(reports.text, AllOf(HasSubstr("    line 24\n    ... 21 lines left out ...\n"
                                            "    line 46\n"),
                                  HasSubstr("SUMMARY: AddressSanitizer: x\n    WARNING: Thread")));
}

TEST(SanitizerReport, IsFoundInTheTestInWhichItCame) {
  Server server(Child("ready_and_wait",
                      {"ready", "WARNING: ThreadSanitizer: data race (pid=1)", "  Write of size 4",
                       "SUMMARY: ThreadSanitizer: data race", "something else"}));
  ASSERT_TRUE(server.WaitForLine("something else"));
  const auto findings = server.TakeFindings();
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].kind, Finding::Kind::kSanitizerReport);
  EXPECT_EQ(
      findings[0].text,
      "server \"ready_and_wait\" printed a report of a sanitizer:\n"
      "    WARNING: ThreadSanitizer: data race (pid=1)\n"
      "      Write of size 4\n"
      "    SUMMARY: ThreadSanitizer: data race\n"
      "Mend what it tells; or, if that is expected, set .may_have_sanitizer_reports = true in "
      "the options of the server.");
  EXPECT_THAT(server.TakeFindings(), IsEmpty());
  server.Stop();
  EXPECT_THAT(server.TakeFindings(), IsEmpty());
}

TEST(SanitizerReport, OfWhichThereAreManyIsCountedToABound) {
  std::vector<std::string> lines = {"ready"};
  lines.insert(lines.end(), 500, "a.cc:1:2: runtime error: overflow");
  lines.push_back("the end");
  Server server(Child("ready_and_wait", lines));
  ASSERT_TRUE(server.WaitForLine("the end"));
  const auto findings = server.TakeFindings();
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_THAT(findings[0].text, HasSubstr(" printed 50 or more reports of sanitizers:\n"));
}

TEST(SanitizerReport, CanBeAllowed) {
  ServerOptions options =
      Child("ready_and_wait", {"ready", "WARNING: ThreadSanitizer: data race", "end"});
  options.may_have_sanitizer_reports = true;
  Server server(options);
  ASSERT_TRUE(server.WaitForLine("end"));
  server.Stop();
  EXPECT_THAT(server.TakeFindings(), IsEmpty());
}

// Servers with real errors.
class Misbehaving : public testing::Test {
 protected:
  static ServerOptions Options(const std::string& sanitizer, std::vector<std::string> arguments) {
    return Child("misbehave_" + sanitizer, std::move(arguments));
  }

  // The text of what is found with such a server, which does it once and is stopped.
  static std::string Found(const ServerOptions& options) {
    Server server(options);
    ::kill(server.pid(), SIGUSR1);
    const bool done = static_cast<bool>(server.WaitForLine("done"));
    if (!done) server.WaitForExit();
    server.Stop();
    return internal::TextOf(server.TakeFindings());
  }
};

#ifdef HAS_MISBEHAVE_ASAN
TEST_F(Misbehaving, IsFoundByAddressSanitizer) {
  EXPECT_THAT(Found(Options("asan", {"use-after-free"})),
              AllOf(ContainsRegex("^server \"misbehave_asan\" printed a report of a sanitizer:\n"
                                  "    ==[0-9]+==ERROR: AddressSanitizer: heap-use-after-free "),
                    ContainsRegex("\n    SUMMARY: AddressSanitizer: heap-use-after-free "),
                    Not(HasSubstr("ABORTING"))));
}

TEST_F(Misbehaving, IsFoundInTheLogFile) {
  ServerOptions options = Options("asan", {"use-after-free"});
  options.environment["ASAN_OPTIONS"] = "halt_on_error=0:log_path='{dir}/asan':verbosity=0";
  EXPECT_THAT(
      Found(options),
      ContainsRegex("^server \"misbehave_asan\" wrote to [^\n]*/asan[.][0-9]+ a report of a "
                    "sanitizer:\n +==[0-9]+==ERROR: AddressSanitizer: "));
}

TEST_F(Misbehaving, IsFoundInTheLogFileOfAProcessThatItStarted) {
  ServerOptions options = Options("asan", {"use-after-free", "forked"});
  options.environment["ASAN_OPTIONS"] = "log_path={dir}/asan";
  EXPECT_THAT(Found(options), ContainsRegex("^server \"misbehave_asan\" wrote to [^\n]*/asan"));
}

TEST_F(Misbehaving, IsFoundInTheLogFileThatTheTestProgramNames) {
  const support::TemporaryDirectory directory;
  const std::string path = (directory.path() / "log").string();
  std::ofstream(path + ".1") << "==1==ERROR: AddressSanitizer: of somebody else\n";
  ::setenv("ASAN_OPTIONS", ("log_path=" + path).c_str(), 1);
  const std::string found = Found(Options("asan", {"use-after-free"}));
  ::unsetenv("ASAN_OPTIONS");
  EXPECT_THAT(found, AllOf(HasSubstr("heap-use-after-free"), Not(HasSubstr("somebody else"))));
}
#endif

#ifdef HAS_MISBEHAVE_UBSAN
// Newer runtimes of clang end the report with a summary.
TEST_F(Misbehaving, IsFoundByUndefinedBehaviorSanitizerThoughItExitsWithZero) {
  EXPECT_THAT(Found(Options("ubsan", {"overflow"})),
              ContainsRegex("^server \"misbehave_ubsan\" printed a report of a sanitizer:\n"
                            "    [^\n]*misbehave.cc:[0-9]+:[0-9]+: runtime error: signed integer "
                            "overflow: 2147483647 [+] 1 [^\n]*\n(    SUMMARY: [^\n]*\n)?Mend "));
}
#endif

#ifdef HAS_MISBEHAVE_TSAN
TEST_F(Misbehaving, IsFoundByThreadSanitizer) {
  EXPECT_THAT(Found(Options("tsan", {"race"})),
              AllOf(ContainsRegex("\n    WARNING: ThreadSanitizer: data race "),
                    ContainsRegex("\n    SUMMARY: ThreadSanitizer: data race ")));
}
#endif

#ifdef HAS_MISBEHAVE_LSAN
TEST_F(Misbehaving, IsFoundByLeakSanitizer) {
  EXPECT_THAT(Found(Options("lsan", {"leak"})),
              ContainsRegex("\n    ==[0-9]+==ERROR: LeakSanitizer: detected memory leaks\n"));
}
#endif

}  // namespace
}  // namespace tether
