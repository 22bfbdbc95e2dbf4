// A small client of the key-value server that tries again when it gets no answer.
#pragma once

#include <httplib.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>

/// Each request is tried until it is answered, which these allow, as they can be done twice.
class RetryingClient {
 public:
  struct Options {
    int attempts = 10;
    /// How long one attempt may wait for anything, and the pause behind it; both double each time.
    std::chrono::milliseconds timeout{5000};
    std::chrono::milliseconds pause{1};
    /// Called before each attempt but the first, with what went wrong.
    std::function<void(httplib::Error)> before_retry = [](httplib::Error) {};
  };

  RetryingClient(std::string url, Options options)
      : url_(std::move(url)), options_(std::move(options)) {}

  /// The value of a key; nothing if there is none, or no answer.
  std::optional<std::string> Get(const std::string& key) {
    const auto answer = Try([&](auto& http) { return http.Get("/kv/" + key); });
    return answer && answer->status == 200 ? std::optional(answer->body) : std::nullopt;
  }
  /// Whether the server says that it has stored the value.
  bool Put(const std::string& key, const std::string& value) {
    const auto answer =
        Try([&](auto& http) { return http.Put("/kv/" + key, value, "text/plain"); });
    return answer && (answer->status == 201 || answer->status == 204);
  }

 private:
  httplib::Result Try(const std::function<httplib::Result(httplib::Client&)>& request) const {
    auto [attempts, timeout, pause, before_retry] = options_;
    for (int attempt = 1;; ++attempt, timeout *= 2, pause *= 2) {
      httplib::Client http(url_);  // a new connection
      http.set_connection_timeout(timeout);
      http.set_read_timeout(timeout);
      http.set_write_timeout(timeout);
      httplib::Result answer = request(http);
      if (answer || attempt == attempts) return answer;
      before_retry(answer.error());
      std::this_thread::sleep_for(pause);
    }
  }

  const std::string url_;
  const Options options_;
};
