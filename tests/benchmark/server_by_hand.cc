#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "printing_server.h"

namespace {

constexpr std::size_t kReadAtOnce = std::size_t{64} << 10U;
constexpr std::size_t kLongestLine = std::size_t{64} << 10U;

}  // namespace

ServerByHand::ServerByHand(const std::vector<std::string>& command) {
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  std::array<tether::internal::FileDescriptor, 2> ends;
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
      throw std::system_error(errno, std::system_category());
    streams_[i].pipe.Reset(pipe[0]);
    streams_[i].buffer.resize(kLongestLine + kReadAtOnce);
    ends[i].Reset(pipe[1]);
    ::posix_spawn_file_actions_adddup2(&actions, pipe[1], static_cast<int>(i) + 1);
  }
  const int error = ::posix_spawn(&pid_, words[0], &actions, nullptr, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::system_error(error, std::system_category(), command.front());
}

ServerByHand::~ServerByHand() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::string ServerByHand::ReadUntil(std::string_view beginning) {
  for (;;) {
    std::array<pollfd, 2> watched{
        {{streams_[0].pipe.number(), POLLIN, 0}, {streams_[1].pipe.number(), POLLIN, 0}}};
    if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) {
      throw std::system_error(errno, std::system_category(), "poll");
    }
    for (std::size_t i = 0; i < watched.size(); ++i) {
      if (watched[i].revents == 0) continue;
      if (auto line = ReadOnce(streams_[i], beginning)) return *line;
    }
  }
}

std::optional<std::string> ServerByHand::ReadOnce(Stream& stream, std::string_view beginning) {
  const ssize_t count =
      ::read(stream.pipe.number(), stream.buffer.data() + stream.used, kReadAtOnce);
  if (count <= 0) throw std::runtime_error("the server ended without the line");
  stream.used += static_cast<std::size_t>(count);
  return TakeLines(stream, beginning);
}

std::optional<std::string> ServerByHand::TakeLines(Stream& stream, std::string_view beginning) {
  std::string_view rest(stream.buffer.data(), stream.used);
  while (const void* end = std::memchr(rest.data(), '\n', rest.size())) {
    const auto size = static_cast<std::size_t>(static_cast<const char*>(end) - rest.data());
    const std::string_view line = rest.substr(0, size);
    if (line.starts_with(beginning)) return std::string(line);
    rest.remove_prefix(size + 1);
  }
  if (rest.size() > kLongestLine) throw std::runtime_error("a line is too long");
  std::memmove(stream.buffer.data(), rest.data(), rest.size());
  stream.used = rest.size();
  return std::nullopt;
}
