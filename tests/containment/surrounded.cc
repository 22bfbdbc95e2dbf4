// A test program in hostile surroundings.
//
//   surrounded SURROUNDING... -- USE
//
// Brings the surroundings about (surroundings.h), uses the library, and prints what came of it, or
// "error: ...", or "skip: ..." where the surroundings are not to be had; in the end "done". Then it
// waits to be killed, so that a test can see what it has left. The uses:
//
//   all LINES LISTENER    start a server that prints, one that listens, use and stop them, twice
//   keep SERVER           start a server, and print "server PID"
//   keep_with_copy SERVER the same, with a forked copy of this program that lives on
//   lose_guardian SERVER  kill the guardian while a server runs, then start another server
//   many SERVER           start servers until that fails, then stop some and start one again
//   few_files SERVER      start a server with no file to be had, one, two ... until it works
//   paths LISTENER        start a server that makes a file, and one that listens on a unix socket
//   crowd N               start a server while the user may have all but N of the processes needed
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <tether/server/server.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "scarcity.h"
#include "support/guardian.h"
#include "support/processes.h"
#include "support/temporary_directory.h"
#include "surroundings.h"

namespace {

using support::GuardianOf;
using tether::Server;
using namespace std::chrono_literals;

std::atomic<int> forks{0};

tether::ServerOptions Options(const std::string& program) {
  return {.command = {program}, .ready = tether::ready::Line("ready")};
}

bool Reachable(std::uint16_t port) {
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool connected =
      ::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(client);
  return connected;
}

bool HasOpen(pid_t pid, const std::string& file) {
  const tether::DescriptorTable open = tether::DescriptorTable::Of(pid);
  return std::any_of(open.begin(), open.end(),
                     [&](const tether::Descriptor& each) { return each.target == file; });
}

void UseAll(const Words& words) {
  std::string text;
  std::set<int> descriptors;
  ::open("/", O_RDONLY);  // not close-on-exec: the guardian has to close it
  for (int round = 0; round < 2; ++round) {
    descriptors = support::OpenDescriptors();
    Server lines(
        {.command = {words[1], "ready", "further"}, .ready = tether::ready::Line("ready")});
    Server listener({.command = {words[2]}, .ready = tether::ready::Listening()});
    const bool further = static_cast<bool>(lines.WaitForLine("further"));
    const bool reachable = Reachable(listener.port());
    const bool leaked = HasOpen(GuardianOf(lines), "/");
    text = std::string("line ") + (further ? "came" : "did not come") + ", port " +
           (reachable ? "reachable" : "not reachable") + ", " +
           (leaked ? "a file leaked" : "no file leaked") + ", " + lines.Stop().ToString() + ", " +
           listener.Stop().ToString();
  }
  const bool same = support::OpenDescriptors() == descriptors;
  std::printf("%s, %d forks, descriptors %s\n", text.c_str(), forks.load(),
              same ? "as before" : "left open");
}

void Keep(const Words& words) {
  static Server server(Options(words[1]));
  std::printf("server %d\n", server.pid());
}

// Directories, file and socket are made by the servers, the socket does not listen at once.
void UsePaths(const Words& words) {
  const support::TemporaryDirectory directory;
  const Server file(
      {.command = {"sh", "-c", "mkdir -p a/b; echo port 47 > a/b/port; exec sleep 60"},
       .ready = tether::ready::File("a/b/port", "port 47"),
       .working_directory = directory.path()});
  const Server socket(
      {.command = {"sh", "-c", "mkdir run; exec " + words[1] + " run/socket slowly"},
       .ready = tether::ready::UnixSocket("run/socket"),
       .working_directory = directory.path()});
  std::printf("file and socket are there\n");
}

void KeepWithCopy(const Words& words) {
  Keep(words);
  const pid_t copy = ::fork();
  if (copy != 0) {
    std::printf("copy %d\n", copy);
    return;
  }
  ::alarm(60);
  for (;;) ::pause();
}

void LoseGuardian(const Words& words) {
  Server server(Options(words[1]));
  const pid_t guardian = GuardianOf(server);
  ::kill(guardian, SIGKILL);
  std::printf("%s\n", server.WaitForLine("never", 60s).explanation().c_str());
  std::printf("%s\n", server.Stop().ToString().c_str());
  Server next(Options(words[1]));
  std::printf("%s\n", GuardianOf(next) != guardian ? "replaced" : "the same");
}

}  // namespace

int main(int argc, char** argv) {
  ::alarm(90);
  ::pthread_atfork([] { ++forks; }, nullptr, nullptr);
  const Words words(argv + 1, argv + argc);
  const auto separator = std::find(words.begin(), words.end(), "--");
  const Words use(separator + 1, words.end());
  const std::map<std::string, std::function<void(const Words&)>> uses = {
      {"all", UseAll},
      {"keep", Keep},
      {"paths", UsePaths},
      {"crowd", StartInCrowd},
      {"keep_with_copy", KeepWithCopy},
      {"many", StartMany},
      {"lose_guardian", LoseGuardian},
      {"few_files", StartWithFewFiles},
  };
  try {
    for (auto each = words.begin(); each != separator; ++each) BringAbout(*each);
    uses.at(use.front())(use);
  } catch (const NotToBeHad& reason) {
    std::printf("skip: %s\n", reason.what());
  } catch (const std::exception& error) {
    std::printf("error: %s\n", error.what());
  }
  std::printf("done\n");
  std::fflush(stdout);
  for (;;) ::pause();
}
