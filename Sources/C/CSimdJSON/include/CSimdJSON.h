#ifndef C_SIMD_JSON_H
#define C_SIMD_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A simdjson parser with a padded buffer and a list of entries of its own, all reused. For one thread at a time.
typedef struct json_parser json_parser;

typedef enum json_kind : uint8_t {
    json_null,
    json_boolean,
    json_integer,
    /// An integer that Int64 cannot hold.
    json_large_integer,
    /// A number with a fraction or an exponent.
    json_fraction,
    json_string,
    json_array,
    json_object,
} json_kind;

/// One value of the document. Entries stand in document order, each before what it contains.
typedef struct json_entry {
    json_kind kind;
    /// 0 for the document's own value, 1 for its members or elements, and so on.
    uint8_t depth;
    uint32_t key_count;
    uint32_t text_count;
    int64_t integer;
    /// The member's name, unescaped; NULL for elements of arrays and for the document's own value.
    const char *key;
    /// A string's bytes, unescaped, valid UTF-8.
    const char *text;
} json_entry;

typedef enum json_outcome : uint8_t {
    json_parsed,
    json_malformed,
    json_invalid_utf8,
    json_too_deep,
    json_too_large,
    json_no_memory,
} json_outcome;

/// A parser of documents of up to `size_max` bytes, `depth_max` levels and `entries_max` values (values past that are
/// left out); NULL when there is no memory.
json_parser *json_parser_create(size_t size_max, size_t depth_max, size_t entries_max);
void json_parser_destroy(json_parser *parser);

/// Copies and parses one document: all of it is checked, also what follows the last entry kept.
json_outcome json_parser_parse(json_parser *parser, const uint8_t *bytes, size_t count);

/// Of the last document parsed; they live until the next parse.
const json_entry *json_parser_entries(const json_parser *parser);
size_t json_parser_entry_count(const json_parser *parser);

#ifdef __cplusplus
}
#endif

#endif
