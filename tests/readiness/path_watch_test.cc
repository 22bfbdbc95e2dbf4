// What is told of a path, and when.
#include "tether/readiness/path_watch.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "support/temporary_directory.h"

namespace tether::internal {
namespace {

namespace fs = std::filesystem;

class PathWatchTest : public testing::Test {
 protected:
  // Whether the system has told something that was not taken yet: it tells at once.
  static bool Told(const PathWatch& watch) {
    std::vector<int> descriptors;
    watch.AddDescriptors(descriptors);
    if (descriptors.size() != 1) return false;
    pollfd events{descriptors.front(), POLLIN, 0};
    return ::poll(&events, 1, 0) == 1;
  }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(directory_ / name) << text;
  }

  const support::TemporaryDirectory directory_;
};

TEST_F(PathWatchTest, LooksAtFirst) {
  PathWatch watch(directory_ / "file");
  EXPECT_FALSE(Told(watch));
  EXPECT_TRUE(watch.HasNews());
  EXPECT_FALSE(watch.touched());
  EXPECT_FALSE(watch.Complete());
}

TEST_F(PathWatchTest, FollowsDirectoriesAsTheyAreMade) {
  PathWatch watch(directory_ / "a/b/file");
  for (const char* each : {"a", "a/b"}) {
    do {
      watch.HasNews();
    } while (Told(watch));  // of a watch that was removed, too
    fs::create_directory(directory_ / each);
    EXPECT_TRUE(Told(watch)) << each;
  }
  EXPECT_TRUE(watch.HasNews());
  EXPECT_FALSE(watch.touched());
  Write("a/b/file", "text");
  EXPECT_TRUE(Told(watch));
  EXPECT_FALSE(watch.touched());  // before it was taken
  EXPECT_TRUE(watch.HasNews());
  EXPECT_TRUE(watch.touched());
  EXPECT_TRUE(watch.Complete());
}

TEST_F(PathWatchTest, FollowsDirectoriesThatGoAndComeBack) {
  fs::create_directories(directory_ / "a/b");
  PathWatch watch(directory_ / "a/b/file");
  watch.HasNews();
  fs::remove_all(directory_ / "a");
  EXPECT_TRUE(Told(watch));
  watch.HasNews();
  fs::create_directories(directory_ / "a/b");
  EXPECT_TRUE(Told(watch));
  watch.HasNews();
  Write("a/b/file", "text");
  EXPECT_TRUE(Told(watch));
}

TEST_F(PathWatchTest, IsToldNothingOfOtherFilesThatMatters) {
  PathWatch watch(directory_ / "file");
  ASSERT_TRUE(watch.HasNews());
  const auto next = watch.NextLook();
  Write("other", "text");
  EXPECT_TRUE(!watch.HasNews() || Clock::now() >= next);  // it may have been time for a look
  EXPECT_FALSE(watch.touched());
}

TEST_F(PathWatchTest, KnowsThatAFileIsBeingWritten) {
  Write("file", "first");
  PathWatch watch(directory_ / "file");
  watch.HasNews();
  EXPECT_FALSE(watch.Complete());
  std::ofstream file(directory_ / "file");
  file << "second" << std::flush;
  EXPECT_TRUE(watch.HasNews());
  EXPECT_TRUE(watch.touched());
  EXPECT_FALSE(watch.Complete());
  file.close();
  EXPECT_TRUE(watch.HasNews());
  EXPECT_TRUE(watch.Complete());
}

TEST_F(PathWatchTest, KnowsThatAFileIsBeingWrittenOnceMore) {
  PathWatch watch(directory_ / "file");
  watch.HasNews();
  Write("file", "first");
  std::ofstream file(directory_ / "file");
  file << "second" << std::flush;
  EXPECT_TRUE(watch.HasNews());
  EXPECT_FALSE(watch.Complete());
  file.close();
  watch.HasNews();
  EXPECT_TRUE(watch.Complete());
  file.open(directory_ / "file", std::ios::app);
  file << "third" << std::flush;
  EXPECT_FALSE(watch.Complete());  // though that was not taken
}

TEST_F(PathWatchTest, DoesNotTakeAChangeOfPermissionsForAWrite) {
  Write("file", "text");
  PathWatch watch(directory_ / "file");
  watch.HasNews();
  fs::permissions(directory_ / "file", fs::perms::owner_read);
  EXPECT_TRUE(Told(watch));
  watch.HasNews();
  EXPECT_FALSE(watch.touched());
}

TEST_F(PathWatchTest, BeginsAnewWhereAnotherOneWas) {
  {
    PathWatch watch(directory_ / "file");
    watch.HasNews();
    Write("file", "text");
  }
  PathWatch watch(directory_ / "file");
  EXPECT_FALSE(Told(watch));
  watch.HasNews();
  EXPECT_FALSE(watch.touched());
}

}  // namespace
}  // namespace tether::internal
