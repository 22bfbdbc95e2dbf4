// A server that reads numbers from its standard input and prints their sum after each. It is built
// with UndefinedBehaviorSanitizer, which reports a sum that is too large for an int.
#include <iostream>

int main() {
  int sum = 0;
  for (int number = 0; std::cin >> number;) {
    sum += number;
    std::cout << "sum " << sum << std::endl;
  }
}
