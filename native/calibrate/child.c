#define _GNU_SOURCE
#include "child.h"
#include "clock.h"
#include "probe.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct report *report;

void report_map(void)
{
    report = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (report == MAP_FAILED)
        fail("cannot map the page shared with children");
}

struct child child_fork(void)
{
    int end[2];
    if (pipe(end))
        fail("pipe");
    memset(report, 0, sizeof *report);
    struct child child = { .go = end[1], .gone = end[0] };
    double wall = wall_ns(), from = cpu_ns();
    child.pid = fork();
    child.fork_ns = cpu_since(from);
    child.fork_wall_ns = wall_ns() - wall;
    if (child.pid < 0)
        fail("fork");
    if (child.pid)
        close(end[0]);
    else {
        close(end[1]);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    }
    return child;
}

void child_wait(const struct child *self)
{
    char byte;
    while (read(self->gone, &byte, 1) < 0 && errno == EINTR)
        ;
}

void child_exit(void)
{
    report->done_cpu_ns = cpu_ns();
    _exit(0);
}

double child_reap(struct child *child)
{
    siginfo_t info;
    clockid_t clock;
    int status;
    close(child->go);
    if (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOWAIT))
        fail("waitid");
    /* A zombie's clock still answers: all its time, the exit included, to the ns. */
    double total = clock_getcpuclockid(child->pid, &clock) ? 0 : ns_of(clock);
    if (waitpid(child->pid, &status, 0) != child->pid)
        fail("waitpid");
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        fail("a child of the measurement died (status %d)", status);
    return total - report->done_cpu_ns;
}

long faults_now(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt + usage.ru_majflt;
}
