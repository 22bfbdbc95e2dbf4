// What tether_add_test() was told for these tests in CMakeLists.txt comes through to them.
#include <gmock/gmock.h>
#include <tether/tether.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace {

std::optional<std::string> Variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

TEST(Settings, HaveSpacesAndSemicolonsInVariables) {
  EXPECT_EQ(Variable("SPACES"), " a  b ");
  EXPECT_EQ(Variable("SEMICOLONS"), "a;b;;c");
  EXPECT_EQ(Variable("ESCAPED_SEMICOLON"), "a;b");
}

TEST(Settings, HaveSpecialCharactersInVariables) {
  EXPECT_EQ(Variable("SPECIAL"), R"("'$[#]\n)");
  EXPECT_EQ(Variable("EMPTY"), "");
}

TEST(Settings, HaveGeneratorExpressionsInVariables) {
  EXPECT_EQ(Variable("OF_TARGET"), "ready_and_wait");
  EXPECT_EQ(Variable("LIST_OF_EXPRESSION"), "a;b");
  EXPECT_EQ(Variable("WHOLE"), "of an expression");
  EXPECT_EQ(Variable("NOTHING"), std::nullopt);
}

TEST(Settings, HaveFurtherProperties) {
  EXPECT_EQ(Variable("MODIFIED"), "by a property");
  EXPECT_EQ(Variable("MODIFIED_TOO"), "by the same");
}

TEST(Settings, HaveTheTimeout) { EXPECT_EQ(Variable("TETHER_TEST_TIMEOUT"), "77"); }

TEST(Settings, HaveTheWorkingDirectory) {
  EXPECT_EQ(std::filesystem::current_path().filename(), "a directory");
}

TEST(Settings, HaveTheWrappingCommandInQuotes) {
  EXPECT_EQ(Variable("TETHER_WRAP"), R"(env 'WORD=it'\''s; ready_and_wait' -u PLAIN)");
}

}  // namespace
