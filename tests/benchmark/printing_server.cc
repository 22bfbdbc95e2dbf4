#include "printing_server.h"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "tether/base/deadline.h"

namespace {

constexpr std::size_t kLine = 100;
constexpr std::size_t kLinesAtATime = 655;  // of just under 64 KiB

void Write(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0) std::_Exit(1);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void Print(std::size_t bytes, int streams, int entries) {
  std::string line(kLine - 1, 'x');
  line.append("\n");
  std::string lines;
  for (std::size_t i = 0; i < kLinesAtATime; ++i) lines.append(line);
  for (std::size_t i = 0, left = bytes / kLine * kLine; left > 0; ++i) {
    const std::size_t size = std::min(left, lines.size());
    Write(i % static_cast<std::size_t>(streams) == 0 ? STDOUT_FILENO : STDERR_FILENO,
          std::string_view(lines).substr(0, size));
    left -= size;
  }
  std::string last(kMarker);
  for (int i = 0; i < entries; ++i) last.append("\nentry ").append(std::to_string(i));
  Write(STDOUT_FILENO, last.append("\n").append(kEnd).append("\n"));
}

void Stamp() {
  // Whoever started it waits by then.
  const timespec while_it_starts{0, 5'000'000};
  ::nanosleep(&while_it_starts, nullptr);
  const auto now = tether::Clock::now().time_since_epoch();
  Write(STDOUT_FILENO, std::string("ready ")
                           .append(std::to_string(std::chrono::nanoseconds(now).count()))
                           .append("\n"));
}

std::string ThisProgram() { return std::filesystem::read_symlink("/proc/self/exe").string(); }

}  // namespace

std::vector<std::string> PrintCommand(std::size_t bytes, int streams, int entries) {
  return {ThisProgram(), "print", std::to_string(bytes), std::to_string(streams),
          std::to_string(entries)};
}

std::vector<std::string> StampCommand() { return {ThisProgram(), "stamp"}; }

void ServeIfTold(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "print" && argc == 5) {
    ::alarm(600);
    Print(std::stoul(argv[2]), std::stoi(argv[3]), std::stoi(argv[4]));
  } else if (what == "stamp") {
    ::alarm(600);
    Stamp();
  } else {
    return;
  }
  for (;;) ::pause();
}
