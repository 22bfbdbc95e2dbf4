// Runs a benchmark's server through tether's public interface, as a user would write it, and prints
// how long it took. Called as
//
//   tether_adapter info
//   tether_adapter SCENARIO key=value ... -- SERVER ARGUMENT ...
//
// The answer is one line of JSON: {"samples_ms": [...], "ready_ms": [...], "stop_ms": [...],
// "rss_kib": n, "rss0_kib": n, "threads": n}. {port} and {stamp} in the server's arguments are
// filled in.
#include <sys/prctl.h>
#include <tether/server/server.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

double MillisecondsSince(Clock::time_point begin) {
  return Milliseconds(Clock::now() - begin).count();
}

// "VmHWM", "Threads" and so on of this process.
double FigureOfProcess(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1));
  }
  throw std::runtime_error("no " + name + " in /proc/self/status");
}

struct Task {
  std::string scenario;
  std::map<std::string, std::string> values;
  std::vector<std::string> command;

  long Number(const std::string& key, long otherwise = 0) const {
    const auto found = values.find(key);
    return found == values.end() ? otherwise : std::stol(found->second);
  }
  const std::string& Text(const std::string& key) const { return values.at(key); }

  std::vector<std::string> CommandFor(long repetition) const {
    std::vector<std::string> filled = command;
    for (std::string& word : filled) {
      if (word == "{port}") word = std::to_string(Number("port") + repetition);
      if (word == "{stamp}") word = Text("stamp");
    }
    return filled;
  }
};

Task Parse(int argc, char** argv) {
  Task task;
  if (argc < 2)
    throw std::runtime_error("usage: tether_adapter SCENARIO key=value ... -- SERVER ...");
  task.scenario = argv[1];
  int at = 2;
  for (; at < argc && std::string(argv[at]) != "--"; ++at) {
    const std::string word = argv[at];
    const auto equals = word.find('=');
    if (equals != std::string::npos) task.values[word.substr(0, equals)] = word.substr(equals + 1);
  }
  for (++at; at < argc; ++at) task.command.emplace_back(argv[at]);
  return task;
}

class Results {
 public:
  void Add(const std::string& name, double value) { lists_[name].push_back(value); }
  void Set(const std::string& name, double value) { figures_[name] = value; }

  void Print() const {
    const char* separator = "{";
    for (const auto& [name, values] : lists_) {
      std::cout << separator << '"' << name << "\": [";
      for (std::size_t i = 0; i < values.size(); ++i) std::cout << (i ? ", " : "") << values[i];
      std::cout << "]";
      separator = ", ";
    }
    for (const auto& [name, value] : figures_) {
      std::cout << separator << '"' << name << "\": " << value;
      separator = ", ";
    }
    std::cout << "}" << std::endl;
  }

 private:
  std::map<std::string, std::vector<double>> lists_;
  std::map<std::string, double> figures_;
};

