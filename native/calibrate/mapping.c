/*
 * System calls: the empty one, and those that change a mapping, by number of pages.
 */
#define _GNU_SOURCE
#include "child.h"
#include "clock.h"
#include "probe.h"
#include "region.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* syscall [calls=N] [reps=N]: CPU ns of one getppid(). */
void measure_syscall(const struct command *command)
{
    size_t calls = number_of(command, "calls", 20000);
    int reps = (int)number_of(command, "reps", 5);
    struct series call = { .name = "call" };
    for (int rep = 0; rep < reps; rep++) {
        double from = cpu_ns();
        for (size_t i = 0; i < calls; i++)
            syscall(SYS_getppid);
        series_add(&call, cpu_since(from) / (double)calls);
    }
    reply_begin();
    reply_series(&call);
    reply_end();
}

static void check(int failed, const char *what)
{
    if (failed)
        fail("%s", what);
}

static double timed_protect(const struct region *region, int protection)
{
    double from = cpu_ns();
    int failed = mprotect((void *)region->at, region->pages * PAGE_BYTES, protection);
    double ns = cpu_since(from);
    check(failed, "mprotect");
    return ns;
}

static double timed_advice(const struct region *region, int advice)
{
    double from = cpu_ns();
    int failed = madvise((void *)region->at, region->pages * PAGE_BYTES, advice);
    double ns = cpu_since(from);
    check(failed, "madvise");
    return ns;
}

/*
 * mapping pages=N [drop=N] [reps=N]: CPU ns of one call on a written private region of N pages that lie in order:
 * mprotect to read-only, mprotect to what it is already, munmap; MADV_DONTNEED; and of populating it for
 * writing and for reading.
 */
void measure_mapping(const struct command *command)
{
    size_t pages = number_of(command, "pages", 512);
    int reps = (int)number_of(command, "reps", 5), drop = (int)number_of(command, "drop", 1);
    struct series tighten = { .name = "protectReadOnly" };
    struct series same = { .name = "protectSame" }, unmap = { .name = "munmap" }, discard = { .name = "dontneed" };
    struct series populate = { .name = "populateWrite" }, zero = { .name = "populateRead" };
    struct series *all[] = { &tighten, &same, &unmap, &discard, &populate, &zero };
    for (int rep = 0; rep < reps + drop; rep++) {
        double ns[sizeof all / sizeof *all];
        struct region region = region_map_contiguous(pages);
        ns[0] = timed_protect(&region, PROT_READ);
        timed_protect(&region, PROT_READ | PROT_WRITE);
        ns[1] = timed_protect(&region, PROT_READ | PROT_WRITE);
        double from = cpu_ns();
        region_unmap(&region);
        ns[2] = cpu_since(from);
        region = region_map_contiguous(pages);
        ns[3] = timed_advice(&region, MADV_DONTNEED);
        ns[4] = timed_advice(&region, MADV_POPULATE_WRITE);
        timed_advice(&region, MADV_DONTNEED);
        ns[5] = timed_advice(&region, MADV_POPULATE_READ);
        region_unmap(&region);
        for (size_t i = 0; rep >= drop && i < sizeof all / sizeof *all; i++)
            series_add(all[i], ns[i]);
    }
    reply_begin();
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        reply_series(all[i]);
    reply_end();
}
