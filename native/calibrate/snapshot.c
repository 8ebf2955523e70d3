/*
 * A snapshot as databases take it: the parent forks, the child reads all of memory, the parent goes on writing.
 */
#define _GNU_SOURCE
#include "child.h"
#include "clock.h"
#include "probe.h"
#include "region.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define MOST_LISTS 16

static struct list {
    char name[32];
    uint32_t *page;
    size_t count;
} lists[MOST_LISTS];
static int known_lists;

/*
 * list name=NAME count=N, then N page numbers of 32 bits in this machine's order. Kept in shared memory, whose page
 * tables a fork does not copy.
 */
void receive_list(const struct command *command)
{
    if (known_lists == MOST_LISTS)
        fail("too many lists");
    struct list *list = &lists[known_lists++];
    snprintf(list->name, sizeof list->name, "%s", word_of(command, "name", ""));
    list->count = number_of(command, "count", 1);
    list->page = mmap(NULL, list->count * sizeof *list->page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (list->page == MAP_FAILED || fread(list->page, sizeof *list->page, list->count, stdin) != list->count)
        fail("cannot take the list %s", list->name);
    reply_begin();
    reply_end();
}

static const struct list *list_of(const struct command *command, size_t pages)
{
    const char *name = word_of(command, "list", "");
    for (int i = 0; i < known_lists; i++)
        if (!strcmp(lists[i].name, name)) {
            for (size_t at = 0; at < lists[i].count; at++)
                if (lists[i].page[at] >= pages)
                    fail("list %s: page %u of %zu", name, lists[i].page[at], pages);
            return &lists[i];
        }
    fail("there is no list '%s'", name);
}

static double timed_list(const struct region *region, const struct list *list)
{
    double from = cpu_ns();
    for (size_t i = 0; i < list->count; i++)
        region->at[list->page[i] * PAGE_BYTES] = 3;
    return cpu_since(from);
}

static struct region touched(const struct command *command)
{
    size_t pages = number_of(command, "pages", 4096);
    return region_map_contiguous(pages);
}

/* stores pages=N list=NAME [reps=N]: CPU ns of the writes of the list, no fork, no fault. */
void measure_stores(const struct command *command)
{
    struct region region = touched(command);
    const struct list *list = list_of(command, region.pages);
    struct series stores = { .name = "stores" };
    int reps = (int)number_of(command, "reps", 3);
    for (int rep = 0; rep <= reps; rep++) {
        double ns = timed_list(&region, list);
        if (rep)
            series_add(&stores, ns);
    }
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
 * snapshot pages=N list=NAME [elsewhere=1] [drop=N] [reps=N]
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
        const struct list *list = list_of(command, region.pages);
        frames_stock(region.pages);
        struct child child = child_fork();
        if (!child.pid)
            save(&region, &child, elsewhere);
        long before = faults_now();
        double ns = timed_list(&region, list);
        before = faults_now() - before;
        report->stop = 1;
        double exit = child_reap(&child);
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
