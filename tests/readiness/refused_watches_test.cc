// Probes for paths where the system tells of no changes, or not of sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "containment/surrounded_program.h"

namespace tether {
namespace {

struct Case {
  const char* name;
  Words surroundings;
};

void PrintTo(const Case& each, std::ostream* out) { *out << each.name; }

class RefusedWatches : public Surroundings, public testing::WithParamInterface<Case> {};

TEST_P(RefusedWatches, AreReplacedByLooks) {
  Run(GetParam().surroundings, {"paths", Program("listen_unix")}, "file and socket are there\n");
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedWatches,
    testing::Values(Case{"None", {}}, Case{"NoInstanceLeft", {"refuse=inotify_init:EMFILE"}},
                    Case{"NotPermitted", {"refuse=inotify_init:EPERM"}},
                    Case{"NoWatchLeft", {"refuse=inotify_add_watch:ENOSPC"}},
                    Case{"NoNetlink", {"refuse=netlink:EPERM"}},
                    Case{"Neither", {"refuse=inotify_init:ENOSYS", "refuse=netlink:EAFNOSUPPORT"}}),
    [](const testing::TestParamInfo<Case>& test) { return test.param.name; });

}  // namespace
}  // namespace tether
