/* What a machine needs for the card of deploy/models/stripped.pmml when nothing is kept but the events: a scan of a person's
   year for each new event, over events of 24 bytes. The unit in which `deploy/bench core` states its times, so that a busy or a
   slower machine shows. No gate, no ids, no corrections, no days without an event. */
#ifndef PLAIN_SCAN_H
#define PLAIN_SCAN_H

#include <stdint.h>

typedef struct {
    int64_t due;
    int32_t paid, day, late;
    uint32_t identity;
} plain_event;

/* One person: events in a ring of `capacity`, oldest first from `first`. */
typedef struct {
    plain_event *events;
    int32_t first, count, capacity, score;
} plain_person;

plain_person *plain_persons(int count, int capacity);
void plain_free(plain_person *persons, int count);
/* Takes the event in, drops those of 365 days ago and before, scores, and returns whether the score changed. */
int plain_add(plain_person *person, plain_event event);

#endif
