#include <cstdio>

int main() { std::puts(TEXT); }
