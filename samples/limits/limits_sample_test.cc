// Servers that run into their resource limits: how each ends, and what the report says of it.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <tether/tether.h>
#include <unistd.h>

#include <csignal>

namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

tether::ServerOptions Limited(const std::string& program, const tether::Limits& limits) {
  return {.command = {tether::Program(program)},
          .ready = tether::ready::Line("ready"),
          .limits = limits};
}

TEST(Limits, OfCpuTimeEndALoopBySigxcpu) {
  tether::Server server(Limited("loop", {.cpu_time = 1s}));
  EXPECT_TRUE(server.ExpectExit(tether::KilledBy(SIGXCPU), 60s));
  EXPECT_THAT(server.Report(), HasSubstr("limit cpu_time (1 s) was used up"));
}

TEST(Limits, OfMemoryEndAnAllocatorByBadAlloc) {
  tether::Server server(
      Limited("allocator", {.address_space = tether::MiB(64), .core = tether::Bytes(0)}));
  EXPECT_TRUE(server.ExpectExit(tether::KilledBy(SIGABRT)));
  EXPECT_TRUE(server.WaitForLine("std::bad_alloc"));
  EXPECT_THAT(server.Report(), HasSubstr("limit address_space (64 MiB)"));
}

TEST(Limits, OfTheSizeOfAFileEndALogWriterBySigxfsz) {
  tether::ServerOptions options = Limited("log_writer", {.file_size = tether::KiB(64)});
  options.command.push_back("{dir}/log");
  tether::Server server(options);
  EXPECT_TRUE(server.ExpectExit(tether::KilledBy(SIGXFSZ)));
  EXPECT_THAT(server.Report(), HasSubstr("limit file_size (64 KiB) was reached"));
}

void ConnectTo(std::uint16_t port) {
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  (void)!::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address);
  ::close(client);
}

TEST(Limits, OfOpenFilesEndAnAcceptLoopByEmfile) {
  tether::ServerOptions options = Limited("accept_loop", {.open_files = 16});
  options.ready = tether::ready::Line(tether::Regex("listening on port (?<port>\\d+)"));
  tether::Server server(options);
  EXPECT_EQ(server.limits().open_files.soft, 16);
  for (int i = 0; i < 16; ++i) ConnectTo(server.port());
  EXPECT_TRUE(server.ExpectExit(tether::Exited(1)));
  EXPECT_TRUE(server.WaitForLine("accept: Too many open files"));
  EXPECT_THAT(server.Report(), HasSubstr("limit open_files (16) seems to have been reached"));
}

bool MayExecute(const std::string& user, const std::string& program) {
  tether::Server asked({.command = {"test", "-x", program}, .user = user});
  return asked.WaitForExit() == tether::ExitStatus::Exited{0};
}

// Root may have any number of processes. A user that nobody else is has those of the server alone.
TEST(Limits, OfProcessesStopAForkerByEagain) {
  tether::ServerOptions options = Limited("forker", {.processes = 10});
  if (::geteuid() == 0) {
    options.user = std::to_string(200'000 + ::getpid());
    if (!MayExecute(options.user, options.command.front())) {
      GTEST_SKIP() << "another user than root may not execute " << options.command.front();
    }
  }
  tether::Server server(options);
  EXPECT_TRUE(server.WaitForLine("fork: Resource temporarily unavailable"));
  EXPECT_LE(server.processes().size(), 10U);
  EXPECT_THAT(server.Report(), HasSubstr("limit processes (10) seems to have been reached"));
}

TEST(Limits, ArePrintedAsATable) {
  const tether::Server server({.command = {"sleep", "60"}, .limits = {.open_files = 16}});
  EXPECT_THAT(server.limits().ToString(), HasSubstr("open_files               16            16\n"));
  EXPECT_NE(server.limits(), tether::CurrentLimits());
}

}  // namespace
