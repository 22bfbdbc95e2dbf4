// The descriptors of a test program.
#pragma once

#include <gtest/gtest.h>
#include <tether/tether.h>

#include <algorithm>

#include "support/processes.h"

namespace support {

/// Whether no log of a server is open.
inline bool HasNoLog(const tether::DescriptorTable& table) {
  return std::none_of(table.begin(), table.end(),
                      [](const auto& each) { return each.target.ends_with(".log"); });
}

/// Those of this process, at a moment at which no log of a server is open: what a server has printed
/// may be brought to its log a moment after its end.
inline tether::DescriptorTable DescriptorsButLogs() {
  tether::DescriptorTable table;
  EXPECT_TRUE(Eventually([&table] {
    table = tether::DescriptorTable::OfThisProcess();
    return HasNoLog(table);
  })) << table.ToString();
  return table;
}

}  // namespace support
