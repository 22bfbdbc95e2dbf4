// A thousand servers print in answer to SIGTERM, and every line is there after StopAll().
#include <gtest/gtest.h>

#include <charconv>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "support/processes.h"
#include "support/servers.h"
#include "tether/guardian/terminal.h"

namespace tether {
namespace {

using namespace std::chrono_literals;

constexpr bool kSanitizer = support::kAddressSanitizer || support::kThreadSanitizer;
constexpr std::size_t kServers = kSanitizer ? 200 : 1000;
constexpr std::size_t kAtOnce = kSanitizer ? 25 : 50;
constexpr int kLines = kSanitizer ? 4'000 : 10'000;

// One of the kinds of servers that share a batch.
struct Kind {
  const char* how;
  int workers;
  Output output;
};

bool HasTerminals() {
  try {
    internal::OpenTerminal({});
    return true;
  } catch (const Error&) {
    return false;
  }
}

// Of ten servers two have workers, and two print to a terminal.
Kind KindOf(std::size_t server) {
  static const Output terminal = HasTerminals() ? Output::kTerminal : Output::kPipes;
  switch (server % 10) {
    case 0: return {"write", 2, Output::kPipes};
    case 1: return {"write", 1, terminal};
    case 2: return {"stdio", 0, terminal};
    case 3: return {"write", 0, Output::kPipes};
    default: return {"stdio", 0, Output::kPipes};
  }
}

ServerOptions OptionsFor(std::size_t server) {
  const Kind kind = KindOf(server);
  ServerOptions options = support::Child(
      "print_at_term", {kind.how, std::to_string(kLines), std::to_string(kind.workers)});
  options.output = kind.output;
  options.start_timeout = 2min;
  options.stop = {{SIGTERM, 2min}, {SIGKILL}};  // a busy machine is no reason to kill
  return options;
}

// What is wrong with "WRITER NUMBER" lines that should come in order from each writer; empty if
// nothing is.
std::string Fault(const std::vector<Line>& lines, int workers) {
  std::map<int, int> last;
  for (const Line& line : lines) {
    if (line.text == "ready") continue;
    const std::string_view text = line.text;
    const std::size_t space = text.find(' ');
    int writer = -1;
    int number = -1;
    std::from_chars(text.data(), text.data() + text.size(), writer);
    if (space != text.npos) {
      std::from_chars(text.data() + space + 1, text.data() + text.size(), number);
    }
    if (number != ++last[writer] || text != std::to_string(writer) + " " + std::to_string(number)) {
      return "line " + std::to_string(line.number) + " is \"" + line.text + "\", and not number " +
             std::to_string(last[writer]) + " of its writer";
    }
  }
  for (int writer = 0; writer <= workers; ++writer) {
    if (last[writer] == kLines) continue;
    return "the last line of writer " + std::to_string(writer) + " is number " +
           std::to_string(last[writer]);
  }
  const std::size_t all = static_cast<std::size_t>(workers + 1) * kLines + 1;
  return lines.size() == all ? "" : std::to_string(lines.size()) + " lines";
}

TEST(NothingLost, OfWhatAThousandServersPrintInAnswerToSigterm) {
  for (std::size_t first = 0; first < kServers; first += kAtOnce) {
    std::vector<ServerOptions> options;
    for (std::size_t i = 0; i < kAtOnce; ++i) options.push_back(OptionsFor(first + i));
    std::vector<Server> servers = StartAll(options);
    const std::vector<ExitStatus> statuses = StopAll(servers);
    for (std::size_t i = 0; i < kAtOnce; ++i) {
      const std::size_t server = first + i;
      ASSERT_EQ(statuses[i], ExitStatus::Exited{0}) << "server " << server;
      ASSERT_EQ(Fault(servers[i].Lines(), KindOf(server).workers), "") << "server " << server;
    }
  }
}

}  // namespace
}  // namespace tether
