// greet GREETER: starts the greeter, is greeted, and ends it.
#include <tether/connection/connection.h>
#include <tether/server/server.h>

#include <iostream>

int main(int /*argc*/, char** argv) {
  tether::Server server(
      {.command = {argv[1]},
       .ready = tether::ready::Line(tether::Regex(R"(listening on port (?<port>\d+))"))});
  tether::Connection client(server);
  client.SendLine("world");
  const bool greeted = static_cast<bool>(client.WaitForLine("hello world"));
  std::cout << server.url() << (greeted ? " greets\n" : " does not greet\n");
  return greeted && server.Stop() == tether::ExitStatus::Exited{0} ? 0 : 1;
}
