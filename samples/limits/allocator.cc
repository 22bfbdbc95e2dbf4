// A server that keeps all that it ever allocated.
#include <cstdio>
#include <memory>
#include <vector>

int main() {
  std::puts("ready");
  std::fflush(stdout);
  std::vector<std::unique_ptr<char[]>> kept;
  for (;;) kept.push_back(std::make_unique<char[]>(1 << 20));
}
