#include "support/portable.h"

namespace support {

bool IsPortable() { return TETHER_IS_PORTABLE; }

}  // namespace support
