// answer_http [CERTIFICATE KEY]: an HTTP server, or with the files of a certificate an HTTPS server.
// It prints its port, and each request. What it answers is said by the path.
#include <httplib.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "life.h"

namespace {

using httplib::Request;
using httplib::Response;

constexpr const char* kText = "text/plain";

void AddAnswers(httplib::Server& server) {
  server.Get(R"(/status/(\d+))", [](const Request& request, Response& response) {
    response.status = std::atoi(request.matches[1].str().c_str());
    response.set_content("the status is " + request.matches[1].str() + "\nas asked for\n", kText);
  });
  server.Get("/empty", [](const Request&, Response&) {});
  server.Get("/state", [](const Request&, Response& response) {
    response.set_content("{\n  \"state\": \"up\",\n  \"admin\": 4711\n}\n", "application/json");
  });
  server.Get("/binary", [](const Request&, Response& response) {
    response.set_content(std::string("5:\0\xff\n\r\n:ready", 14), "application/octet-stream");
  });
  // As many bytes as are said, with a word at each end; of a kind that cpp-httplib does not compress.
  server.Get(R"(/large/(\d+))", [](const Request& request, Response& response) {
    const auto size = static_cast<std::size_t>(std::atoi(request.matches[1].str().c_str()));
    std::string body(size, '.');
    body.replace(0, 5, "first").replace(size - 4, 4, "last");
    response.set_content(body, "application/octet-stream");
  });
  server.Get("/endless", [](const Request&, Response& response) {
    response.set_chunked_content_provider(kText, [](std::size_t, httplib::DataSink& sink) {
      const std::string piece(1000, '.');
      sink.write(piece.data(), piece.size());
      return true;
    });
  });
  // The first request is never answered.
  server.Get("/hang-once", [](const Request&, Response&) {
    static std::atomic<bool> hung = false;
    while (!hung.exchange(true)) ::pause();
  });
  server.Get("/headers", [](const Request& request, Response& response) {
    for (const auto& [name, value] : request.headers) response.body += name + ": " + value + "\n";
  });
  server.Get("/redirect",
             [](const Request&, Response& response) { response.set_redirect("/status/200"); });
  server.Post("/echo", [](const Request& request, Response& response) {
    response.set_content(request.body, kText);
  });
}

std::unique_ptr<httplib::Server> MakeServer([[maybe_unused]] char** files) {
#ifdef CPPHTTPLIB_OPENSSL_SUPPORT
  if (files[0] != nullptr) return std::make_unique<httplib::SSLServer>(files[0], files[1]);
#endif
  return std::make_unique<httplib::Server>();
}

}  // namespace

int main(int, char** argv) {
  LimitLife();
  const auto server = MakeServer(argv + 1);
  AddAnswers(*server);
  server->set_logger([](const Request& request, const Response& response) {
    std::printf("%s %s %d\n", request.method.c_str(), request.path.c_str(), response.status);
    std::fflush(stdout);
  });
  std::printf("port %d\n", server->bind_to_any_port("127.0.0.1"));
  std::fflush(stdout);
  server->listen_after_bind();
}
