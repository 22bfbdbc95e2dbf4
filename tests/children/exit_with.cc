// exit_with CODE [TEXT]: prints TEXT on stderr, then exits.
#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  if (argc > 2) std::fprintf(stderr, "%s\n", argv[2]);
  return argc > 1 ? std::atoi(argv[1]) : 0;
}
