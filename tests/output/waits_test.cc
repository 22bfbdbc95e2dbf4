// Waiting for what a server prints: several lines, counts, marks, and lines that must not come.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/servers.h"

namespace tether {
namespace {

using support::Child;

TEST(Waits, BeginWithTheFirstLine) {
  Server server(Child("ready_and_wait"));
  EXPECT_TRUE(server.WaitForLine("ready"));
}

}  // namespace
}  // namespace tether
