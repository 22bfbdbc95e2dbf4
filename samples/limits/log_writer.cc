// log_writer FILE: a server whose log grows and grows.
#include <cstdio>
#include <fstream>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::puts("ready");
  std::fflush(stdout);
  std::ofstream log(argv[1]);
  while (log << "nothing happened\n") {
  }
  return 1;
}
