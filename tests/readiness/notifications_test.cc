// Messages of sd_notify, sent by this process itself.
#include "tether/readiness/notifications.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <climits>
#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include "support/processes.h"

namespace tether::internal {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class NotificationsTest : public testing::Test {
 protected:
  void Send(std::string text, int descriptor = -1) const {
    const FileDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const std::string name = notifications_.Variable().substr(std::strlen("NOTIFY_SOCKET=@"));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path + 1, sizeof address.sun_path - 1);
    iovec part{text.data(), text.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_name = &address;
    message.msg_namelen = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (descriptor >= 0) {
      message.msg_control = control;
      message.msg_controllen = sizeof control;
      cmsghdr* const header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(sizeof(int));
      std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    }
    ASSERT_GE(::sendmsg(socket.number(), &message, 0), 0);
  }
  // As if these were the processes of the server.
  void Take(const std::vector<pid_t>& processes = {::getpid()}) {
    notifications_.Take();
    notifications_.Judge([&] { return processes; });
  }

  Notifications notifications_;
};

TEST_F(NotificationsTest, AreReadFieldByField) {
  Send("\n=\nREADY\nREADY=10\nXREADY=1\nSTATUS=a=b\n\nERRNO=x\n");
  Take();
  EXPECT_FALSE(notifications_.ready());
  EXPECT_EQ(notifications_.StatusText(), "\"a=b\"; error: x");
  Send("STATUS=\nREADY=1");
  Take();
  EXPECT_TRUE(notifications_.ready());
  EXPECT_EQ(notifications_.StatusText(), "error: x");
}

TEST_F(NotificationsTest, AreNotBelievedOfAForeignProcess) {
  Send("READY=1");
  Send("STATUS=up");
  Take({});
  EXPECT_FALSE(notifications_.ready());
  EXPECT_EQ(notifications_.StatusText(), "");
  EXPECT_THAT(
      notifications_.NotReadyText(),
      AllOf(HasSubstr("nothing was sent to its NOTIFY_SOCKET; \"STATUS=up\" from pid " +
                      std::to_string(::getpid()) + " ("),
            HasSubstr(" does not count: the sender is none of the server's processes (and 1 "
                      "more that do not count)")));
}

TEST_F(NotificationsTest, AreBelievedOfAProcessThatHasGone) {
  const pid_t child = ::fork();
  if (child == 0) {
    Send("READY=1");
    ::_exit(0);
  }
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  Take({});
  EXPECT_TRUE(notifications_.ready());
}

TEST_F(NotificationsTest, ExtendTheTime) {
  EXPECT_EQ(notifications_.extended_to(), Clock::time_point::min());
  const auto before = Clock::now();
  Send("EXTEND_TIMEOUT_USEC=600000000");
  Send("EXTEND_TIMEOUT_USEC=5");
  Send("EXTEND_TIMEOUT_USEC=-5");
  Take();
  EXPECT_GE(notifications_.extended_to(), before + std::chrono::minutes(10));
  EXPECT_LE(notifications_.extended_to(), Clock::now() + std::chrono::minutes(10));
  Send("EXTEND_TIMEOUT_USEC=18446744073709551615");
  Take();
  EXPECT_LE(notifications_.extended_to(), Clock::now() + kLongestTimeout);
  EXPECT_GT(notifications_.extended_to(), Clock::now() + kLongestTimeout / 2);
}

TEST_F(NotificationsTest, LeaveNoDescriptorThatCameAlong) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const FileDescriptor read(ends[0]);
  FileDescriptor write(ends[1]);
  const auto before = support::OpenDescriptors();
  Send("BARRIER=1", write.number());
  Take();
  EXPECT_EQ(support::OpenDescriptors(), before);
  write.Reset();
  char byte = 0;
  EXPECT_EQ(::read(read.number(), &byte, 1), 0);  // nobody else has the other end
}

TEST_F(NotificationsTest, AreRefusedIfTheyAreTooLong) {
  Send("READY=1\nSTATUS=" + std::string(PIPE_BUF, 'x'));
  Take();
  EXPECT_FALSE(notifications_.ready());
  EXPECT_THAT(notifications_.NotReadyText(),
              HasSubstr("does not count: it is longer than any message may be"));
}

}  // namespace
}  // namespace tether::internal
