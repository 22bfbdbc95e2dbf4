// What a match gives.
#include "tether/output/line_match.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>

#include "tether/base/errors.h"

namespace tether {
namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace)
using testing::HasSubstr;
using testing::ThrowsMessage;

LineMatch MatchWith(const std::string& name, const std::string& value) {
  return {Line{7, Stream::kErr, 12ms, "the line"}, {{name, value}}};
}

TEST(LineMatch, OfNothingExplainsItselfToGoogleTest) {
  const LineMatch nothing("no line with \"x\"");
  const testing::AssertionResult result = nothing;
  EXPECT_FALSE(result);
  EXPECT_STREQ(result.message(), "no line with \"x\"");
}

TEST(LineMatch, NamesTheGroupsThereAreWhenAskedForAnother) {
  const LineMatch match(Line{1, Stream::kOut, {}, "port 1"}, {{"port", "1"}, {"host", "h"}});
  EXPECT_TRUE(match);
  EXPECT_EQ(match["port"], "1");
  try {
    (void)match["prot"];
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "no group \"prot\" in the match; the groups are: host, port");
  }
}

TEST(LineMatch, TellsWhichLineItIs) {
  const LineMatch match = MatchWith("x", "");
  EXPECT_EQ(match.number(), 7);
  EXPECT_EQ(match.stream(), Stream::kErr);
  EXPECT_EQ(match.time(), 12ms);
  EXPECT_EQ(match.text(), "the line");
}

TEST(LineMatch, ConvertsGroups) {
  EXPECT_EQ(MatchWith("port", "8080").As<std::uint16_t>("port"), 8080);
  EXPECT_EQ(MatchWith("n", "-9223372036854775808").As<std::int64_t>("n"), INT64_MIN);
  EXPECT_EQ(MatchWith("n", "200").As<std::uint8_t>("n"), 200);
  EXPECT_DOUBLE_EQ(MatchWith("load", "1.5e3").As<double>("load"), 1500);
  EXPECT_EQ(MatchWith("name", " x ").As<std::string>("name"), " x ");
}

TEST(LineMatch, SaysWhyAGroupCannotBeConverted) {
  EXPECT_THAT([] { (void)MatchWith("port", "70000").As<std::uint16_t>("port"); },
              ThrowsMessage<Error>("group \"port\" is \"70000\", which is not an integer from 0 to "
                                   "65535: it is out of range; change the group, or ask for "
                                   "another type"));
  EXPECT_THAT([] { (void)MatchWith("port", "80x\n").As<int>("port"); },
              ThrowsMessage<Error>(HasSubstr("is \"80x\\x0a\", which is not an integer from "
                                             "-2147483648 to 2147483647: after it comes "
                                             "\"x\\x0a\"; ")));
  EXPECT_THAT([] { (void)MatchWith("port", "").As<int>("port"); },
              ThrowsMessage<Error>(HasSubstr(": it is empty; ")));
  EXPECT_THAT([] { (void)MatchWith("n", "-1").As<unsigned>("n"); },
              ThrowsMessage<Error>(HasSubstr(": it does not begin with one; ")));
  EXPECT_THAT([] { (void)MatchWith("load", "high").As<double>("load"); },
              ThrowsMessage<Error>(HasSubstr("is not a floating-point number of 64 bits: ")));
  EXPECT_THROW((void)MatchWith("load", "1e999").As<float>("load"), Error);
}

TEST(LineMatch, HasNothingToConvertWithoutTheGroup) {
  EXPECT_THAT([] { (void)MatchWith("port", "1").As<int>("prot"); },
              ThrowsMessage<Error>(HasSubstr("the groups are: port")));
  EXPECT_THAT([] { (void)LineMatch("no line with \"x\"").As<int>("port"); },
              ThrowsMessage<Error>("no group \"port\": no line with \"x\""));
}

}  // namespace
}  // namespace tether
