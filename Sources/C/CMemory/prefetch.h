/* Asks the processor for the cache line at `address`; never faults and changes nothing. Swift has no word for it. */
static inline void plainscore_prefetch(const void *address) { __builtin_prefetch(address); }