void Repeat(const Task& task, const std::function<void(long, bool)>& once) {
  const long warmup = task.Number("warmup");
  const Milliseconds budget(static_cast<double>(task.Number("budget_ms", 60'000)));
  const Clock::time_point begin = Clock::now();
  for (long i = 0; i < warmup + task.Number("reps", 1); ++i) {
    once(i, i >= warmup);
    if (i >= warmup && Clock::now() - begin > budget) return;
  }
}

void Cycle(const Task& task, Results& results) {
  const bool kill = task.scenario == "kill";
  const std::chrono::milliseconds grace(task.Number("grace_ms", 5000));
  const tether::Probe ready = task.scenario == "cycle-port"
                                  ? tether::ready::Listening()
                                  : tether::ready::Line(task.Text("pattern"));
  Repeat(task, [&](long i, bool counted) {
    std::vector<std::string> command = task.CommandFor(i);
    const Clock::time_point begin = Clock::now();
    tether::Server server(
        {.command = std::move(command), .ready = ready, .stop = {{SIGTERM, grace}, {SIGKILL}}});
    const double ready_ms = MillisecondsSince(begin);
    const Clock::time_point stop_begin = Clock::now();
    server.Stop();
    const double stop_ms = MillisecondsSince(stop_begin);
    if (!counted) return;
    results.Add("ready_ms", ready_ms);
    results.Add("stop_ms", stop_ms);
    results.Add("samples_ms",
                kill ? stop_ms - static_cast<double>(grace.count()) : ready_ms + stop_ms);
  });
}

// The moment, by the clock that Clock uses too, at which the server wrote that it was ready.
Clock::time_point ReadStamp(const std::string& file) {
  std::ifstream stamp(file);
  long long nanoseconds = 0;
  if (!(stamp >> nanoseconds)) throw std::runtime_error("no stamp in " + file);
  return Clock::time_point(std::chrono::nanoseconds(nanoseconds));
}

void Ready(const Task& task, Results& results) {
  const tether::Probe ready = task.scenario == "ready-port"
                                  ? tether::ready::Listening()
                                  : tether::ready::Line(task.Text("pattern"));
  Repeat(task, [&](long i, bool counted) {
    std::remove(task.Text("stamp").c_str());
    tether::Server server({.command = task.CommandFor(i), .ready = ready});
    const Clock::time_point now = Clock::now();
    server.Stop();
    if (counted) {
      results.Add("samples_ms", Milliseconds(now - ReadStamp(task.Text("stamp"))).count());
    }
  });
}

void Capture(const Task& task, Results& results) {
  results.Set("rss0_kib", FigureOfProcess("VmHWM"));
  Repeat(task, [&](long i, bool counted) {
    const Clock::time_point begin = Clock::now();
    tether::Server server({.command = task.CommandFor(i)});
    const auto line =
        server.WaitForLine(tether::Regex(task.Text("marker")), std::chrono::minutes(2));
    if (!line) throw std::runtime_error(line.explanation());
    if (counted) results.Add("samples_ms", MillisecondsSince(begin));
  });
  results.Set("rss_kib", FigureOfProcess("VmHWM"));
}

void Many(const Task& task, Results& results) {
  Repeat(task, [&](long i, bool counted) {
    const std::vector<tether::ServerOptions> options(
        static_cast<std::size_t>(task.Number("n", 100)),
        {.command = task.CommandFor(i), .ready = tether::ready::Line(task.Text("pattern"))});
    const Clock::time_point begin = Clock::now();
    std::vector<tether::Server> servers = tether::StartAll(options);
    const double ready_ms = MillisecondsSince(begin);
    results.Set("threads", FigureOfProcess("Threads"));
    const Clock::time_point stop_begin = Clock::now();
    tether::StopAll(servers);
    if (!counted) return;
    results.Add("ready_ms", ready_ms);
    results.Add("stop_ms", MillisecondsSince(stop_begin));
    results.Add("samples_ms", MillisecondsSince(begin));
  });
  results.Set("rss_kib", FigureOfProcess("VmHWM"));
}

void Run(const Task& task) {
  if (task.scenario == "info") {
    std::cout << R"({"peer": "tether", "version": "0.1.0", "na": {}})" << std::endl;
    return;
  }
  const std::map<std::string, void (*)(const Task&, Results&)> scenarios = {
      {"cycle-line", Cycle}, {"cycle-port", Cycle}, {"kill", Cycle}, {"ready-line", Ready},
      {"ready-port", Ready}, {"capture", Capture},  {"many", Many}};
  const auto found = scenarios.find(task.scenario);
  if (found == scenarios.end()) throw std::runtime_error("unknown scenario " + task.scenario);
  ::prctl(PR_SET_TIMERSLACK, 1);  // as precise as the floor that it is compared with
  // Touched memory, to see what a start costs in a large test program.
  const std::vector<char> ballast(static_cast<std::size_t>(task.Number("ballast_mib")) << 20U, 1);
  Results results;
  found->second(task, results);
  results.Print();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Run(Parse(argc, argv));
  } catch (const std::exception& error) {
    std::cerr << "tether_adapter: " << error.what() << std::endl;
    return 1;
  }
}
