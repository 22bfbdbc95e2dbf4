// Every way in which a test program can end, with every kind of server: nothing survives, and those
// who can act on SIGTERM get it and the time for it.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>

#include "support/portable.h"
#include "support/processes.h"
#include "tether/server/program.h"

namespace tether {
namespace {

using support::PlainProcess;
using Path = std::filesystem::path;
using Words = std::vector<std::string>;

// What the witness knows how to bring about.
constexpr const char* kWays[] = {
    "SIGKILL",
    "SIGSEGV",
    "abort()",
    "_exit",
    "uncaught exception",
    "SIGINT from the terminal",
    "SIGTERM",
    "SIGHUP",
    "ctest's TIMEOUT",
    "guardian killed",
    "guardian and test killed",
};

struct Kind {
  const char* name;
  Words command;       // a program of tests/children, which is also given a file
  std::size_t savers;  // how many of its processes act on SIGTERM; the rest has to be killed
  bool forks_anew = false;
  bool flees = false;  // to sessions where it is not found without a subreaper
};

const Kind kKinds[] = {
    {"plain", {"save_on_term"}, 1},        {"deaf", {"ignore_term"}, 0},
    {"workers", {"fork_workers", "2"}, 3}, {"daemon", {"leave_daemon"}, 2, false, true},
    {"stopped", {"stop_itself"}, 1},       {"forks anew", {"fork_anew"}, 0, true, true},
};

// Those of which nothing is to survive.
std::vector<Kind> EndedKinds() {
  std::vector<Kind> kinds(std::begin(kKinds), std::end(kKinds));
  if (support::IsPortable()) std::erase_if(kinds, [](const Kind& each) { return each.flees; });
  return kinds;
}

// The programs, and a directory for each case, where an unprivileged user can go too.
class Stage {
 public:
  explicit Stage(uid_t user) : user_(user) {
    ::chmod(directory_.c_str(), 0755);
    for (const char* program : {"host", "witness"}) Copy(program);
    for (const Kind& kind : kKinds) Copy(kind.command.front());
  }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage() { std::filesystem::remove_all(directory_); }

  std::string Copied(const std::string& program) const { return directory_ / program; }

  /// What makes a command one of the user.
  Words UserPrefix() const {
    if (user_ == ::geteuid()) return {};
    const std::string id = std::to_string(user_);
    return {"/usr/bin/setpriv", "--reuid=" + id, "--regid=" + id, "--clear-groups"};
  }

  /// An empty directory of the user.
  Path NewDirectory() {
    const Path path = directory_ / ("case" + std::to_string(++cases_));
    std::filesystem::create_directory(path);
    if (user_ != ::geteuid() && ::chown(path.c_str(), user_, user_) != 0) {
      throw std::runtime_error("chown");
    }
    return path;
  }

 private:
  void Copy(const std::string& program) {
    std::filesystem::copy_file(Program(program), directory_ / program);
  }

  static Path NewTemporary() {
    std::string path = std::filesystem::temp_directory_path() / "tether_matrix_XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("mkdtemp " + path);
    return path;
  }

  uid_t user_;
  Path directory_ = NewTemporary();
  int cases_ = 0;
};

// A test program that dies with a server of this kind, in one of the ways, under a witness.
class Case {
 public:
  Case(Stage& stage, const char* way, const Kind& kind)
      : name_(std::string(way) + ", " + kind.name),
        kind_(kind),
        directory_(stage.NewDirectory()),
        witness_(Command(stage, way)) {}

  /// Waits for its end. What is wrong is added to `troubles`. Gives what the table says of it.
  std::string Result(std::vector<std::string>& troubles) {
    std::size_t survivors = 0;
    std::istringstream lines(witness_.ReadAll());
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("survivor ")) ++survivors;
      if (line != Printed()) troubles.push_back(name_ + ": " + line);
    }
    if (witness_.Wait() != 0) troubles.push_back(name_ + ": the witness failed");
    std::string result = std::to_string(survivors);
    if (kind_.savers != 0) result += ", " + Saved(troubles);
    if (kind_.forks_anew) result += ", " + Forks(troubles);
    return result;
  }

 private:
  Words Command(const Stage& stage, const char* way) const {
    Words command = {stage.Copied("witness"), directory_, way, stage.Copied("host")};
    if (kind_.savers == 0) command.push_back("grace=500");
    command.push_back(stage.Copied(kind_.command.front()));
    command.insert(command.end(), kind_.command.begin() + 1, kind_.command.end());
    command.push_back(File());
    const Words prefix = stage.UserPrefix();
    command.insert(command.begin(), prefix.begin(), prefix.end());
    return command;
  }

  // What a test program that lives on found in the output of its server.
  std::string Printed() const { return "printed saved " + std::to_string(kind_.savers) + " times"; }

  std::string Saved(std::vector<std::string>& troubles) const {
    std::size_t saved = 0;
    for (std::size_t i = 0; i < kind_.savers; ++i) {
      std::ifstream file(i == 0 ? File() : File() + "." + std::to_string(i));
      std::string content;
      if (std::getline(file, content) && content == "saved") ++saved;
    }
    const std::string text = "saved " + std::to_string(saved) + "/" + std::to_string(kind_.savers);
    if (saved != kind_.savers) troubles.push_back(name_ + ": only " + text);
    return text;
  }

  std::string Forks(std::vector<std::string>& troubles) const {
    const auto forks = std::filesystem::file_size(File());
    if (forks == 0) troubles.push_back(name_ + ": nothing was forked anew");
    return std::to_string(forks) + " forks";
  }

  std::string File() const { return directory_ / "saved"; }

  std::string name_;
  const Kind& kind_;
  Path directory_;
  PlainProcess witness_;
};

void PrintRow(const std::string& head, const Words& cells) {
  std::printf("%-26s", head.c_str());
  for (const std::string& cell : cells) std::printf("%-14s", cell.c_str());
  std::printf("\n");
  std::fflush(stdout);
}

// The cases of one way at a time: enough to keep the processors busy, and few enough that a failing
// one is not the fault of the others.
void LeavesNoSurvivors(uid_t user) {
  Stage stage(user);
  std::vector<std::string> troubles;
  Words names;
  const std::vector<Kind> kinds = EndedKinds();
  for (const Kind& kind : kinds) names.push_back(kind.name);
  std::printf("Survivors of each death, as user %u, and what was done in time for it:\n", user);
  PrintRow("", names);
  for (const char* way : kWays) {
    std::vector<std::unique_ptr<Case>> cases;
    for (const Kind& kind : kinds) cases.push_back(std::make_unique<Case>(stage, way, kind));
    Words results;
    for (const auto& each : cases) results.push_back(each->Result(troubles));
    PrintRow(way, results);
  }
  for (const std::string& trouble : troubles) ADD_FAILURE() << trouble;
}

TEST(DeathMatrix, LeavesNoSurvivorsOfRoot) {
  if (::geteuid() != 0) GTEST_SKIP() << "only for root";
  LeavesNoSurvivors(0);
}

TEST(DeathMatrix, LeavesNoSurvivorsOfAnUnprivilegedUser) {
  constexpr uid_t kNobody = 65534;
  LeavesNoSurvivors(::geteuid() == 0 ? kNobody : ::geteuid());
}

}  // namespace
}  // namespace tether
