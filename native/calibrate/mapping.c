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
 * mapping pages=N [huge=1] [reps=N]: CPU ns of one call on a written private region of N pages: mprotect to
 * read-only and back, mprotect to what it is already, MADV_DONTNEED, populate for writing and for reading, munmap.
 */
void measure_mapping(const struct command *command)
{
    size_t pages = number_of(command, "pages", 512);
    int reps = (int)number_of(command, "reps", 5), drop = (int)number_of(command, "drop", 1);
    enum backing backing = number_of(command, "huge", 0) ? ANONYMOUS_HUGE : ANONYMOUS;
    struct series tighten = { .name = "protectReadOnly" }, loosen = { .name = "protectWritable" };
    struct series same = { .name = "protectSame" }, drop_pages = { .name = "dontneed" };
    struct series populate = { .name = "populateWrite" }, zero = { .name = "populateRead" }, unmap = { .name = "munmap" };
    struct series *all[] = { &tighten, &loosen, &same, &drop_pages, &populate, &zero, &unmap };
    for (int rep = 0; rep < reps + drop; rep++) {
        struct region region = region_map(pages, backing);
        region_write(&region, NULL, pages, 1);
        double ns[sizeof all / sizeof *all];
        ns[0] = timed_protect(&region, PROT_READ);
        ns[1] = timed_protect(&region, PROT_READ | PROT_WRITE);
        ns[2] = timed_protect(&region, PROT_READ | PROT_WRITE);
        region_write(&region, NULL, pages, 1);
        ns[3] = timed_advice(&region, MADV_DONTNEED);
        ns[4] = timed_advice(&region, MADV_POPULATE_WRITE);
        timed_advice(&region, MADV_DONTNEED);
        ns[5] = timed_advice(&region, MADV_POPULATE_READ);
        timed_advice(&region, MADV_DONTNEED);
        region_write(&region, NULL, pages, 1);
        double from = cpu_ns();
        region_unmap(&region);
        ns[6] = cpu_since(from);
        for (size_t i = 0; rep >= drop && i < sizeof all / sizeof *all; i++)
            series_add(all[i], ns[i]);
    }
    reply_begin();
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        reply_series(all[i]);
    reply_end();
}
