// warm_up N PATH [PORT]: an HTTP server that answers GET PATH with 503 N times before it answers with
// 200. It prints its port, and a line for each answer.
#include <httplib.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

#include "life.h"

int main(int argc, char** argv) {
  LimitLife();
  std::atomic<int> left{std::atoi(argv[1])};
  httplib::Server server;
  server.Get(argv[2], [&](const httplib::Request&, httplib::Response& response) {
    response.status = left-- > 0 ? 503 : 200;
    response.set_content("warming up\n", "text/plain");
    std::printf("answered %d\n", response.status);
    std::fflush(stdout);
  });
  const int wanted = argc > 3 ? std::atoi(argv[3]) : 0;
  const bool bound = wanted != 0 && server.bind_to_port("127.0.0.1", wanted);
  std::printf("port %d\n", bound ? wanted : server.bind_to_any_port("127.0.0.1"));
  std::fflush(stdout);
  server.listen_after_bind();
}
