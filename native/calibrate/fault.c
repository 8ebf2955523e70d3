/*
 * Page faults of one kind: a region is brought into the state before the fault, then each page is accessed once.
 */
#define _GNU_SOURCE
#include "child.h"
#include "clock.h"
#include "probe.h"
#include "region.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum file { NO_FILE, ON_DISK, ON_TMPFS };
enum before { NOTHING, ALL_READ, ALL_WRITTEN, FORKED_HELD, FORKED_GONE };

static const struct kind {
    const char *name;
    enum backing backing;
    enum file file;
    bool shared;        /* of a file mapping */
    enum before before;
    bool write;         /* the access that faults */
    size_t step;        /* pages between accesses */
    size_t skip;        /* first page accessed */
    bool sparse;        /* the file has only the pages that are accessed */
    bool uncached;      /* the file is out of the page cache */
} kinds[] = {
    { .name = "zero-page", .step = 1 },
    { .name = "demand-zero", .write = true, .step = 1 },
    { .name = "cow-zero", .before = ALL_READ, .write = true, .step = 1 },
    { .name = "cow-copy", .before = FORKED_HELD, .write = true, .step = 1 },
    { .name = "cow-reuse", .before = FORKED_GONE, .write = true, .step = 1 },
    { .name = "shared-anon", .backing = SHARED_ANONYMOUS, .write = true, .step = 1 },
    { .name = "tmpfs-read-around", .file = ON_TMPFS, .shared = true, .step = 16 },
    { .name = "tmpfs-read", .file = ON_TMPFS, .shared = true, .step = 16, .sparse = true },
    { .name = "tmpfs-write", .file = ON_TMPFS, .shared = true, .write = true, .step = 1 },
    { .name = "disk-read-around", .file = ON_DISK, .shared = true, .step = 16 },
    { .name = "disk-read", .file = ON_DISK, .shared = true, .step = 16, .sparse = true },
    { .name = "disk-mkwrite", .file = ON_DISK, .shared = true, .before = ALL_READ, .write = true, .step = 1 },
    { .name = "disk-private-write", .file = ON_DISK, .write = true, .step = 1 },
    { .name = "disk-cow", .file = ON_DISK, .before = ALL_READ, .write = true, .step = 1 },
    { .name = "disk-major", .file = ON_DISK, .shared = true, .step = 64, .uncached = true },
    { .name = "thp-zero-page", .backing = ANONYMOUS_HUGE, .step = HUGE_PAGES },
    { .name = "thp-first", .backing = ANONYMOUS_HUGE, .write = true, .step = HUGE_PAGES },
    { .name = "thp-cow-split", .backing = ANONYMOUS_HUGE, .before = FORKED_HELD, .write = true, .step = HUGE_PAGES },
    { .name = "thp-cow-next", .backing = ANONYMOUS_HUGE, .before = FORKED_HELD, .write = true, .step = 1, .skip = 1 },
    { .name = "thp-reuse", .backing = ANONYMOUS_HUGE, .before = FORKED_GONE, .write = true, .step = HUGE_PAGES },
};

static const struct kind *kind_named(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(kinds[i].name, name))
            return &kinds[i];
    fail("there is no fault kind '%s'", name);
}

/* Nameless; where the file system has no nameless files, one whose name is taken away. */
static int file_open(const char *directory)
{
    char name[4096];
    int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    snprintf(name, sizeof name, "%s/pagewalk-XXXXXX", directory);
    fd = mkostemp(name, O_CLOEXEC);
    if (fd < 0)
        fail("cannot make a file in %s", directory);
    unlink(name);
    return fd;
}

/* Written page by page, so that the page cache holds no large folios, and clean afterwards. */
static int file_make(const struct kind *kind, size_t pages, const char *directory)
{
    static unsigned char page[PAGE_BYTES];
    int fd = file_open(directory);
    memset(page, 0x5a, sizeof page);
    if (ftruncate(fd, (off_t)(pages * PAGE_BYTES)))
        fail("cannot size a file in %s", directory);
    for (size_t i = 0; i < pages; i += kind->sparse ? kind->step : 1)
        if (pwrite(fd, page, PAGE_BYTES, (off_t)(i * PAGE_BYTES)) != (ssize_t)PAGE_BYTES)
            fail("cannot write a file in %s", directory);
    /* Of a sparse file each page would be an extent of its own, which takes seconds to flush and changes no read. */
    if (kind->file == ON_DISK && !kind->sparse && fsync(fd))
        fail("cannot flush a file in %s", directory);
    if (kind->uncached && posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED))
        fail("posix_fadvise");
    return fd;
}

