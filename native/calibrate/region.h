/*
 * A stretch of mapped pages and the order in which they are touched.
 */
#ifndef REGION_H
#define REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Aligned to 1 GiB, so that n pages need exactly ceil(n / 512) last-level tables. */
struct region {
    volatile unsigned char *at;
    size_t pages;
};

enum backing { ANONYMOUS, ANONYMOUS_HUGE, SHARED_ANONYMOUS };

struct region region_map(size_t pages, enum backing backing);
struct region region_map_file(size_t pages, int fd, bool shared);
void region_unmap(struct region *region);

/* 0 .. count-1 shuffled by a fixed seed; valid until the next call. NULL as an order means ascending. */
const uint32_t *order_shuffled(size_t count);

/* Whether every page is mapped now: after one write to each 2 MiB, only huge pages can have done that. */
bool region_present(const struct region *region);
/* Writes every page, each 2 MiB first; false when the kernel backed it with small pages. */
bool region_write_huge(const struct region *region);
/*
 * A region of written 4 KiB pages whose frames are neighbours in each 2 MiB, whatever the free lists look like: huge
 * pages, split into small ones. Where huge pages are not to be had, or pages are few, they lie as the kernel gives them.
 */
struct region region_map_contiguous(size_t pages);
/*
 * Leaves that many free frames, neighbours of each other, where the kernel takes the next ones from: the CPU's list of
 * free frames is a stack. Otherwise what other work has freed there in disorder decides how the next pages lie.
 */
void frames_stock(size_t pages);
/* The opposite of contiguous: frames drawn at random, in random order, from eight times as much memory. */
struct region region_map_scattered(size_t pages);

/*
 * The share of pages whose frame is not within 64 frames of its predecessor's: 64 descriptors of frames (struct page)
 * fill a page, which hardware prefetchers do not leave. -1 when frame numbers may not be read (they take root).
 */
double region_breaks(const struct region *region);

/* One access to every page order[i] * step; step in pages. */
void region_write(const struct region *region, const uint32_t *order, size_t count, size_t step);
void region_read(const struct region *region, const uint32_t *order, size_t count, size_t step);

#endif
