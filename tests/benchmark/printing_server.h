// The servers of the output benchmark, and how one is started and read by hand.
#pragma once

#include <poll.h>
#include <sys/types.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tether/base/file_descriptor.h"

/// The line that a printing server prints behind its BYTES.
inline constexpr std::string_view kMarker = "marker";
/// What the line begins with that it prints behind its ENTRIES.
inline constexpr std::string_view kEnd = "end";

/// Prints BYTES of lines of 100 bytes, to STREAMS (1 or 2) in turn, the marker, ENTRIES lines
/// "entry N", and the end. Then it waits to be ended.
std::vector<std::string> PrintCommand(std::size_t bytes, int streams, int entries = 0);
/// Prints "ready NANOSECONDS", with the moment of that, a while after its start.
std::vector<std::string> StampCommand();

/// Is one of these servers if the arguments say so, and never returns then.
void ServeIfTold(int argc, char** argv);

/// A server in a program that needs nothing but one of its lines. Ended and gone in the end.
class ServerByHand {
 public:
  explicit ServerByHand(const std::vector<std::string>& command);
  ServerByHand(const ServerByHand&) = delete;
  ServerByHand& operator=(const ServerByHand&) = delete;
  ~ServerByHand();

  /// Reads both streams until there is a line, on either, that begins so. Throws when there is none.
  std::string ReadUntil(std::string_view beginning);

 private:
  struct Stream {
    tether::internal::FileDescriptor pipe;
    std::vector<char> buffer;
    std::size_t used = 0;  // of a line that has not ended
  };
  static std::optional<std::string> ReadOnce(Stream& stream, std::string_view beginning);
  static std::optional<std::string> TakeLines(Stream& stream, std::string_view beginning);

  pid_t pid_ = 0;
  std::array<Stream, 2> streams_;
};
