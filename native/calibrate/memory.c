/*
 * How fast this machine clears, copies and stores, by the level of memory that holds the data.
 */
#define _GNU_SOURCE
#include "clock.h"
#include "probe.h"
#include "region.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As the kernel does it: the string instructions on x86 (clear_page_erms, copy_page). */
static void clear_page(void *to)
{
#if defined(__x86_64__)
    size_t bytes = PAGE_BYTES;
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(0) : "memory");
#else
    memset(to, 0, PAGE_BYTES);
#endif
}

static void copy_page(void *to, const void *from)
{
#if defined(__x86_64__)
    size_t words = PAGE_BYTES / 8;
    __asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
#else
    memcpy(to, from, PAGE_BYTES);
#endif
}

/*
 * memory pages=N [passes=N] [reps=N]: CPU ns to clear 4 KiB, and to copy 4 KiB, going in shuffled order through N
 * pages (copy: N source and N destination pages), on huge pages so that address translation costs little.
 */
void measure_memory(const struct command *command)
{
    size_t pages = number_of(command, "pages", 8), passes = number_of(command, "passes", 1);
    int reps = (int)number_of(command, "reps", 5);
    struct region from = region_map(pages, ANONYMOUS_HUGE), to = region_map(pages, ANONYMOUS_HUGE);
    const uint32_t *order = order_shuffled(pages);
    struct series clear = { .name = "clear" }, copy = { .name = "copy" };
    region_write(&from, order, pages, 1);
    region_write(&to, order, pages, 1);
    for (int rep = 0; rep < reps + 1; rep++) {
        double times = (double)(passes * pages), start = cpu_ns();
        for (size_t pass = 0; pass < passes; pass++)
            for (size_t i = 0; i < pages; i++)
                clear_page((char *)to.at + order[i] * PAGE_BYTES);
        double cleared = cpu_ns();
        for (size_t pass = 0; pass < passes; pass++)
            for (size_t i = 0; i < pages; i++)
                copy_page((char *)to.at + order[i] * PAGE_BYTES, (char *)from.at + order[i] * PAGE_BYTES);
        if (rep) {
            series_add(&clear, (cleared - start) / times);
            series_add(&copy, cpu_since(cleared) / times);
        }
    }
    region_unmap(&from);
    region_unmap(&to);
    reply_begin();
    reply_series(&clear);
    reply_series(&copy);
    reply_end();
}

/* touch pages=N: touches and frees N pages. Replies the wall-clock ns of a touch: more where the host must back it. */
void touch_memory(const struct command *command)
{
    struct region region = region_map(number_of(command, "pages", 1), ANONYMOUS);
    double from = wall_ns();
    region_write(&region, NULL, region.pages, 1);
    double touch = (wall_ns() - from) / (double)region.pages;
    region_unmap(&region);
    reply_begin();
    reply_number("touch", touch);
    reply_end();
}
