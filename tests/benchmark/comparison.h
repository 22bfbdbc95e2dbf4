// Figures of tether, each beside the floor that was measured just before it.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// How often to measure, and how much output with.
struct Extent {
  int rounds = 5;
  std::size_t bytes = std::size_t{1} << 30U;
};

/// How many milliseconds the call takes.
double MillisecondsOf(const std::function<void()>& call);

double Median(std::vector<double> values);

/// One line of the table: what tether takes for something, against a program that does no more than
/// is needed. The ratio is that of each round, since the machine is not as fast in all of them.
class Comparison {
 public:
  explicit Comparison(std::string name, std::optional<double> limit = {})
      : name_(std::move(name)), limit_(limit) {}

  void Add(double floor_ms, double tether_ms) {
    floor_.push_back(floor_ms);
    tether_.push_back(tether_ms);
  }

  static void PrintHeading();
  void Print() const;

 private:
  const std::string name_;
  const std::optional<double> limit_;
  std::vector<double> floor_;
  std::vector<double> tether_;
};
