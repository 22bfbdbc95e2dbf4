// A small key-value server over HTTP: the program under test in Tether's samples and README.
//
//   GET /kv/<key>      200 and the value, or 404
//   PUT /kv/<key>      stores the body: 201 if the key is new, 204 if it had a value
//   DELETE /kv/<key>   204, or 404
//   GET /health        200 "ok"
//
// It does what makes a server easy to test: it can let the kernel choose the port, says on stdout
// when it is ready and what it is asked, and ends cleanly on SIGTERM and SIGINT.

#include <getopt.h>
#include <httplib.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <latch>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace {

constexpr char kUsage[] =
    "usage: kv_server [--port N] [--data DIR]\n"
    "  --port N    listen on port N of 127.0.0.1; 0: the kernel chooses (default: 8080)\n"
    "  --data DIR  load DIR/kv.data at the start, save it at the end (default: save nothing)\n";

struct Options {
  int port = 8080;
  std::string data_dir;
};

struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

int ParsePort(const std::string& text) {
  int port = -1;
  const char* const end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc() || parsed != end || port < 0 || port > 65535) {
    throw UsageError("--port needs a number from 0 to 65535, not '" + text + "'");
  }
  return port;
}

Options ParseOptions(int argc, char** argv) {
  constexpr option kOptions[] = {{"port", required_argument, nullptr, 'p'},
                                 {"data", required_argument, nullptr, 'd'},
                                 {"help", no_argument, nullptr, 'h'},
                                 {}};
  Options options;
  // "_only", or -port would be taken for four short options; ":" leaves the messages to us.
  for (int found; (found = getopt_long_only(argc, argv, ":", kOptions, nullptr)) != -1;) {
    const std::string value = optarg ? optarg : "";
    const std::string arg = argv[optind - 1];
    if (found == 'h') {
      std::cout << kUsage;
      std::exit(0);
    }
    if (found == 'p') options.port = ParsePort(value);
    if (found == 'd') options.data_dir = value;
    if (found == ':' || (found == 'd' && value.empty())) throw UsageError(arg + " needs a value");
    if (found == '?') throw UsageError("unknown argument '" + arg + "'");
  }
  if (optind < argc) throw UsageError("unknown argument '" + std::string(argv[optind]) + "'");
  return options;
}

// Prints a line in one piece, whichever thread calls, and flushes it: a pipe shows it at once.
void PrintLine(const std::string& line) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  std::cout << line + '\n' << std::flush;
}

using Entries = std::map<std::string, std::string>;

// The keys and values; safe to use from several threads.
class Store {
 public:
  explicit Store(Entries entries) : entries_(std::move(entries)) {}

  std::optional<std::string> Get(const std::string& key) const {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return std::nullopt;
    return found->second;
  }

  // True if the key is new.
  bool Put(const std::string& key, std::string value) {
    const std::lock_guard lock(mutex_);
    return entries_.insert_or_assign(key, std::move(value)).second;
  }

  // True if the key was there.
  bool Erase(const std::string& key) {
    const std::lock_guard lock(mutex_);
    return entries_.erase(key) > 0;
  }

  Entries Snapshot() const {
    const std::lock_guard lock(mutex_);
    return entries_;
  }

 private:
  mutable std::mutex mutex_;
  Entries entries_;
};

[[noreturn]] void ThrowErrno(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

// The path of the data file. Fails now if saving could not work at the end.
std::string DataFileIn(const std::string& dir) {
  // "/." tells a directory from a file.
  if (access((dir + "/.").c_str(), W_OK | X_OK) != 0) {
    ThrowErrno("cannot use --data '" + dir + "' as a directory to write to");
  }
  return (std::filesystem::path(dir) / "kv.data").string();
}

// The data file has the number of entries, then a line `"key" "value"` for each, in which
// std::quoted makes any bytes safe.
Entries Load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file && errno == ENOENT) return {};
  if (!file) ThrowErrno("cannot read " + path);
  Entries entries;
  std::size_t size = 0;
  file >> size;
  for (std::string key, value; file && entries.size() < size;) {
    file >> std::quoted(key) >> std::quoted(value);
    entries[key] = value;
  }
  if (!file || !(file >> std::ws).eof()) {
    throw std::runtime_error(path + " is damaged: remove it, or bring back a copy");
  }
  PrintLine("loaded " + std::to_string(size) + " keys from " + path);
  return entries;
}

void WriteAndSync(const std::string& path, const std::string& content) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(fopen(path.c_str(), "wb"), fclose);
  if (!file || fwrite(content.data(), 1, content.size(), file.get()) != content.size() ||
      fflush(file.get()) != 0 || fsync(fileno(file.get())) != 0) {
    ThrowErrno("cannot write " + path);
  }
}

