/*
 * One life of a fork: touch, fork, child works, parent writes, child exits, parent writes again.
 */
#define _GNU_SOURCE
#include "child.h"
#include "clock.h"
#include "probe.h"
#include "region.h"

#include <string.h>

struct plan {
    struct region region;
    size_t count, step;
    bool child_writes, parent_writes, writes_after;
};

static struct series forks, fork_walls, breaks, children, child_faults, parents, parent_faults, exits, afters;

static double timed_write(const struct plan *plan)
{
    double from = cpu_ns();
    region_write(&plan->region, NULL, plan->count, plan->step);
    return cpu_since(from);
}

__attribute__((noreturn)) static void live_as_child(const struct plan *plan, const struct child *self)
{
    long faults = faults_now();
    double from = cpu_ns();
    if (plan->child_writes)
        region_write(&plan->region, NULL, plan->count, plan->step);
    report->work_ns = cpu_since(from);
    report->work_faults = faults_now() - faults;
    if (plan->parent_writes)
        child_wait(self);
    child_exit();
}

static void run_once(const struct plan *plan, bool counts)
{
    if (plan->child_writes || plan->parent_writes)
        frames_stock(plan->count);
    struct child child = child_fork();
    if (!child.pid)
        live_as_child(plan, &child);
    double parent = 0;
    long faults = faults_now();
    if (plan->parent_writes)
        parent = timed_write(plan);
    faults = faults_now() - faults;
    double exit = child_reap(&child);
    double after = plan->writes_after ? timed_write(plan) : 0;
    if (!counts)
        return;
    series_add(&forks, child.fork_ns);
    series_add(&fork_walls, child.fork_wall_ns);
    series_add(&exits, exit);
    if (plan->writes_after)
        series_add(&afters, after);
    if (plan->child_writes) {
        series_add(&children, report->work_ns);
        series_add(&child_faults, (double)report->work_faults);
    }
    if (plan->parent_writes) {
        series_add(&parents, parent);
        series_add(&parent_faults, (double)faults);
    }
}

enum layout { CONTIGUOUS, NATURAL, SCATTERED, SPARSE, HUGE };

static const char *const layouts[] = { "contiguous", "natural", "scattered", "sparse", "huge" };

static enum layout layout_of(const struct command *command)
{
    const char *word = word_of(command, "layout", layouts[CONTIGUOUS]);
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        if (!strcmp(word, layouts[i]))
            return (enum layout)i;
    fail("there is no layout '%s'", word);
}

static bool prepare(struct plan *plan, size_t pages, enum layout layout)
{
    if (layout == CONTIGUOUS || layout == SCATTERED) {
        plan->region = layout == CONTIGUOUS ? region_map_contiguous(pages) : region_map_scattered(pages);
        return true;
    }
    plan->region = region_map(pages, layout == HUGE ? ANONYMOUS_HUGE : ANONYMOUS);
    if (layout == HUGE && !region_write_huge(&plan->region)) {
        region_unmap(&plan->region);
        return false;
    }
    region_write(&plan->region, NULL, plan->count, plan->step);
    return true;
}

/*
 * cycle pages=N [layout=contiguous|natural|scattered|sparse|huge] [step=PAGES] [child=write] [parent=write]
 *       [after=none] [fresh=1] [drop=N] [reps=N]
 *
 * layout: how the frames lie; natural = as the kernel gives them to first touches in address order; scattered = drawn
 * at random; sparse = only every step-th page exists;
 * huge = 2 MiB pages. All accesses are `step` pages apart. after=none: the parent does not write once the child is
 * gone, so the next fork finds its pages write-protected. fresh=1 maps the region anew for every round (copies lie
 * elsewhere, a split huge page stays split). The first `drop` rounds are thrown away: they may find memory that the
 * host has not backed yet. Replies CPU ns of each phase, the faults of the writes, and the share of pages whose frame
 * is not near that of the page before.
 */
void measure_cycle(const struct command *command)
{
    size_t pages = number_of(command, "pages", 512), step = number_of(command, "step", 1);
    int reps = (int)number_of(command, "reps", 3), drop = (int)number_of(command, "drop", 1);
    bool fresh = number_of(command, "fresh", 0);
    enum layout layout = layout_of(command);
    struct plan plan = {
        .count = pages / step,
        .step = step,
        .child_writes = is_word(command, "child", "write"),
        .parent_writes = is_word(command, "parent", "write"),
        .writes_after = !is_word(command, "after", "none"),
    };
    forks = (struct series){ .name = "fork" };
    fork_walls = (struct series){ .name = "forkWall" };
    children = (struct series){ .name = "child" };
    child_faults = (struct series){ .name = "childFaults" };
    breaks = (struct series){ .name = "breaks" };
    parents = (struct series){ .name = "parent" };
    parent_faults = (struct series){ .name = "parentFaults" };
    exits = (struct series){ .name = "exit" };
    afters = (struct series){ .name = "after" };
    for (int rep = 0; rep < reps + drop; rep++) {
        if (!plan.region.at && !prepare(&plan, pages, layout)) {
            skip(NO_HUGE_PAGES);
            return;
        }
        double broken = (layout == NATURAL || layout == SCATTERED) && rep >= drop ? region_breaks(&plan.region) : -1;
        if (broken >= 0)
            series_add(&breaks, broken);
        run_once(&plan, rep >= drop);
        if (fresh)
            region_unmap(&plan.region);
    }
    region_unmap(&plan.region);
    reply_begin();
    reply_series(&forks);
    reply_series(&fork_walls);
    reply_series(&breaks);
    reply_series(&children);
    reply_series(&child_faults);
    reply_series(&parents);
    reply_series(&parent_faults);
    reply_series(&exits);
    reply_series(&afters);
    reply_end();
}
