#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

/*
 * Fresh pages, zeroed: `size` bytes, a power of two, at an address that is a multiple of it; NULL where there are none.
 * Huge pages where the system gives them. malloc cannot be asked for just this: what it adds in front lies in the huge
 * page before.
 */
static inline void *plainscore_pages(size_t size)
{
    uint8_t *all = (uint8_t *)mmap(NULL, 2 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == (uint8_t *)MAP_FAILED) return NULL;
    size_t before = (size - (uintptr_t)all % size) % size;
    if (before > 0) munmap(all, before);
    munmap(all + before + size, size - before);
    madvise(all + before, size, MADV_HUGEPAGE);
    return all + before;
}

static inline void plainscore_give_back_pages(void *pages, size_t size) { munmap(pages, size); }
