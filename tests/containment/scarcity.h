// Starting servers where files or processes are scarce.
#pragma once

#include <string>
#include <vector>

using Words = std::vector<std::string>;

// Each prints what comes of it; `words` are those of the command line, as surrounded.cc says.
void StartMany(const Words& words);
void StartWithFewFiles(const Words& words);
void StartInCrowd(const Words& words);