// Whoever reads the file, even after a crash, finds the old content or the new one, whole.
void Save(const Entries& entries, const std::string& path) {
  std::ostringstream lines;
  lines << entries.size() << '\n';
  for (const auto& [key, value] : entries) {
    lines << std::quoted(key) << ' ' << std::quoted(value) << '\n';
  }
  const std::string temporary = path + ".tmp";
  WriteAndSync(temporary, lines.str());
  if (rename(temporary.c_str(), path.c_str()) != 0) ThrowErrno("cannot replace " + path);
  PrintLine("saved " + std::to_string(entries.size()) + " keys to " + path);
}

// Blocks SIGTERM and SIGINT in this thread and in those it starts. A signal then stays pending
// until sigwait takes it, however early it comes, and no code ever runs in a signal handler.
sigset_t BlockStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

using httplib::Request;
using httplib::Response;

class KvServer {
 public:
  explicit KvServer(Store& store) : store_(store) {
    // httplib's default is SO_REUSEPORT, with which two servers share a port and nobody is told.
    http_.set_socket_options([](int socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    // When it stops, older httplib waits for idle connections. So none is kept for a second
    // request, and one without any is given up after a second.
    http_.set_keep_alive_max_count(1);
    http_.set_keep_alive_timeout(1);
    // A logger would run after the client has its answer. This runs before it is sent, so that a
    // client that has its answer can rely on the line.
    http_.set_post_routing_handler([](const Request& request, Response& response) {
      // Not the decoded path: a key may hold any byte, and a newline would break the line.
      const std::string path = request.target.substr(0, request.target.find('?'));
      PrintLine(request.method + ' ' + path + ' ' + std::to_string(response.status));
    });
    AddRoutes();
  }

  ~KvServer() { Stop(); }

  // Returns the port, which the kernel has chosen if the argument is 0.
  int Bind(int port) {
    constexpr char kAddress[] = "127.0.0.1";
    int bound = -1;
    if (port == 0) bound = http_.bind_to_any_port(kAddress);
    if (port != 0 && http_.bind_to_port(kAddress, port)) bound = port;
    if (bound < 0) ThrowErrno("cannot listen on port " + std::to_string(port));
    return bound;
  }

  void Start() {
    // httplib's stop() does nothing before listen_after_bind() has begun. This hook is called when
    // it has, and exists in all versions.
    http_.new_task_queue = [this, make_queue = http_.new_task_queue] {
      running_.count_down();
      return make_queue();
    };
    thread_ = std::thread([this] {
      accepting_failed_ = !http_.listen_after_bind();
      if (accepting_failed_) kill(getpid(), SIGTERM);  // Wakes sigwait.
    });
    running_.wait();
  }

  // Returns when the last request is answered; false if it had stopped accepting by itself.
  bool Stop() {
    if (thread_.joinable()) {
      http_.stop();
      thread_.join();
    }
    return !accepting_failed_;
  }

 private:
  void AddRoutes() {
    const std::string key = "/kv/([^/]+)";
    http_.Get("/health",
              [](const Request&, Response& response) { response.set_content("ok", "text/plain"); });
    http_.Get(key, [this](const Request& request, Response& response) {
      const std::optional<std::string> value = store_.Get(request.matches[1]);
      response.status = value ? 200 : 404;
      if (value) response.set_content(*value, "application/octet-stream");
    });
    // The reader gives the body as it came. Without one, httplib takes what curl sends for a form
    // and refuses more than 8 KiB. A multipart form it takes apart in any case.
    http_.Put(key, [this](const Request& request, Response& response,
                          const httplib::ContentReader& read_body) {
      std::string value;
      const bool complete = !request.is_multipart_form_data() &&
                            read_body([&value](const char* data, std::size_t size) {
                              value.append(data, size);
                              return true;
                            });
      response.status = !complete ? 400 : store_.Put(request.matches[1], value) ? 201 : 204;
    });
    http_.Delete(key, [this](const Request& request, Response& response) {
      response.status = store_.Erase(request.matches[1]) ? 204 : 404;
    });
  }

  Store& store_;
  httplib::Server http_;
  std::thread thread_;
  std::latch running_{1};
  bool accepting_failed_ = false;
};

void Run(const Options& options, const sigset_t& stop_signals) {
  const std::string file = options.data_dir.empty() ? "" : DataFileIn(options.data_dir);
  Store store(file.empty() ? Entries() : Load(file));
  KvServer server(store);
  const int port = server.Bind(options.port);
  // From here on the kernel queues connections. Said now, it stands before any request's line.
  PrintLine("listening on port " + std::to_string(port));
  server.Start();

  int signal = 0;
  sigwait(&stop_signals, &signal);
  const bool stopped_by_signal = server.Stop();
  if (file.empty()) {
    PrintLine("nothing to save");
  } else {
    Save(store.Snapshot(), file);
  }
  if (!stopped_by_signal) throw std::runtime_error("cannot accept connections any more");
  PrintLine("bye");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const sigset_t stop_signals = BlockStopSignals();
    Run(ParseOptions(argc, argv), stop_signals);
    return 0;
  } catch (const UsageError& error) {
    std::cerr << "kv_server: " << error.what() << '\n' << kUsage;
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "kv_server: " << error.what() << '\n';
    return 1;
  }
}
