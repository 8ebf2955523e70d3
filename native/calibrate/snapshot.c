/*
 * A snapshot as databases take it: the parent forks, the child reads all of memory, the parent goes on writing.
 */
#define _GNU_SOURCE
#include "child.h"
#include "clock.h"
#include "probe.h"
#include "region.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct list {
    const uint32_t *page;
    size_t count;
};

/* A list of page numbers, 32 bits each in this machine's order. */
static struct list list_read(const char *path, size_t pages)
{
    struct stat stat;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &stat))
        fail("cannot open %s", path);
    struct list list = { .count = (size_t)stat.st_size / sizeof *list.page };
    list.page = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (list.page == MAP_FAILED)
        fail("cannot map %s", path);
    close(fd);
    for (size_t i = 0; i < list.count; i++)
        if (list.page[i] >= pages)
            fail("%s: page %u of %zu", path, list.page[i], pages);
    return list;
}

static double timed_list(const struct region *region, struct list list)
{
    double from = cpu_ns();
    for (size_t i = 0; i < list.count; i++)
        region->at[list.page[i] * PAGE_BYTES] = 3;
    return cpu_since(from);
}

static struct region touched(const struct command *command)
{
    size_t pages = number_of(command, "pages", 4096);
    return region_map_contiguous(pages);
}

/* stores pages=N list=FILE [reps=N]: CPU ns of the writes of the list, no fork, no fault. */
void measure_stores(const struct command *command)
{
    struct region region = touched(command);
    struct list list = list_read(word_of(command, "list", ""), region.pages);
    struct series stores = { .name = "stores" };
    int reps = (int)number_of(command, "reps", 3);
    for (int rep = 0; rep <= reps; rep++) {
        double ns = timed_list(&region, list);
        if (rep)
            series_add(&stores, ns);
    }
    munmap((void *)list.page, list.count * sizeof *list.page);
    region_unmap(&region);
    reply_begin();
    reply_series(&stores);
    reply_end();
}

/* Goes to a CPU that the probe may use and does not run on; false when there is none. */
static bool move_away(void)
{
    cpu_set_t set;
    if (other_cpu < 0)
        return false;
    CPU_ZERO(&set);
    CPU_SET(other_cpu, &set);
    return !sched_setaffinity(0, sizeof set, &set);
}

/* Reads one word of each page: once beside the parent on its CPU, again and again until the parent is done on another. */
__attribute__((noreturn)) static void save(const struct region *region, const struct child *self, bool elsewhere)
{
    elsewhere = elsewhere && move_away();
    do
        region_read(region, NULL, region->pages, 1);
    while (elsewhere && !report->stop);
    child_wait(self);
    child_exit();
}

/*
 * snapshot pages=N list=FILE [elsewhere=1] [drop=N] [reps=N]
 *
 * Replies CPU ns of the fork, of the parent's writes while the child lives, their faults, and the child's exit.
 * elsewhere=1: the child reads on another CPU, if there is one.
 */
void measure_snapshot(const struct command *command)
{
    struct series forks = { .name = "fork" }, writes = { .name = "write" }, faults = { .name = "writeFaults" };
    struct series exits = { .name = "exit" };
    int reps = (int)number_of(command, "reps", 2), drop = (int)number_of(command, "drop", 1);
    bool elsewhere = number_of(command, "elsewhere", 0);
    for (int rep = 0; rep < reps + drop; rep++) {
        struct region region = touched(command);
        struct list list = list_read(word_of(command, "list", ""), region.pages);
        struct child child = child_fork();
        if (!child.pid)
            save(&region, &child, elsewhere);
        long before = faults_now();
        double ns = timed_list(&region, list);
        before = faults_now() - before;
        report->stop = 1;
        double exit = child_reap(&child);
        munmap((void *)list.page, list.count * sizeof *list.page);
        region_unmap(&region);
        if (rep < drop)
            continue;
        series_add(&forks, child.fork_ns);
        series_add(&writes, ns);
        series_add(&faults, (double)before);
        series_add(&exits, exit);
    }
    reply_begin();
    reply_series(&forks);
    reply_series(&writes);
    reply_series(&faults);
    reply_series(&exits);
    reply_end();
}
