// A test process that can open hardly anything.
#pragma once

#include <sys/resource.h>

#include "support/sockets.h"

namespace support {

/// As long as it lives, no more than so many descriptors can be opened, if there are no gaps among
/// those that are open.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t count) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit scarce = before_;
    scarce.rlim_cur = static_cast<rlim_t>(Socket::BoundTo(0, false).number()) + count;
    ::setrlimit(RLIMIT_NOFILE, &scarce);
  }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace support
