// A server that says which configuration it was built in, and waits.
#include <unistd.h>

#include <cstdio>

int main() {
  std::puts("ready " CONFIGURATION);
  std::fflush(stdout);
  for (;;) ::pause();
}
