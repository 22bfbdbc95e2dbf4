// Servers whose output is a terminal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/servers.h"

namespace tether {
namespace {

using support::Child;

TEST(Terminal, IsNotUsedUnlessAskedFor) {
  Server server({.command = {"sh", "-c", "test -t 1 && echo terminal || echo pipe"},
                 .ready = ready::Line("")});
  EXPECT_TRUE(server.WaitForLine("pipe"));
}

}  // namespace
}  // namespace tether
