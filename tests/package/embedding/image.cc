#include "tether/guardian/embed_file.h"

TETHER_EMBED_FILE(program_image, PROGRAM_FILE);
