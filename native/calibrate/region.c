#define _GNU_SOURCE
#include "region.h"
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define ALIGNMENT ((size_t)1 << 30)
/* So few that it does not matter how they lie: their frames' descriptors fit in the first-level cache. */
#define FEW_PAGES 64

/* Address space is reserved with room to align, and the parts not used are given back. */
static void *reserve(size_t bytes)
{
    size_t room = bytes + ALIGNMENT;
    char *at = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED)
        fail("cannot reserve %zu bytes of addresses", room);
    char *start = (char *)(((uintptr_t)at + ALIGNMENT - 1) & ~(ALIGNMENT - 1));
    if (start > at)
        munmap(at, (size_t)(start - at));
    munmap(start + bytes, (size_t)(at + room - (start + bytes)));
    return start;
}

static struct region map(size_t pages, int flags, int fd)
{
    size_t bytes = pages * PAGE_BYTES;
    void *at = mmap(reserve(bytes), bytes, PROT_READ | PROT_WRITE, flags | MAP_FIXED, fd, 0);
    if (at == MAP_FAILED)
        fail("cannot map %zu pages", pages);
    return (struct region){ at, pages };
}

struct region region_map(size_t pages, enum backing backing)
{
    int sharing = backing == SHARED_ANONYMOUS ? MAP_SHARED : MAP_PRIVATE;
    struct region region = map(pages, sharing | MAP_ANONYMOUS, -1);
    int advice = backing == ANONYMOUS_HUGE ? MADV_HUGEPAGE : MADV_NOHUGEPAGE;
    if (backing != SHARED_ANONYMOUS && madvise((void *)region.at, pages * PAGE_BYTES, advice) && errno != EINVAL)
        fail("madvise");
    return region;
}

struct region region_map_file(size_t pages, int fd, bool shared)
{
    return map(pages, shared ? MAP_SHARED : MAP_PRIVATE, fd);
}

void region_unmap(struct region *region)
{
    if (region->at && munmap((void *)region->at, region->pages * PAGE_BYTES))
        fail("munmap");
    region->at = NULL;
}

static uint64_t random_state;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* Shared, so that a fork does not copy its page tables with those of the region that is measured. */
static uint32_t *order_room(size_t count)
{
    static uint32_t *order;
    static size_t room;
    if (count > room) {
        if (order)
            munmap(order, room * sizeof *order);
        order = mmap(NULL, count * sizeof *order, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (order == MAP_FAILED)
            fail("no memory for an order of %zu pages", count);
        room = count;
    }
    return order;
}

const uint32_t *order_shuffled(size_t count)
{
    static size_t made;
    uint32_t *order = order_room(count);
    if (made == count)
        return order;
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    random_state = 88172645463325252u;
    for (size_t i = count - 1; i > 0; i--) {
        size_t j = next_random() % (i + 1);
        uint32_t kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
    made = count;
    return order;
}

void region_write(const struct region *region, const uint32_t *order, size_t count, size_t step)
{
    for (size_t i = 0; i < count; i++)
        region->at[(order ? order[i] : i) * step * PAGE_BYTES] = 1;
}

void region_read(const struct region *region, const uint32_t *order, size_t count, size_t step)
{
    for (size_t i = 0; i < count; i++)
        (void)region->at[(order ? order[i] : i) * step * PAGE_BYTES];
}

bool region_present(const struct region *region)
{
    unsigned char *state = malloc(region->pages);
    bool present = state && !mincore((void *)region->at, region->pages * PAGE_BYTES, state);
    for (size_t i = 0; present && i < region->pages; i++)
        present = state[i] & 1;
    free(state);
    return present;
}

bool region_write_huge(const struct region *region)
{
    region_write(region, NULL, region->pages / HUGE_PAGES, HUGE_PAGES);
    bool huge = region_present(region);
    region_write(region, NULL, region->pages, 1);
    return huge;
}

/*
 * MADV_COLD of a part of a huge page splits the folio (madvise_cold_or_pageout_pte_range); no later huge page may take
 * its place. Every page must have been written: one that is all zero loses its frame to the zero page in the split.
 */
static void split_all(const struct region *region)
{
    for (size_t page = 0; page < region->pages; page += HUGE_PAGES)
        if (madvise((char *)region->at + page * PAGE_BYTES, PAGE_BYTES, MADV_COLD))
            fail("MADV_COLD");
    if (madvise((void *)region->at, region->pages * PAGE_BYTES, MADV_NOHUGEPAGE))
        fail("MADV_NOHUGEPAGE");
}

struct region region_map_contiguous(size_t pages)
{
    if (pages < FEW_PAGES) {
        struct region region = region_map(pages, ANONYMOUS);
        region_write(&region, NULL, pages, 1);
        return region;
    }
    size_t whole = (pages + HUGE_PAGES - 1) / HUGE_PAGES * HUGE_PAGES;
    struct region region = region_map(whole, ANONYMOUS_HUGE);
    if (region_write_huge(&region))
        split_all(&region);
    region_write(&region, NULL, whole, 1);
    if (whole > pages && munmap((char *)region.at + pages * PAGE_BYTES, (whole - pages) * PAGE_BYTES))
        fail("munmap");
    region.pages = pages;
    return region;
}

void frames_stock(size_t pages)
{
    struct region region = region_map_contiguous(pages);
    region_unmap(&region);
}

/* How thinly the frames of a scattered region lie in the memory they are drawn from. */
#define SPREAD 8

struct region region_map_scattered(size_t pages)
{
    size_t drawn_from = (pages * SPREAD + HUGE_PAGES - 1) / HUGE_PAGES * HUGE_PAGES;
    struct region pool = region_map(drawn_from, ANONYMOUS_HUGE);
    if (region_write_huge(&pool))
        split_all(&pool);
    /* Single free frames, none beside another that is free, so that they cannot merge: they are the next to be given. */
    const uint32_t *order = order_shuffled(drawn_from);
    for (size_t i = 0; i < pages; i++)
        if (madvise((char *)pool.at + order[i] * PAGE_BYTES, PAGE_BYTES, MADV_DONTNEED))
            fail("MADV_DONTNEED");
    struct region region = region_map(pages, ANONYMOUS);
    region_write(&region, NULL, pages, 1);
    region_unmap(&pool);
    return region;
}

double region_breaks(const struct region *region)
{
    const uint64_t present = (uint64_t)1 << 63, number = ((uint64_t)1 << 55) - 1;
    uint64_t entry[512], last = 0;
    size_t breaks = 0;
    bool readable = true;
    int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    for (size_t page = 0; readable && page < region->pages; page++) {
        size_t slot = page % 512, count = region->pages - page < 512 ? region->pages - page : 512;
        if (!slot) {
            off_t at = (off_t)(((uintptr_t)region->at / PAGE_BYTES + page) * sizeof *entry);
            readable = pread(fd, entry, count * sizeof *entry, at) == (ssize_t)(count * sizeof *entry);
        }
        readable = readable && entry[slot] & present && entry[slot] & number;
        uint64_t frame = entry[slot] & number;
        breaks += page && (frame > last ? frame - last : last - frame) > 64;
        last = frame;
    }
    if (fd >= 0)
        close(fd);
    return readable ? (double)breaks / (double)region->pages : -1;
}
