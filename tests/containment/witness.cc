// Watches a test program die, and tells what outlives it.
//
//   witness DIRECTORY WAY HOST ARGUMENT...
//
// Runs the program `host` in a terminal of its own, brings its end about in one of the ways below,
// and waits until nothing that came of it is left. What is there after half a minute has survived:
// it prints "survivor PID COMMAND" for each, and kills them. It also prints what is not as meant.
// DIRECTORY is an empty one to work in.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "containment/progeny.h"
#include "containment/terminal_process.h"

namespace {

using support::Progeny;
using support::TerminalProcess;
using tether::ExitStatus;
using tether::internal::FindProcess;
using namespace std::chrono_literals;

using Words = std::vector<std::string>;

constexpr auto kPatience = 30s;

// A test program, and its server.
struct Scene {
  Progeny& progeny;
  TerminalProcess host;
  pid_t server;

  void KillHost(int signal) const { ::kill(host.pid(), signal); }

  void KillGuardian() const {
    const auto keeper = FindProcess(FindProcess(server).value().parent);
    ::kill(keeper.value().parent, SIGKILL);
  }
};

void TellSurvivors(const std::vector<tether::ProcessInfo>& survivors) {
  for (const auto& process : survivors) {
    std::printf("survivor %d %s\n", process.pid, process.command.c_str());
  }
}

// All of it has to end while the test program lives on; which then may return in peace.
void KillOnlyTheGuardian(Scene& scene) {
  scene.KillGuardian();
  const auto survivors = scene.progeny.AwaitEnd(kPatience, scene.host.pid());
  TellSurvivors(survivors);
  if (!survivors.empty()) return scene.progeny.Kill();
  scene.host.Type('\n');
  std::printf("printed %s\n", scene.host.ReadBehind("printed ").c_str());
}

struct Way {
  std::string name;
  std::string how;              // what the host is told
  void (*bring_about)(Scene&);  // what is done to it
  ExitStatus end;
};

const Way kWays[] = {
    {"SIGKILL", "wait", [](Scene& scene) { scene.KillHost(SIGKILL); },
     ExitStatus::Signaled{SIGKILL}},
    {"SIGSEGV", "wait", [](Scene& scene) { scene.KillHost(SIGSEGV); },
     ExitStatus::Signaled{SIGSEGV}},
    {"abort()", "abort", [](Scene&) {}, ExitStatus::Signaled{SIGABRT}},
    {"_exit", "exit", [](Scene&) {}, ExitStatus::Exited{0}},
    {"uncaught exception", "throw", [](Scene&) {}, ExitStatus::Signaled{SIGABRT}},
    {"SIGINT from the terminal", "wait", [](Scene& scene) { scene.host.Type('\x03'); },
     ExitStatus::Signaled{SIGINT}},
    {"SIGTERM", "wait", [](Scene& scene) { scene.KillHost(SIGTERM); },
     ExitStatus::Signaled{SIGTERM}},
    {"SIGHUP", "wait", [](Scene& scene) { scene.host.HangUp(); }, ExitStatus::Signaled{SIGHUP}},
    {"ctest's TIMEOUT", "wait", [](Scene& scene) { scene.host.ReadBehind("***Timeout"); },
     ExitStatus::Exited{8}},  // which is ctest's, if any test failed
    {"guardian killed", "recount", KillOnlyTheGuardian, ExitStatus::Exited{0}},
    {"guardian and test killed", "wait",
     [](Scene& scene) {
       scene.KillGuardian();
       scene.KillHost(SIGKILL);
     },
     ExitStatus::Signaled{SIGKILL}},
};

const Way& WayNamed(const std::string& name) {
  for (const Way& way : kWays) {
    if (way.name == name) return way;
  }
  throw std::invalid_argument("there is no way \"" + name + "\"");
}

// Has ctest run the command as a test whose TIMEOUT begins when the server is there: one from the
// start on could be over before that on a busy machine.
Words UnderCtest(const Words& command) {
  std::ofstream file("CTestTestfile.cmake");
  file << "add_test(host";
  for (const std::string& word : command) file << " [==[" << word << "]==]";
  file << ")\nset_tests_properties(host PROPERTIES TIMEOUT_AFTER_MATCH \"0.1;server [0-9]+\")\n";
  return {TETHER_CTEST, "--verbose"};
}

void Watch(const Way& way, const Words& command, Progeny& progeny) {
  TerminalProcess host(way.name == "ctest's TIMEOUT" ? UnderCtest(command) : command);
  const pid_t pid = host.pid();
  const pid_t server = std::stoi(host.ReadBehind("server "));
  Scene scene{progeny, std::move(host), server};
  way.bring_about(scene);
  TellSurvivors(progeny.AwaitEnd(kPatience));
  const ExitStatus end = progeny.StatusOf(pid);
  if (end.code() == way.end.code() && end.signal() == way.end.signal()) return;
  std::printf("the test program %s in place of %s\n", end.ToString().c_str(),
              way.end.ToString().c_str());
}

}  // namespace

int main(int argc, char** argv) {
  ::alarm(100);
  Progeny progeny;
  try {
    if (argc < 5) throw std::invalid_argument("usage: witness DIRECTORY WAY HOST ARGUMENT...");
    std::filesystem::current_path(argv[1]);
    const Way way = WayNamed(argv[2]);
    Words command(argv + 3, argv + argc);
    command.insert(command.begin() + 1, way.how);
    Watch(way, command, progeny);
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
  }
  progeny.Kill();
}
