// front CONFIGURATION: an HTTP server in front of a kv_server. What it does is in the configuration:
//
//   port 8080
//   backend http://127.0.0.1:8081
//
//   GET /items/<key>   what the backend answers for /kv/<key>; 502 when that cannot be reached
//   GET /health        200 "ok"

#include <httplib.h>

#include <cstdio>
#include <fstream>
#include <string>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::ifstream configuration(argv[1]);
  int port = 0;
  std::string backend;
  for (std::string key; configuration >> key;) {
    if (key == "port") configuration >> port;
    if (key == "backend") configuration >> backend;
  }

  httplib::Server http;
  // httplib's default is SO_REUSEPORT, with which two servers share a port and nobody is told.
  http.set_socket_options([](int socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  http.Get("/health", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("ok", "text/plain");
  });
  http.Get("/items/(.+)", [&](const httplib::Request& request, httplib::Response& response) {
    httplib::Client client(backend);
    const auto answer = client.Get("/kv/" + request.matches[1].str());
    response.status = answer ? answer->status : 502;
    if (answer) response.set_content(answer->body, "text/plain");
  });
  if (!http.listen("127.0.0.1", port)) {
    std::fprintf(stderr, "front: cannot listen on port %d\n", port);
    return 1;
  }
}
