/* Counts heap allocations. A program that links this has its malloc, calloc, realloc and aligned forms pass through here on
   their way to glibc's; nothing else changes. Counted is what the thread allocates that asked for it. */
#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdint.h>

enum { allocation_frames = 12 };

/* From here on this thread's allocations are counted, from 0. */
void allocation_count_begin(void);
/* How many there were; the count ends. */
uint64_t allocation_count_end(void);
/* Where the first of them came from: return addresses, innermost first, 0 after the last. */
const uintptr_t *allocation_first(void);
/* The name of the function that `address` lies in, or its library and offset, in a buffer of this thread. */
const char *allocation_place(uintptr_t address);
/* Gives free memory back to the system, so that what is resident is in use. */
void allocation_trim(void);

#endif
