// What is measured with servers.
#include <tether/server/server.h>

#include <stdexcept>

#include "output_scenarios.h"
#include "printing_server.h"

namespace {

using tether::LineMatch;
using tether::Regex;
using tether::Server;

constexpr int kWaits = 10'000;
constexpr std::chrono::minutes kLong{5};

LineMatch Require(LineMatch match) {
  if (!match) throw std::runtime_error(match.explanation());
  return match;
}

Regex LineOf(std::string_view text) { return Regex(std::string("^").append(text).append("$")); }

void MeasureCaptureOf(const Extent& extent, int streams, const std::string& name) {
  Comparison comparison(name, 1.2);
  const std::vector<std::string> command = PrintCommand(extent.bytes, streams);
  for (int round = 0; round < extent.rounds; ++round) {
    std::optional<ServerByHand> by_hand;
    const double floor = MillisecondsOf([&] {
      by_hand.emplace(command);
      by_hand->ReadUntil(kMarker);
    });
    by_hand.reset();
    std::optional<Server> server;
    const double tether = MillisecondsOf([&] {
      server.emplace(tether::ServerOptions{.command = command});
      Require(server->WaitForLine(LineOf(kMarker), kLong));
    });
    comparison.Add(floor, tether);
  }
  comparison.Print();
}

double MillisecondsSinceStamp(const std::string& stamp) {
  const std::chrono::steady_clock::time_point begin(std::chrono::nanoseconds(std::stoll(stamp)));
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

double ReadyByHand() {
  ServerByHand server(StampCommand());
  const std::string line = server.ReadUntil("ready ");
  return MillisecondsSinceStamp(line.substr(line.find(' ') + 1));
}

double ReadyByTether() {
  Server server({.command = StampCommand()});
  const LineMatch line = Require(server.WaitForLine(Regex(R"(^ready (?<stamp>\d+)$)")));
  return MillisecondsSinceStamp(line["stamp"]);
}

double WaitsBehind(std::size_t bytes) {
  Server server({.command = PrintCommand(bytes, 1, kWaits)});
  Require(server.WaitForLine(LineOf(kMarker), kLong));
  Require(server.WaitForLine(LineOf(kEnd), {.since = server.MarkAtStart(), .timeout = kLong}));
  const tether::Pattern pattern = Regex(R"(^entry \d+$)");
  return MillisecondsOf([&] {
    for (int i = 0; i < kWaits; ++i) Require(server.WaitForLine(pattern));
  });
}

}  // namespace

void MeasureCapture(const Extent& extent) {
  ReadyByTether();  // the guardian is started once
  MeasureCaptureOf(extent, 1, "capture");
  MeasureCaptureOf(extent, 2, "capture, half of it on stderr");
}

void MeasureReadyLine(const Extent& extent) {
  constexpr int kTimesARound = 20;
  Comparison comparison("ready line", 1.5);
  for (int round = 0; round < extent.rounds; ++round) {
    std::vector<double> floor;
    std::vector<double> tether;
    for (int i = 0; i < kTimesARound; ++i) {
      floor.push_back(ReadyByHand());
      tether.push_back(ReadyByTether());
    }
    comparison.Add(Median(floor), Median(tether));
  }
  comparison.Print();
}

void MeasureWaits(const Extent& extent) {
  Comparison comparison("10,000 waits behind output, behind nothing", 1.0);
  for (int round = 0; round < extent.rounds; ++round) {
    const double floor = WaitsBehind(0);
    comparison.Add(floor, WaitsBehind(extent.bytes));
  }
  comparison.Print();
}
