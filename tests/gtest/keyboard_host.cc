// keyboard_host PROGRAM: starts the program as a server, without GoogleTest, and ends it.
#include <tether/server/server.h>

int main(int, char** argv) { const tether::Server server({.command = {argv[1]}}); }
