#include "numbers.hpp"

#include <cstring>

namespace {

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

size_t digits(const char *bytes, size_t count, size_t at) {
    while (at < count && is_digit(bytes[at])) at += 1;
    return at;
}

struct number {
    size_t end;        // equal to the start where there is no number
    bool is_integer;
    size_t magnitude;  // digits of the integer part
};

// RFC 8259: -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?
number number_at(const char *bytes, size_t count, size_t start) {
    const number none{start, false, 0};
    size_t first = start < count && bytes[start] == '-' ? start + 1 : start;
    size_t at = digits(bytes, count, first);
    if (at == first || (bytes[first] == '0' && at > first + 1)) return none;
    number found{at, true, at - first};
    if (at < count && bytes[at] == '.') {
        size_t end = digits(bytes, count, at + 1);
        if (end == at + 1) return none;
        at = end;
        found.is_integer = false;
    }
    if (at < count && (bytes[at] == 'e' || bytes[at] == 'E')) {
        size_t exponent = at + 1;
        if (exponent < count && (bytes[exponent] == '+' || bytes[exponent] == '-')) exponent += 1;
        size_t end = digits(bytes, count, exponent);
        if (end == exponent) return none;
        at = end;
        found.is_integer = false;
    }
    found.end = at;
    return found;
}

bool replace(char *bytes, size_t start, const number &found) {
    const char *stand_in;
    if (!found.is_integer) {
        stand_in = "0.5";
    } else if (found.magnitude >= 19) {
        stand_in = "9223372036854775808";  // one above the greatest Int64, 19 digits
    } else {
        return false;
    }
    size_t size = std::strlen(stand_in);
    if (found.end - start < size) return false;
    std::memcpy(bytes + start, stand_in, size);
    std::memset(bytes + start + size, ' ', found.end - start - size);
    return true;
}

}  // namespace

bool replace_large_numbers(char *bytes, size_t count) noexcept {
    bool replaced = false;
    bool in_string = false;
    for (size_t at = 0; at < count; at += 1) {
        if (in_string) {
            if (bytes[at] == '\\') at += 1;
            else if (bytes[at] == '"') in_string = false;
        } else if (bytes[at] == '"') {
            in_string = true;
        } else if (bytes[at] == '-' || is_digit(bytes[at])) {
            number found = number_at(bytes, count, at);
            if (found.end == at) return false;
            replaced = replace(bytes, at, found) || replaced;
            at = found.end - 1;
        }
    }
    return replaced;
}
