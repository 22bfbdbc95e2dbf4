// What the test process and the guardian say to each other.
#include "tether/guardian/messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "tether/base/errors.h"
#include "tether/guardian/channel.h"

namespace tether::internal {
namespace {

StartRequest ExampleRequest() {
  StartRequest request;
  request.server = 7;
  request.has_input = true;
  request.controlling_terminal = true;
  request.program = "/bin/server";
  request.directory = "/tmp";
  request.arguments = {"server", "", std::string("odd \n text")};
  request.environment = std::string("A=1\0B=\0", 7);
  request.listen_names = {"http", "admin"};
  request.held = 3;
  request.daemonizes = true;
  request.tool_words = 2;
  request.stopped_at_entry = true;
  request.run_as = {.user = 65534, .group = 65533, .groups = {4, 100}};
  request.nice = -5;
  request.stop = {{SIGINT, std::chrono::milliseconds(1234), true}, {SIGKILL}};
  return request;
}

TEST(StartRequest, ArrivesAsItWasSent) {
  const StartRequest sent = ExampleRequest();
  const std::string bytes = Encode(sent);
  EXPECT_EQ(KindOf(bytes), RequestKind::kStart);
  const StartRequest received = DecodeStart(bytes);
  EXPECT_EQ(received.server, sent.server);
  EXPECT_EQ(received.has_input, true);
  EXPECT_EQ(received.controlling_terminal, true);
  EXPECT_EQ(received.has_program, false);
  EXPECT_EQ(received.program, sent.program);
  EXPECT_EQ(received.directory, sent.directory);
  EXPECT_EQ(received.arguments, sent.arguments);
  EXPECT_EQ(received.environment, sent.environment);
  EXPECT_EQ(received.listen_names, sent.listen_names);
  EXPECT_EQ(received.held, sent.held);
  EXPECT_TRUE(received.daemonizes);
  EXPECT_EQ(received.tool_words, 2U);
  EXPECT_TRUE(received.stopped_at_entry);
  EXPECT_EQ(received.run_as, sent.run_as);
  EXPECT_EQ(received.nice, -5);
  ASSERT_EQ(received.stop.size(), 2U);
  EXPECT_EQ(received.stop[0].signal, SIGINT);
  EXPECT_EQ(received.stop[0].grace, std::chrono::milliseconds(1234));
  EXPECT_TRUE(received.stop[0].leader_only);
}

TEST(StartRequest, SaysNothingOfAUserWhereThereIsNone) {
  StartRequest request = ExampleRequest();
  request.run_as.reset();
  EXPECT_EQ(DecodeStart(Encode(request)).run_as, std::nullopt);
}

TEST(StartRequest, CutShortAnywhereIsAnError) {
  const std::string bytes = Encode(ExampleRequest());
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    EXPECT_THROW(DecodeStart(std::string_view(bytes).substr(0, size)), Error) << size;
  }
}

TEST(StartRequest, WithAnImpossibleCountIsAnErrorAndNotAnAllocation) {
  std::string bytes = Encode(StopRequest{1, Clock::now(), {}});
  bytes.resize(bytes.size() - sizeof(std::size_t));  // without the count, which is the last of it
  bytes.append(sizeof(std::size_t), '\xff');
  EXPECT_THROW(DecodeStop(bytes), Error);
}

TEST(InheritRequest, ArrivesAsItWasSent) {
  InheritRequest sent{.umask = 027};
  sent.limits[RLIMIT_NOFILE] = {100, 200};
  const std::string bytes = Encode(sent);
  EXPECT_EQ(KindOf(bytes), RequestKind::kInherit);
  EXPECT_EQ(DecodeInherit(bytes).umask, sent.umask);
  EXPECT_EQ(DecodeInherit(bytes).limits[RLIMIT_NOFILE].rlim_max, 200U);
}

TEST(SignalRequest, ArrivesAsItWasSent) {
  const std::string bytes = Encode(SignalRequest{7, 9, SIGSTOP, {11, 12}, true});
  EXPECT_EQ(KindOf(bytes), RequestKind::kSignal);
  const SignalRequest received = DecodeSignal(bytes);
  EXPECT_EQ(received.server, 7U);
  EXPECT_EQ(received.ticket, 9U);
  EXPECT_EQ(received.signal, SIGSTOP);
  EXPECT_EQ(received.processes, (std::vector<pid_t>{11, 12}));
  EXPECT_TRUE(received.to_group);
}

TEST(Event, ArrivesAsItWasSent) {
  Event sent{.kind = Event::Kind::kExited, .pid = 42, .tree_empty = true};
  sent.left_behind = {{7, 1, 7, 7, ProcessState::kStopped, "a worker"}, ProcessInfo()};
  const Event received = DecodeEvent(Encode(sent));
  EXPECT_EQ(received.kind, sent.kind);
  EXPECT_EQ(received.pid, 42);
  EXPECT_TRUE(received.tree_empty);
  EXPECT_EQ(received.left_behind, sent.left_behind);
}

TEST(Event, CutShortIsAnError) { EXPECT_THROW(DecodeEvent("x"), Error); }

TEST(Channel, CarriesPacketsOfAnySizeWithDescriptors) {
  for (const std::size_t size : {0U, 1U, 32U * 1024U, 32U * 1024U + 1U, 4U * 1024U * 1024U}) {
    auto [ours, theirs] = Channel::Pair();
    const std::string payload(size, 'x');
    const int descriptors[] = {0, 1};
    ASSERT_TRUE(ours.Send(payload, descriptors));
    Packet packet;
    ASSERT_EQ(theirs.Receive(packet, true), Channel::Result::kPacket);
    EXPECT_TRUE(packet.payload == payload) << size;
    EXPECT_EQ(packet.descriptors.size(), 2U);
  }
}

TEST(Channel, CarriesAsManyDescriptorsAsTheSystemTakes) {
  auto [ours, theirs] = Channel::Pair();
  ASSERT_TRUE(ours.Send("many", std::vector<int>(253, STDIN_FILENO)));
  Packet packet;
  ASSERT_EQ(theirs.Receive(packet, true), Channel::Result::kPacket);
  EXPECT_EQ(packet.descriptors.size(), 253U);
  EXPECT_THROW(ours.Send("too many", std::vector<int>(254, STDIN_FILENO)), Error);
}

TEST(Channel, TellsNothingYetFromClosed) {
  auto [ours, theirs] = Channel::Pair();
  Packet packet;
  EXPECT_EQ(theirs.Receive(packet, false), Channel::Result::kNothing);
  ours.Send("last");
  ours.Close();
  EXPECT_EQ(theirs.Receive(packet, false), Channel::Result::kPacket);
  EXPECT_EQ(packet.payload, "last");
  EXPECT_EQ(theirs.Receive(packet, false), Channel::Result::kClosed);
  EXPECT_FALSE(theirs.Send("nobody there"));
}

}  // namespace
}  // namespace tether::internal
