#include "tether/guardian/await_executable.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <utility>

#include "support/temporary_directory.h"
#include "tether/base/file_descriptor.h"
#include "tether/base/new_descriptors.h"

namespace tether::internal {
namespace {

using namespace std::chrono_literals;

// A process that has a file open for writing as long as it lives.
class Writer {
 public:
  explicit Writer(const std::string& path) : file_(::open(path.c_str(), O_WRONLY | O_CLOEXEC)) {
    pid_ = ::fork();
    if (pid_ == 0) {
      char end;
      life_.first.Reset();
      ::_exit(static_cast<int>(::read(life_.second.number(), &end, 1)));
    }
    file_.Reset();
  }
  void End() {
    life_.first.Reset();
    ::waitpid(pid_, nullptr, 0);
  }

 private:
  std::pair<FileDescriptor, FileDescriptor> life_ = NewSocketPair(SOCK_STREAM);
  FileDescriptor file_;
  pid_t pid_ = -1;
};

TEST(AwaitExecutable, WaitsForACopyOfThisProcessThatHasTheFileOpenForWriting) {
  const support::TemporaryDirectory directory;
  const std::string path = directory / "true";
  std::filesystem::copy_file("/bin/true", path);
  Writer writer(path);
  auto executable = std::async(std::launch::async, [&] { AwaitExecutable(path); });
  EXPECT_EQ(executable.wait_for(50ms), std::future_status::timeout);
  writer.End();
  executable.get();
}

TEST(AwaitExecutable, LeavesOtherReasonsToWhoExecutesIt) {
  const support::TemporaryDirectory directory;
  AwaitExecutable(directory / "nothing");
}

}  // namespace
}  // namespace tether::internal
