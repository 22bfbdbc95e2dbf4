// Wrong arguments of StartAll(), one at a time. None of this compiles.
#include <tether/server/server.h>

void Misuse(const tether::ServerOptions& options) {
#if defined(TAKES_NUMBER)
  tether::StartAll(options, 42);
#elif defined(TAKES_SERVER_BY_VALUE)
  tether::StartAll(options, [](tether::Server) { return tether::ServerOptions(); });
#elif defined(TAKES_LATER_SERVERS)
  tether::StartAll(options, [](const tether::Server&, const tether::Server&) {
    return tether::ServerOptions();
  });
#elif defined(RETURNS_TEXT)
  tether::StartAll(options, [](const tether::Server& server) { return server.url(); });
#endif
}
