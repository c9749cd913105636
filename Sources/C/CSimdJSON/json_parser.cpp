#include "CSimdJSON.h"

#include <cstring>
#include <memory>
#include <new>
#include <simdjson.h>

#include "numbers.hpp"

namespace dom = simdjson::dom;

struct json_parser {
    dom::parser parser;
    std::unique_ptr<char[]> buffer;
    std::unique_ptr<json_entry[]> entries;
    size_t size_max;
    size_t entries_max;
    size_t entry_count;

    void append(dom::element value, const char *key, size_t key_count, uint8_t depth) noexcept;
};

extern "C" json_parser *json_parser_create(size_t size_max, size_t depth_max, size_t entries_max) {
    std::unique_ptr<json_parser> made(new (std::nothrow) json_parser);
    if (!made) return nullptr;
    made->buffer.reset(new (std::nothrow) char[size_max + simdjson::SIMDJSON_PADDING]());
    made->entries.reset(new (std::nothrow) json_entry[entries_max]());
    made->size_max = size_max;
    made->entries_max = entries_max;
    made->entry_count = 0;
    if (!made->buffer || !made->entries) return nullptr;
    if (made->parser.allocate(size_max, depth_max) != simdjson::SUCCESS) return nullptr;
    if (made->parser.doc.allocate(size_max) != simdjson::SUCCESS) return nullptr;
    return made.release();
}

extern "C" void json_parser_destroy(json_parser *parser) { delete parser; }

static json_outcome outcome(simdjson::error_code error) noexcept {
    switch (error) {
        case simdjson::SUCCESS: return json_parsed;
        case simdjson::UTF8_ERROR: return json_invalid_utf8;
        case simdjson::DEPTH_ERROR: return json_too_deep;
        case simdjson::CAPACITY: return json_too_large;
        case simdjson::MEMALLOC: return json_no_memory;
        default: return json_malformed;
    }
}

extern "C" json_outcome json_parser_parse(json_parser *parser, const uint8_t *bytes, size_t count) {
    parser->entry_count = 0;
    if (count > parser->size_max) return json_too_large;
    char *buffer = parser->buffer.get();
    std::memcpy(buffer, bytes, count);
    // simdjson reads, but does not judge, the bytes after the end.
    std::memset(buffer + count, ' ', simdjson::SIMDJSON_PADDING);
    dom::element root;
    auto error = parser->parser.parse(buffer, count, false).get(root);
    if (error == simdjson::NUMBER_ERROR && replace_large_numbers(buffer, count)) {
        error = parser->parser.parse(buffer, count, false).get(root);
    }
    if (error) return outcome(error);
    parser->append(root, nullptr, 0, 0);
    return json_parsed;
}

extern "C" const json_entry *json_parser_entries(const json_parser *parser) { return parser->entries.get(); }
extern "C" size_t json_parser_entry_count(const json_parser *parser) { return parser->entry_count; }

// Recursion is bounded by the parser's depth_max.
void json_parser::append(dom::element value, const char *key, size_t key_count, uint8_t depth) noexcept {
    if (entry_count == entries_max) return;
    json_entry &entry = entries[entry_count++];
    entry = json_entry{};
    entry.depth = depth;
    entry.key = key;
    entry.key_count = static_cast<uint32_t>(key_count);
    switch (value.type()) {
        case dom::element_type::NULL_VALUE: entry.kind = json_null; break;
        case dom::element_type::BOOL: entry.kind = json_boolean; break;
        case dom::element_type::INT64:
            entry.kind = json_integer;
            entry.integer = int64_t(value);
            break;
        case dom::element_type::UINT64: entry.kind = json_large_integer; break;
        case dom::element_type::DOUBLE: entry.kind = json_fraction; break;
        case dom::element_type::STRING: {
            std::string_view text(value);
            entry.kind = json_string;
            entry.text = text.data();
            entry.text_count = static_cast<uint32_t>(text.size());
            break;
        }
        case dom::element_type::ARRAY:
            entry.kind = json_array;
            for (dom::element element : dom::array(value)) append(element, nullptr, 0, depth + 1);
            break;
        case dom::element_type::OBJECT:
            entry.kind = json_object;
            for (dom::key_value_pair member : dom::object(value)) {
                append(member.value, member.key.data(), member.key.size(), depth + 1);
            }
            break;
    }
}
