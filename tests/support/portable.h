// Whether the library rests on nothing but POSIX here.
#pragma once

namespace support {

/// Whether it was built with TETHER_PORTABLE.
bool IsPortable();

}  // namespace support
