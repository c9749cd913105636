#ifndef NUMBERS_HPP
#define NUMBERS_HPP

#include <cstddef>

/// simdjson gives up on a document with a number beyond 64 bits or beyond a double, and does not say where. To refuse
/// such a number at its field, this writes over each one in place: a long integer becomes 2^64 − 1 or the like (past
/// Int64 still), a number with an exponent becomes 0.5 (a fraction still). Cold: called after a failure only.
/// False when no number was replaced: then the document is malformed.
bool replace_large_numbers(char *bytes, size_t count) noexcept;

#endif
