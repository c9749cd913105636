#ifndef C_EVENT_PROTO_H
#define C_EVENT_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.pb-c.h"

/// A parser of Event with a block of memory of its own, 256 KiB, which each parse fills from the start: no malloc or
/// free per record, and no record can take more. For one thread at a time.
typedef struct event_parser event_parser;

/// NULL when there is no memory.
event_parser *event_parser_create(void);
void event_parser_destroy(event_parser *parser);

/// NULL when the bytes are no Event, or when they need more than the block (`event_parser_is_exhausted`). The message
/// lives until the next parse.
const ProtobufCMessage *event_parser_parse(event_parser *parser, const uint8_t *bytes, size_t count);

/// Whether the last parse needed more memory than there is. A record with no field twice needs under 1 KiB.
bool event_parser_is_exhausted(const event_parser *parser);

/// The reflection table of Event; those of the bodies hang from its fields.
const ProtobufCMessageDescriptor *event_descriptor(void);

#endif
