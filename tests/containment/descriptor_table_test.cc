// The open descriptors of a process, as tests see them.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <tuple>

#include "support/processes.h"
#include "support/servers.h"
#include "tether/base/file_descriptor.h"

namespace tether {
namespace {

using internal::FileDescriptor;
using support::Child;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string ErrorOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

struct Opened {
  FileDescriptor descriptor;
  DescriptorKind kind;
  std::string target;
};

std::vector<Opened> OpenOneOfEachKind() {
  sigset_t none;
  ::sigemptyset(&none);
  int pipe[2];
  EXPECT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
  const auto pidfd = static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0));
  const std::string program = Program("ready_and_wait");
  const std::vector<std::tuple<int, DescriptorKind, std::string>> opened = {
      {::open(program.c_str(), O_RDONLY | O_CLOEXEC), DescriptorKind::kFile, program},
      {::open("/usr", O_RDONLY | O_CLOEXEC), DescriptorKind::kDirectory, "/usr"},
      {::open("/dev/zero", O_RDONLY | O_CLOEXEC), DescriptorKind::kCharacterDevice, "/dev/zero"},
      {pipe[0], DescriptorKind::kPipe, "pipe:["},
      {pipe[1], DescriptorKind::kPipe, "pipe:["},
      {::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), DescriptorKind::kSocket, "socket:["},
      {::eventfd(0, EFD_CLOEXEC), DescriptorKind::kEventFd, "eventfd"},
      {::epoll_create1(EPOLL_CLOEXEC), DescriptorKind::kEpoll, "eventpoll"},
      {::inotify_init1(IN_CLOEXEC), DescriptorKind::kInotify, "inotify"},
      {::memfd_create("notes", MFD_CLOEXEC), DescriptorKind::kMemoryFile, "notes"},
      {pidfd, DescriptorKind::kPidfd, "pidfd"},
      {::signalfd(-1, &none, SFD_CLOEXEC), DescriptorKind::kSignalFd, "signalfd"},
      {::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), DescriptorKind::kTimerFd, "timerfd"},
  };
  std::vector<Opened> all;
  for (const auto& [number, kind, target] : opened) {
    all.push_back({FileDescriptor(number), kind, target});
  }
  return all;
}

TEST(DescriptorTable, TellsNumberKindAndTarget) {
  const DescriptorTable before = DescriptorTable::OfThisProcess();
  const std::vector<Opened> opened = OpenOneOfEachKind();
  const DescriptorTable table = DescriptorTable::OfThisProcess();
  for (const Opened& each : opened) {
    const Descriptor* descriptor = table.Find(each.descriptor.number());
    ASSERT_NE(descriptor, nullptr) << each.target;
    EXPECT_EQ(descriptor->kind, each.kind);
    EXPECT_THAT(descriptor->target, HasSubstr(each.target));
  }
  EXPECT_EQ(table.size(), before.size() + opened.size());
}

TEST(DescriptorTable, OfThisProcessIsWhatIsOpenAndNothingElse) {
  std::vector<int> open;
  for (int number = 0; number < 1024; ++number) {
    if (::fcntl(number, F_GETFD) >= 0) open.push_back(number);
  }
  EXPECT_EQ(DescriptorTable::OfThisProcess().Numbers(), open);
  EXPECT_EQ(DescriptorTable::Of(::getpid()), DescriptorTable::OfThisProcess());
}

TEST(DescriptorTable, ThatGrewFailsATestWithBothPrinted) {
  const DescriptorTable before = DescriptorTable::OfThisProcess();
  const FileDescriptor leak(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
  const std::string line = std::to_string(leak.number()) + " character device: /dev/zero\n";
  EXPECT_NONFATAL_FAILURE(EXPECT_EQ(DescriptorTable::OfThisProcess(), before), line);
  EXPECT_EQ(DescriptorTable::OfThisProcess().Without(before).ToString(), line);
  EXPECT_THAT(before.Without(DescriptorTable::OfThisProcess()), IsEmpty());
}

TEST(DescriptorTable, DiffersWhenANumberRefersToSomethingElse) {
  const FileDescriptor file(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
  const DescriptorTable before = DescriptorTable::OfThisProcess();
  const FileDescriptor other(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ASSERT_GE(::dup3(other.number(), file.number(), O_CLOEXEC), 0);
  EXPECT_THAT(DescriptorTable::OfThisProcess().Without(before).Numbers(),
              ElementsAre(file.number(), other.number()));
}

TEST(DescriptorTable, OfAProcessThatHasEndedIsAnError) {
  Server server(Child("ready_and_wait"));
  const pid_t pid = server.pid();
  server.Stop();
  EXPECT_EQ(ErrorOf([&] { DescriptorTable::Of(pid); }),
            "cannot list the descriptors of process " + std::to_string(pid) +
                ": there is no such process, or it has ended");
}

TEST(DescriptorTable, OfAZombieIsAnError) {
  support::PlainProcess zombie({Program("exit_with")});
  ASSERT_TRUE(support::Gone(zombie.pid()));
  EXPECT_THAT(ErrorOf([&] { DescriptorTable::Of(zombie.pid()); }), HasSubstr("it has ended"));
}

TEST(DescriptorTable, OfAProcessThatMayNotBeLookedAtIsAnError) {
  constexpr uid_t kNobody = 65534;
  const uid_t user = ::geteuid();
  struct stat first {};
  ASSERT_EQ(::stat("/proc/1", &first), 0);
  if (user != 0 && first.st_uid == user) GTEST_SKIP() << "all processes are of this user here";
  ASSERT_EQ(::seteuid(user == 0 ? kNobody : user), 0);
  const std::string error = ErrorOf([] { DescriptorTable::Of(1); });
  const DescriptorTable own = DescriptorTable::OfThisProcess();
  ASSERT_EQ(::seteuid(user), 0);
  EXPECT_EQ(error,
            "cannot list the descriptors of process 1: Permission denied (errno 13); it takes the "
            "same user and no capability less than that process has, or root");
  EXPECT_EQ(own, DescriptorTable::OfThisProcess());
}

TEST(ServerDescriptors, AreItsStandardStreams) {
  const Server server(Child("ready_and_wait"));
  const DescriptorTable table = server.descriptors();
  ASSERT_THAT(table.Numbers(), ElementsAre(0, 1, 2));
  EXPECT_EQ(table.Find(0)->ToString(), "0 character device: /dev/null");
  EXPECT_EQ(table.Find(1)->kind, DescriptorKind::kPipe);
  EXPECT_EQ(table.Find(2)->kind, DescriptorKind::kPipe);
  EXPECT_NE(table.Find(1)->target, table.Find(2)->target);
}

TEST(ServerDescriptors, IncludeTheInputThatItWasHanded) {
  ServerOptions options = Child("ready_and_wait");
  options.standard_input = Program("ready_and_wait");
  const Server server(options);
  const DescriptorTable table = server.descriptors();
  ASSERT_THAT(table.Numbers(), ElementsAre(0, 1, 2));
  EXPECT_EQ(*table.Find(0), (Descriptor{0, DescriptorKind::kFile, Program("ready_and_wait")}));
}

TEST(ServerDescriptors, OfAServerThatHasEndedAreAnErrorThatTellsHow) {
  Server server({.command = {Program("exit_with"), "3"}, .name = "short"});
  server.WaitForExit();
  EXPECT_THAT(ErrorOf([&] { server.descriptors(); }),
              HasSubstr("server \"short\" has no descriptors any more: exited with code 3"));
}

}  // namespace
}  // namespace tether
