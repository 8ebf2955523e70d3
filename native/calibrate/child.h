/*
 * A forked child and what it tells its parent.
 */
#ifndef CHILD_H
#define CHILD_H

#include <stdbool.h>
#include <sys/types.h>

/* Shared with every child. */
struct report {
    double work_ns;     /* CPU time of the child's work */
    double done_cpu_ns; /* the child's CPU clock just before _exit */
    long work_faults;
    volatile int stop;
};
extern struct report *report;

struct child {
    pid_t pid;
    int go;          /* closing it ends a child that waits in child_wait */
    int gone;        /* the child's end: */
    double fork_ns;  /* CPU time of the parent in fork() */
    double fork_wall_ns;
};

/* Call once, before the first fork. */
void report_map(void);

/* fork(), timed. pid 0 in the child. */
struct child child_fork(void);
/* In the child: sleeps until the parent lets go. */
void child_wait(const struct child *self);
/* In the child: ends it, noting the time. */
__attribute__((noreturn)) void child_exit(void);
/* In the parent: lets go, waits, reaps. Gives the CPU time in ns that the child spent in _exit. */
double child_reap(struct child *child);

/* Page faults of this process so far, minor and major. */
long faults_now(void);

#endif
