// What the tests with real servers have in common.
#pragma once

#include <gtest/gtest.h>
#include <tether/tether.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "support/processes.h"

namespace support {

/// The path of an installed program: in PATH, where programs of the system administrator are, or where
/// Debian has those of PostgreSQL; empty if it is nowhere.
inline std::string FindInstalled(const std::string& program) {
  std::vector<std::filesystem::path> directories;
  std::istringstream path(std::getenv("PATH") != nullptr ? std::getenv("PATH") : "");
  for (std::string each; std::getline(path, each, ':');) directories.emplace_back(each);
  directories.insert(directories.end(), {"/usr/sbin", "/usr/local/sbin"});
  std::error_code none;
  for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
    directories.push_back(version.path() / "bin");
  }
  for (const auto& directory : directories) {
    const auto file = directory / program;
    if (::access(file.c_str(), X_OK) == 0) return file;
  }
  return {};
}

/// Whom to run a server as that refuses to run as root, or that shall not.
inline std::string Unprivileged() { return ::geteuid() == 0 ? "nobody" : ""; }

/// All of a file.
inline std::string ContentOf(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// What a command prints on its standard output.
inline std::string Run(std::vector<std::string> command) {
  return PlainProcess(std::move(command)).ReadAll();
}

/// A test that starts installed programs, and is skipped where one is missing.
class RealServerTest : public tether::ServerTest {
 protected:
  explicit RealServerTest(std::vector<std::string> programs) : programs_(std::move(programs)) {}

  void SetUp() override {
    for (const std::string& program : programs_) {
      if (FindInstalled(program).empty()) {
        GTEST_SKIP() << program << " is not installed (cmake/install-dependencies --servers)";
      }
    }
    ServerTest::SetUp();
  }

 private:
  const std::vector<std::string> programs_;
};

}  // namespace support
