// A system that has no terminal to give.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tether/tether.h>

#include <string>
#include <vector>

#include "support/processes.h"
#include "tether/base/command_line.h"

namespace tether {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Runs a host where the system has no terminal to give, and gives what it prints.
std::string TriedAfter(const std::string& preparation) {
  const std::vector<std::string> host = {Program("host"), "exit", "terminal",
                                         Program("ready_and_wait")};
  support::PlainProcess process({"/bin/sh", "-c",
                                 "exec 2>&1; exec unshare -m /bin/sh -c '" + preparation +
                                     " || { echo impossible; exit 1; }; exec \"$@\"' sh " +
                                     internal::ShellCommand(host)});
  return process.ReadAll();
}

bool IsImpossible(const std::string& printed) {
  return printed.find("impossible") != std::string::npos ||
         printed.find("unshare") != std::string::npos;
}

TEST(NoTerminal, IsToldWithAWordOnTheLimitWhenAllAreInUse) {
  const std::string printed = TriedAfter(
      "mount -t devpts -o newinstance,ptmxmode=0666,max=1 devpts /dev/pts && exec 9<>/dev/ptmx");
  if (IsImpossible(printed)) GTEST_SKIP() << "no file system can be mounted here: " << printed;
  EXPECT_THAT(printed, AllOf(HasSubstr("StartError"),
                             HasSubstr("output: cannot make a pseudo-terminal: open /dev/ptmx "
                                       "(posix_openpt): No space left on device (errno 28)"),
                             HasSubstr("kernel.pty.max is "), HasSubstr("raise the limit"),
                             HasSubstr("set .output = tether::Output::kPipes")));
}

TEST(NoTerminal, IsToldWithAWordOnDevptsWhenThereIsNone) {
  const std::string printed =
      TriedAfter("mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3");
  if (IsImpossible(printed)) GTEST_SKIP() << "no file system can be mounted here: " << printed;
  EXPECT_THAT(printed, AllOf(HasSubstr("StartError"),
                             HasSubstr("No such file or directory (errno 2); this system has no "
                                       "pseudo-terminals, or this container was not given them"),
                             HasSubstr("mount a devpts at /dev/pts")));
}

}  // namespace
}  // namespace tether
