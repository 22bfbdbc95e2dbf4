// Test programs that reserve ports at the same time.
#include <gtest/gtest.h>
#include <tether/tether.h>

#include <list>

#include "support/processes.h"

namespace tether {
namespace {

constexpr int kPrograms = 8;
constexpr int kStarts = support::kThreadSanitizer || support::kAddressSanitizer ? 800 : 10000;

TEST(ReservedPorts, AreNeverMetByAnotherTestProgram) {
  std::list<support::PlainProcess> programs;
  for (int i = 0; i < kPrograms; ++i) {
    programs.emplace_back(
        std::vector<std::string>{Program("many_starts"), std::to_string(kStarts / kPrograms)});
  }
  for (support::PlainProcess& program : programs) {
    EXPECT_EQ(program.ReadAll(), "done\n");
    EXPECT_EQ(program.Wait(), 0);
  }
}

}  // namespace
}  // namespace tether
