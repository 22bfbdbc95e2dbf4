// chat_server SOCKET: a chat room at a unix socket. The first line of a client is its name; what it says
// from then on all others see as "NAME: TEXT". Prints who comes and goes.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

namespace {

struct Guest {
  int socket;
  std::string name = {};
  std::string heard = {};  // the beginning of a line
  bool gone = false;
};

class Room {
 public:
  void Enter(int socket) { guests_.push_back({socket}); }

  std::vector<pollfd> Sockets() const {
    std::vector<pollfd> sockets;
    for (const Guest& guest : guests_) sockets.push_back({guest.socket, POLLIN, 0});
    return sockets;
  }

  void Listen(int socket) {
    Guest& guest = *std::find_if(guests_.begin(), guests_.end(),
                                 [&](const Guest& each) { return each.socket == socket; });
    char bytes[512];
    const ssize_t count = ::read(socket, bytes, sizeof bytes);
    guest.heard.append(bytes, static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    for (auto end = guest.heard.find('\n'); end != std::string::npos;
         end = guest.heard.find('\n')) {
      Hear(guest, guest.heard.substr(0, end));
      guest.heard.erase(0, end + 1);
    }
    if (count <= 0) Leave(guest);
  }

  void ForgetWhoIsGone() {
    std::erase_if(guests_, [](const Guest& guest) { return guest.gone; });
  }

 private:
  void Hear(Guest& guest, const std::string& line) {
    if (!guest.name.empty()) return Tell(guest, guest.name + ": " + line);
    guest.name = line;
    std::printf("%s came\n", line.c_str());
    Tell(guest, line + " came");
  }

  void Leave(Guest& guest) {
    guest.gone = true;
    ::close(guest.socket);
    std::printf("%s left\n", guest.name.c_str());
    Tell(guest, guest.name + " left");
  }

  // To all who are here but one.
  void Tell(const Guest& teller, std::string line) {
    line += '\n';
    for (const Guest& guest : guests_) {
      if (&guest == &teller || guest.name.empty() || guest.gone) continue;
      (void)!::send(guest.socket, line.data(), line.size(), MSG_NOSIGNAL);
    }
  }

  std::vector<Guest> guests_;
};

int Listen(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return ::listen(listener, 16) == 0 ? listener : -1;
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const int listener = argc == 2 ? Listen(argv[1]) : -1;
  if (listener < 0) {
    std::perror("chat_server SOCKET");
    return 1;
  }
  for (Room room;;) {
    std::vector<pollfd> sockets = room.Sockets();
    sockets.push_back({listener, POLLIN, 0});
    ::poll(sockets.data(), sockets.size(), -1);
    for (const pollfd& each : sockets) {
      if (each.revents == 0) continue;
      each.fd == listener ? room.Enter(::accept(listener, nullptr, nullptr)) : room.Listen(each.fd);
    }
    room.ForgetWhoIsGone();
  }
}
