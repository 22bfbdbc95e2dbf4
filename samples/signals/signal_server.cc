// signal_server CONFIGURATION LOG: a server that is directed by signals. HUP reads the configuration
// again, USR1 begins a new log file and keeps the old one as LOG.1, TERM ends it.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

namespace {

std::string Read(const std::string& configuration) {
  std::string line;
  std::getline(std::ifstream(configuration), line);
  return line;
}

void Log(std::ofstream& file, const std::string& text) {
  file << text << std::endl;
  std::puts(text.c_str());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string log_path = argv[2];
  std::ofstream log(log_path);
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_BLOCK, &all, nullptr);
  Log(log, "started with " + Read(argv[1]));
  for (int signal = 0; ::sigwait(&all, &signal) == 0 && signal != SIGTERM;) {
    Log(log, "got signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")");
    if (signal == SIGHUP) Log(log, "reloaded: " + Read(argv[1]));
    if (signal == SIGUSR1) {
      ::rename(log_path.c_str(), (log_path + ".1").c_str());
      log = std::ofstream(log_path);
      Log(log, "began a new log");
    }
  }
  Log(log, "bye");
}
