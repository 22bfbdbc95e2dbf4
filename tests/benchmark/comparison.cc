#include "comparison.h"

#include <algorithm>
#include <array>
#include <cstdio>

double MillisecondsOf(const std::function<void()>& call) {
  const auto begin = std::chrono::steady_clock::now();
  call();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

double Median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void Comparison::PrintHeading() {
  std::printf("%-45s %10s %10s   %-24s %s\n", "", "floor, ms", "tether, ms",
              "ratio (lowest, highest)", "limit");
}

void Comparison::Print() const {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < floor_.size(); ++i) ratios.push_back(tether_[i] / floor_[i]);
  const auto [lowest, highest] = std::ranges::minmax(ratios);
  std::array<char, 16> limit{"none"};
  if (limit_) std::snprintf(limit.data(), limit.size(), "%.1f", *limit_);
  std::printf("%-45s %10.3f %10.3f   %5.2f (%5.2f to %5.2f)   %s\n", name_.c_str(), Median(floor_),
              Median(tether_), Median(ratios), lowest, highest, limit.data());
  std::fflush(stdout);
}
