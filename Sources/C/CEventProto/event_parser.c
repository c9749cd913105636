#include "CEventProto.h"

#include <stdalign.h>
#include <stdlib.h>

enum { BLOCK_SIZE = 256 * 1024 };

struct event_parser {
    ProtobufCAllocator allocator;
    size_t used;
    bool exhausted;
    alignas(max_align_t) uint8_t block[BLOCK_SIZE];
};

static void *take(void *context, size_t size) {
    event_parser *parser = context;
    // Checked before it is rounded up, so that the sum cannot wrap.
    if (size > BLOCK_SIZE - parser->used) {
        parser->exhausted = true;
        return NULL;
    }
    void *start = parser->block + parser->used;
    size_t rounded = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    size_t left = BLOCK_SIZE - parser->used;
    parser->used += rounded < left ? rounded : left;
    return start;
}

// All goes at once, with the next parse.
static void leave(void *context, void *pointer) {
    (void)context;
    (void)pointer;
}

event_parser *event_parser_create(void) {
    event_parser *parser = malloc(sizeof *parser);
    if (parser == NULL) return NULL;
    parser->allocator = (ProtobufCAllocator){.alloc = take, .free = leave, .allocator_data = parser};
    parser->used = 0;
    parser->exhausted = false;
    return parser;
}

void event_parser_destroy(event_parser *parser) { free(parser); }

const ProtobufCMessage *event_parser_parse(event_parser *parser, const uint8_t *bytes, size_t count) {
    parser->used = 0;
    parser->exhausted = false;
    return protobuf_c_message_unpack(&plainscore__v1__event__descriptor, &parser->allocator, count, bytes);
}

bool event_parser_is_exhausted(const event_parser *parser) { return parser->exhausted; }

const ProtobufCMessageDescriptor *event_descriptor(void) { return &plainscore__v1__event__descriptor; }