/* The access that faults, each one timed by the counter; gives the CPU time of all, both without the readings. */
static double access_all(const struct kind *kind, const struct region *region, const uint32_t *order, size_t count,
                         uint32_t *ticks)
{
    double from = cpu_ns();
    for (size_t i = 0; i < count; i++) {
        volatile unsigned char *at = region->at + ((order ? order[i] : i) * kind->step + kind->skip) * PAGE_BYTES;
        uint64_t start = counter();
        if (kind->write)
            *at = 2;
        else
            (void)*at;
        uint64_t taken = counter() - start;
        ticks[i] = taken > counter_pair_ticks ? (uint32_t)(taken - counter_pair_ticks) : 0;
    }
    return cpu_since(from) - (double)count * counter_pair_ns;
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/*
 * Puts the region into the state before the fault; gives the child that must go on living, pid 0 if none. *huge says
 * whether a huge region that had to be written is one.
 */
static struct child prepare(const struct kind *kind, const struct region *region, bool *huge)
{
    struct child child = { 0 };
    if (kind->before == ALL_READ)
        region_read(region, NULL, region->pages, 1);
    if (kind->before >= ALL_WRITTEN && kind->backing == ANONYMOUS_HUGE)
        *huge = region_write_huge(region);
    else if (kind->before >= ALL_WRITTEN)
        region_write(region, NULL, region->pages, 1);
    if (kind->before >= FORKED_HELD) {
        child = child_fork();
        if (!child.pid) {
            if (kind->before == FORKED_HELD)
                child_wait(&child);
            child_exit();
        }
    }
    if (kind->before == FORKED_GONE) {
        child_reap(&child);
        child.pid = 0;
    }
    /* The first 4 KiB of each huge page split it; only what follows is of the kind `thp-cow-next`. */
    if (kind->skip)
        region_write(region, NULL, region->pages / HUGE_PAGES, HUGE_PAGES);
    return child;
}

/*
 * fault kind=NAME pages=N [reps=N]
 *
 * Replies: mean = CPU ns an access; median, q1, min = counter ticks of single accesses, faults = faults seen
 * an access (1 when the kind is what it says).
 */
void measure_fault(const struct command *command)
{
    const struct kind *kind = kind_named(word_of(command, "kind", ""));
    size_t pages = number_of(command, "pages", 2048);
    int reps = (int)number_of(command, "reps", 3), drop = (int)number_of(command, "drop", 1);
    /* thp-cow-next stays inside the first huge page's successors: count is of pages that are accessed. */
    size_t count = pages / kind->step - kind->skip;
    const char *directory = kind->file == ON_TMPFS ? "/dev/shm" : disk_directory();
    uint32_t *ticks = malloc(count * sizeof *ticks);
    struct series mean = { .name = "mean" }, median = { .name = "median" }, q1 = { .name = "q1" };
    struct series least = { .name = "min" }, faults = { .name = "faults" };
    if (!ticks)
        fail("no memory for %zu measurements", count);
    memset(ticks, 0, count * sizeof *ticks);
    for (int rep = 0; rep < reps + drop; rep++) {
        int fd = kind->file ? file_make(kind, pages, directory) : -1;
        struct region region = kind->file ? region_map_file(pages, fd, kind->shared) : region_map(pages, kind->backing);
        if (kind->uncached && madvise((void *)region.at, pages * PAGE_BYTES, MADV_RANDOM))
            fail("madvise");
        bool huge = true;
        struct child child = prepare(kind, &region, &huge);
        const uint32_t *order = kind->uncached ? order_shuffled(count) : NULL;
        if (kind->step == 1)
            frames_stock(count);
        long before = faults_now();
        double cpu = access_all(kind, &region, order, count, ticks);
        long seen = faults_now() - before;
        if (kind->backing == ANONYMOUS_HUGE && kind->before == NOTHING && kind->write)
            huge = region_present(&region);
        if (child.pid)
            child_reap(&child);
        region_unmap(&region);
        if (fd >= 0)
            close(fd);
        if (kind->backing == ANONYMOUS_HUGE && !huge) {
            skip(NO_HUGE_PAGES);
            free(ticks);
            return;
        }
        if (rep < drop)
            continue;
        qsort(ticks, count, sizeof *ticks, ascending);
        series_add(&mean, cpu / (double)count);
        series_add(&median, ticks[count / 2]);
        series_add(&q1, ticks[count / 4]);
        series_add(&least, ticks[0]);
        series_add(&faults, (double)seen / (double)count);
    }
    free(ticks);
    reply_begin();
    reply_series(&mean);
    reply_series(&median);
    reply_series(&q1);
    reply_series(&least);
    reply_series(&faults);
    reply_end();
}
