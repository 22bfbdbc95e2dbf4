// Measures what capturing, waiting for and searching a server's output costs, against floors that
// are measured in turn with it. Called as
//
//   output_benchmark [ROUNDS [MIB]]
//
// with 5 rounds and 1024 MiB of output if not said otherwise. It is also the servers that it starts
// (printing_server.h). What it prints is for a person to read: it fails only when something does not
// work.
#include <sys/prctl.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include "output_scenarios.h"
#include "printing_server.h"

namespace {

// With the logs of all servers, and gone in the end.
class LogDirectory {
 public:
  LogDirectory() : path_((std::filesystem::temp_directory_path() / "output_XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no directory " + path_);
    ::setenv("TETHER_LOG_DIR", path_.c_str(), 1);
  }
  LogDirectory(const LogDirectory&) = delete;
  LogDirectory& operator=(const LogDirectory&) = delete;
  ~LogDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

 private:
  std::string path_;
};

double PeakMemoryMib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
  }
  throw std::runtime_error("no VmHWM in /proc/self/status");
}

Extent ExtentOf(int argc, char** argv) {
  Extent extent;
  if (argc > 1) extent.rounds = std::stoi(argv[1]);
  if (argc > 2) extent.bytes = std::stoul(argv[2]) << 20U;
  if (argc > 3 || extent.rounds < 1) {
    throw std::runtime_error("usage: output_benchmark [ROUNDS [MIB]]");
  }
  return extent;
}

void Run(const Extent& extent) {
  ::prctl(PR_SET_TIMERSLACK, 1);
  const LogDirectory directory;
  std::printf("%d rounds, %zu MiB of output\n", extent.rounds, extent.bytes >> 20U);
  Comparison::PrintHeading();
  const double before = PeakMemoryMib();
  MeasureCapture(extent);
  std::printf("%-45s %.1f MiB, %.1f MiB before; limit 96\n", "peak memory of the test program",
              PeakMemoryMib(), before);
  MeasureReadyLine(extent);
  MeasureWaits(extent);
  const std::string text = LogText(extent.bytes);
  MeasureTranscriptWaits(extent, text);
  MeasureSearch(extent, text);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    ServeIfTold(argc, argv);
    Run(ExtentOf(argc, argv));
  } catch (const std::exception& error) {
    std::cerr << "output_benchmark: " << error.what() << std::endl;
    return 1;
  }
}
