// The views of the system, held against what the test itself sets up.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/processes.h"
#include "support/servers.h"
#include "tether/inspect/descriptor_table.h"
#include "tether/inspect/listening_sockets.h"
#include "tether/inspect/process_tree.h"

namespace tether::internal {
namespace {

using support::Child;
using testing::Contains;
using testing::Field;
using testing::SizeIs;

TEST(ProcessTree, ShowsAProcessAsItIs) {
  const Server server(Child("ready_and_wait"));
  const auto process = FindProcess(server.pid());
  ASSERT_TRUE(process);
  EXPECT_EQ(process->pid, server.pid());
  EXPECT_EQ(process->group, server.pid());
  EXPECT_EQ(process->session, server.pid());
  EXPECT_EQ(process->command, Program("ready_and_wait"));
}

TEST(ProcessTree, HasNoProcessThatHasGone) {
  Server server(Child("ready_and_wait"));
  const pid_t pid = server.pid();
  server.Stop();
  EXPECT_FALSE(FindProcess(pid));
}

TEST(ProcessTree, FindsChildrenAndGrandchildren) {
  const Server server({.command = {"sh", "-c", Program("fork_workers") + " 3 & wait"},
                       .ready = ready::Line("ready")});
  EXPECT_THAT(ChildPids(server.pid()), SizeIs(1));
  EXPECT_THAT(DescendantPids(server.pid()), SizeIs(4));
  EXPECT_THAT(Descendants(server.pid()),
              Contains(Field(&ProcessInfo::command, Program("fork_workers") + " 3")).Times(4));
}

TEST(ProcessTree, NamesTheStatesInWords) {
  EXPECT_EQ(ProcessStateText('S'), "sleeping");
  EXPECT_EQ(ProcessStateText('Z'), "a zombie");
  EXPECT_EQ(ProcessStateText('?'), "in state ?");
}

TEST(DescriptorTable, ListsWhatIsOpenWithItsTarget) {
  const int file = ::open("/dev/zero", O_RDONLY | O_CLOEXEC);
  bool found = false;
  for (const OpenDescriptor& descriptor : DescriptorsOf(::getpid())) {
    if (descriptor.number == file) found = descriptor.target == "/dev/zero";
  }
  ::close(file);
  EXPECT_TRUE(found);
}

TEST(ListeningSockets, AreThoseOfTheProcessAlone) {
  const Server other({.command = {Program("listen_quietly")}, .ready = ready::Listening()});
  EXPECT_THAT(ListeningSocketsOf({::getpid()}), testing::IsEmpty());

  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(listener, generic, size), 0);
  EXPECT_THAT(ListeningSocketsOf({::getpid()}), testing::IsEmpty());  // bound is not listening
  ASSERT_EQ(::listen(listener, 1), 0);
  ::getsockname(listener, generic, &size);
  EXPECT_THAT(ListeningSocketsOf({::getpid()}),
              testing::ElementsAre(ListeningSocket{"127.0.0.1", ntohs(address.sin_port), false}));
  ::close(listener);
}

}  // namespace
}  // namespace tether::internal
