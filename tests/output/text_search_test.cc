// Finding a text where its rarest byte is.
#include "tether/output/text_search.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <random>
#include <string>
#include <string_view>

namespace tether::internal {
namespace {

std::string RandomText(std::mt19937& random, std::size_t size, std::string_view letters) {
  std::uniform_int_distribution<std::size_t> index(0, letters.size() - 1);
  std::string text(size, '\0');
  for (char& c : text) c = letters[index(random)];
  return text;
}

TEST(TextSearch, FindsTheFirstPlace) {
  EXPECT_EQ(TextSearch("port ").In("a port, port 80, port 81"), 8U);
  EXPECT_EQ(TextSearch("x").In("abcx"), 3U);
  EXPECT_EQ(TextSearch("abc").In("abc"), 0U);
}

TEST(TextSearch, FindsNothingInLessThanTheText) {
  EXPECT_EQ(TextSearch("abc").In("ab"), std::string_view::npos);
  EXPECT_EQ(TextSearch("abc").In(""), std::string_view::npos);
  EXPECT_EQ(TextSearch("abcZ").In("abc"), std::string_view::npos);
}

TEST(TextSearch, FindsBytesThatAreNotText) {
  const std::string bytes("\0\xff\0\xfe", 4);
  EXPECT_EQ(TextSearch(bytes).In(std::string("a\0\xff\0", 4) + bytes), 4U);
}

// Whatever is common or rare, and wherever the search goes over from one way to the other.
TEST(TextSearch, FindsWhatAPlainSearchFinds) {
  std::mt19937 random(4);  // the same texts each time
  for (const std::string_view letters : {"ab", "aZ", "ZQ", "abcdefgh \nXYZ", "0123456789:"}) {
    for (int round = 0; round < 2000; ++round) {
      const std::string text = RandomText(random, random() % 600, letters);
      const std::string wanted = RandomText(random, 1 + random() % 12, letters);
      ASSERT_EQ(TextSearch(wanted).In(text), text.find(wanted)) << wanted << " in " << text;
    }
  }
}

// The byte taken for the rarest is everywhere: the search goes on in another way.
TEST(TextSearch, FindsItWhereItsRarestByteIsCommon) {
  const std::string text = std::string(100'000, 'Z') + "Zend";
  EXPECT_EQ(TextSearch("Zend").In(text), 100'000U);
  EXPECT_EQ(TextSearch("Zenda").In(text), std::string_view::npos);
}

}  // namespace
}  // namespace tether::internal
