#define _GNU_SOURCE
#include "allocation_counter.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <malloc.h>
#include <stddef.h>
#include <stdio.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static _Thread_local struct {
    int is_on;
    uint64_t count;
    uintptr_t first[allocation_frames];
} counter;

static void note(void)
{
    if (!counter.is_on) return;
    if (counter.count++ == 0) {
        counter.is_on = 0; /* backtrace may allocate */
        void *frames[allocation_frames + 2] = {0};
        int depth = backtrace(frames, allocation_frames + 2);
        for (int i = 0; i < allocation_frames; i++)
            counter.first[i] = i + 2 < depth ? (uintptr_t)frames[i + 2] : 0; /* less this function and malloc's */
        counter.is_on = 1;
    }
}

void *malloc(size_t size)
{
    note();
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    note();
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    note();
    return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    note();
    return __libc_memalign(alignment, size);
}

void *memalign(size_t alignment, size_t size)
{
    note();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size)
{
    note();
    void *block = __libc_memalign(alignment, size);
    if (!block) return ENOMEM;
    *result = block;
    return 0;
}

void allocation_count_begin(void)
{
    void *warm[2];
    backtrace(warm, 2); /* loads its library now */
    counter.count = 0;
    counter.is_on = 1;
}

uint64_t allocation_count_end(void)
{
    counter.is_on = 0;
    return counter.count;
}

void allocation_trim(void) { malloc_trim(0); }

const uintptr_t *allocation_first(void) { return counter.first; }

const char *allocation_place(uintptr_t address)
{
    static _Thread_local char place[1024];
    Dl_info info = {0};
    if (!dladdr((void *)address, &info) || !info.dli_fname) return "?";
    if (info.dli_sname) {
        snprintf(place, sizeof place, "%s", info.dli_sname);
    } else {
        /* Not exported: what addr2line -e takes. */
        snprintf(place, sizeof place, "%s+0x%zx", info.dli_fname, (size_t)(address - (uintptr_t)info.dli_fbase));
    }
    return place;
}
