// A suite for several hosts. The server has the same port everywhere, which works since each host has
// its own; on one host, the suite's processes could not run side by side.
#include <httplib.h>
#include <tether/tether.h>
#include <unistd.h>

#include <array>
#include <cstdio>

namespace {

constexpr int kPort = 8080;

tether::ServerOptions KeyValueServer() {
  return {.command = {tether::Program("kv_server"), "--port", std::to_string(kPort)},
          .ready = tether::ready::Listening(kPort)};
}

// One server for all tests of this suite that a host runs.
class OverHosts : public tether::SharedServerTest<OverHosts>,
                  public testing::WithParamInterface<int> {
 public:
  static tether::ServerOptions Options() { return KeyValueServer(); }
};

TEST_P(OverHosts, KeepsWhatWasPut) {
  std::array<char, 256> host{};
  ASSERT_EQ(::gethostname(host.data(), host.size() - 1), 0);
  const std::string path = std::string("/kv/").append(std::to_string(GetParam()));
  httplib::Client client(server().url());
  ASSERT_EQ(client.Put(path, host.data(), "text/plain")->status, 201);
  std::printf("%s is kept on %s\n", path.c_str(), client.Get(path)->body.c_str());
  EXPECT_TRUE(server().WaitForLine(std::string("GET ").append(path).append(" 200")));
}

INSTANTIATE_TEST_SUITE_P(Keys, OverHosts, testing::Range(0, 12));

// For the test beside this file, which asks for them by name.
class DISABLED_OnPurpose : public tether::ServerTest {
 protected:
  tether::ServerOptions Options() override { return KeyValueServer(); }
};

TEST_F(DISABLED_OnPurpose, Fails) { FAIL() << "on purpose"; }

TEST_F(DISABLED_OnPurpose, WaitsForever) {
  std::puts("waits forever");
  std::fflush(stdout);
  EXPECT_TRUE(server().WaitForLine("a line that never comes", std::chrono::hours(1)));
}

}  // namespace
