// Tests that claim all that their servers have, in the directory CLAIMS, while they have it: a claim
// that somebody else has fails. Run several times at once by parallel_test.cc.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <tether/tether.h>

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "support/servers.h"
#include "tether/base/file_descriptor.h"

namespace {

using tether::ListensOn;
using tether::Server;
using tether::ServerOptions;

class Claim {
 public:
  explicit Claim(const std::string& what)
      : path_(std::string(std::getenv("CLAIMS")) + "/" + what),
        file_(::open(path_.c_str(), O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
    EXPECT_GE(file_.number(), 0) << what << " is somebody else's, too";
  }
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;
  ~Claim() {
    if (file_) std::filesystem::remove(path_);
  }

 private:
  const std::string path_;
  const tether::internal::FileDescriptor file_;
};

// Listens on a port that was reserved, with a directory of its own.
ServerOptions Own() {
  ServerOptions options = support::ServePorts({"addr", "{port}"});
  options.environment = {{"DIRECTORY", "{dir}"}};
  options.files = {{"port", "{port}"}};
  return options;
}

void ClaimAll(const Server& server) {
  const Claim port("port_" + std::to_string(server.port()));
  const Claim pid("pid_" + std::to_string(server.pid()));
  EXPECT_THAT(server, ListensOn(server.port()));
  EXPECT_EQ(server.Text(), "ready " + std::to_string(server.port()));
}

class PerTest : public tether::ServerTest {
 protected:
  ServerOptions Options() override { return Own(); }
};
TEST_F(PerTest, One) { ClaimAll(server()); }
TEST_F(PerTest, Two) { ClaimAll(server()); }
TEST_F(PerTest, Three) { ClaimAll(server()); }

class PerSuite : public tether::SharedServerTest<PerSuite> {
 public:
  static ServerOptions Options() { return Own(); }
};
TEST_F(PerSuite, One) { ClaimAll(server()); }
TEST_F(PerSuite, Two) { ClaimAll(server()); }

TEST(Bare, SeveralOfOneName) {
  const auto servers = tether::StartAll(std::vector<ServerOptions>(3, Own()));
  std::vector<std::unique_ptr<Claim>> claims;
  for (const Server& server : servers) {
    claims.push_back(std::make_unique<Claim>("port_" + std::to_string(server.port())));
  }
  EXPECT_THAT(servers, testing::Each(tether::IsRunning()));
}

}  // namespace
