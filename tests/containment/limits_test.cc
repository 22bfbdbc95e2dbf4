// A test program, or its user, that may have no more files or processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "containment/surrounded_program.h"
#include "support/processes.h"

namespace tether {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

using Limits = Surroundings;

TEST_F(Limits, WithFilesForSomeServersNameTheLimitAndWorkAgainWithFewer) {
  if (support::kNeedsDescriptors) GTEST_SKIP() << support::kNeedsDescriptors;
  // Where the starts take longer than a tenth of a second, servers have a log file open, too.
  Run({"limit=nofile:32"}, {"many", Program("ready_and_wait")},
      MatchesRegex("after [4-9] servers: server \"ready_and_wait\" could not be started\n"
                   "  problem:  [^\n]*: Too many open files \\(errno 24\\); RLIMIT_NOFILE, the "
                   "limit of open files, is 32: stop servers or close files that are not needed, "
                   "or raise it \\(ulimit -n\\)\n(.|\n)*"
                   "with fewer: works\n"));
}

TEST_F(Limits, WithNoFileOrTheNextFewNameTheLimit) {
  if (support::kNeedsDescriptors) GTEST_SKIP() << support::kNeedsDescriptors;
  Run({"limit=nofile:64"}, {"few_files", Program("ready_and_wait")},
      MatchesRegex("(with [0-9]: server \"ready_and_wait\" could not be started\n"
                   "  problem:  [^\n]*: Too many open files \\(errno 24\\); RLIMIT_NOFILE[^\n]*\n"
                   "(  [^\n]*\n)*\n)+"
                   "with [0-9]: works\n"));
  EXPECT_THAT(Left(), IsEmpty());
}

// With a limit so low, keepers and the guardian run out of files, too.
class FewFiles : public Surroundings, public testing::WithParamInterface<int> {};

TEST_P(FewFiles, SufficeOrTheLimitIsNamed) {
  if (support::kNeedsDescriptors) GTEST_SKIP() << support::kNeedsDescriptors;
  const std::string limit = std::to_string(GetParam());
  Run({"limit=nofile:" + limit}, {"all", Program("ready_and_wait"), Program("listen_quietly")},
      testing::AnyOf(kAllWorks, AllOf(HasSubstr(" could not be started\n"),
                                      HasSubstr("the limit of open files, is " + limit + ": "))));
  EXPECT_THAT(Left(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(From, FewFiles, testing::Range(4, 20), testing::PrintToStringParamName());

// The user may have as many processes as it takes to run a server, and some of them are others.
struct CrowdCase {
  const char* name;
  const char* others;
  const char* said;
};

void PrintTo(const CrowdCase& each, std::ostream* out) { *out << each.name; }

constexpr const char* kProcessLimit =
    ": Resource temporarily unavailable (errno 11); RLIMIT_NPROC, the limit of processes and "
    "threads of this user, is ";

class Crowd : public Surroundings, public testing::WithParamInterface<CrowdCase> {};

TEST_P(Crowd, IsToldAndDoesNoHarmOnceItIsGone) {
  if (support::kThreadSanitizer) {
    GTEST_SKIP() << "ThreadSanitizer has a thread of its own, which counts as a process, too";
  }
  Run({"user"}, {"crowd", GetParam().others},
      AllOf(
          HasSubstr(GetParam().said + std::string(kProcessLimit)), HasSubstr("\nalone: works\n"),
          HasSubstr("\nbeside it: server \"sh\" could not be started\n"
                    "  problem:  cannot create the process of the keeper that looks after the "
                    "server" +
                    std::string(kProcessLimit)),
          // The server and the process that asks it are started at the same time, and there is
          // room for one of them at most.
          AnyOf(
              HasSubstr("\nasked by HTTP: server \"sh\" could not be waited for\n"
                        "  problem:  the process that sends tether's HTTP requests could not be "
                        "started" +
                        std::string(kProcessLimit)),
              HasSubstr("\nasked by HTTP: server \"sh\" could not be started\n"
                        "  problem:  cannot create the process of the server" +
                        std::string(kProcessLimit)),
              HasSubstr("\nasked by HTTP: server \"sh\" could not be started\n"
                        "  problem:  cannot create the process of the keeper that looks after the "
                        "server" +
                        std::string(kProcessLimit)))));
  // The process that asks by HTTP is not waited for: its keeper ends it.
  EXPECT_TRUE(support::Eventually([this] { return Left().empty(); }))
      << testing::PrintToString(Left());
}

INSTANTIATE_TEST_SUITE_P(
    Met, Crowd,
    testing::Values(CrowdCase{"ByAnotherKeeper", "0", "that looks after the server"},
                    CrowdCase{"ByAServer", "1", "cannot create the process of the server"},
                    CrowdCase{"ByAKeeper", "2", "that looks after the server"},
                    CrowdCase{"ByTheForkOfTheGuardian", "3", "servers: fork of the guardian"},
                    CrowdCase{"ByTheGuardian", "4", " failed"}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace tether
