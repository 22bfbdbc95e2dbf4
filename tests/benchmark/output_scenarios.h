// What the output benchmark measures. Each prints its lines of the table.
#pragma once

#include <string>

#include "comparison.h"

/// From the start of a server that prints a lot to the line behind all of that.
void MeasureCapture(const Extent& extent);
/// From the moment at which a server prints that it is ready to the test program going on.
void MeasureReadyLine(const Extent& extent);
/// Ten thousand waits for the next line, behind a lot of output and behind nothing.
void MeasureWaits(const Extent& extent);
/// The same without a server: `text` is appended to a transcript.
void MeasureTranscriptWaits(const Extent& extent, const std::string& text);
/// A search of `text`, which is in a transcript, for a line behind it.
void MeasureSearch(const Extent& extent, const std::string& text);

/// So many bytes of lines of 107 bytes, as servers log them.
std::string LogText(std::size_t bytes);
