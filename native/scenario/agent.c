#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_RANGES = 64, SIGNAL_STACK = 64 * 1024, POPULATE_READ = 22, POPULATE_WRITE = 23 };

static struct own_range {
    uint64_t start, end;
    bool writable;
} own[MAX_RANGES];
static int owns;

static unsigned char signal_stack[SIGNAL_STACK];
static sigjmp_buf refused;
static volatile sig_atomic_t expecting;
static volatile int refused_signal, refused_code;

/* ---- no faults of our own ---- */

void agent_note_own_memory(void)
{
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps && owns < MAX_RANGES && fgets(line, sizeof line, maps)) {
        unsigned long start, end;
        char mode[5];
        if (sscanf(line, "%lx-%lx %4s", &start, &end, mode) != 3 || mode[0] != 'r')
            continue;
        if (strstr(line, "[heap]") || strstr(line, "[vvar") || strstr(line, "[vsyscall]"))
            continue;
        own[owns++] = (struct own_range){ start, end, mode[1] == 'w' };
    }
    if (maps)
        fclose(maps);
}

/* After fork both sides have write-protected or absent pages again: fault them all now. */
static void touch_own_memory(void)
{
    for (int i = 0; i < owns; i++)
        madvise((void *)own[i].start, own[i].end - own[i].start, own[i].writable ? POPULATE_WRITE : POPULATE_READ);
}

static void on_signal(int number, siginfo_t *info, void *context)
{
    (void)context;
    if (!expecting)
        _exit(98);
    expecting = 0;
    refused_signal = number;
    refused_code = info->si_code;
    siglongjmp(refused, 1);
}

static void catch_signals(void)
{
    stack_t stack = { .ss_sp = signal_stack, .ss_size = sizeof signal_stack };
    struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
    sigaltstack(&stack, NULL);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}

/* ---- what a process does ---- */

/*
 * Huge pages are decided by madvise, which needs the mapping first. With thp the populating part of
 * MAP_POPULATE and MAP_LOCKED therefore follows as calls of its own with the same effect.
 */
static int map_region(const struct request *q)
{
    void *at = (void *)q->address;
    int early = q->thp ? q->flags & ~(MAP_POPULATE | MAP_LOCKED) : q->flags;
    void *got = mmap(at, q->length, q->prot, early, q->fd, (off_t)q->offset);
    if (got == MAP_FAILED)
        return errno;
    if (got != at) {
        munmap(got, q->length);
        return EEXIST;
    }
    if (madvise(at, q->length, q->thp ? MADV_HUGEPAGE : MADV_NOHUGEPAGE))
        return errno;
    if (!q->thp)
        return 0;
    if (q->flags & MAP_LOCKED)
        mlock(at, q->length);
    else if (q->flags & MAP_POPULATE)
        madvise(at, q->length, (q->flags & MAP_PRIVATE) && (q->prot & PROT_WRITE) ? POPULATE_WRITE : POPULATE_READ);
    return 0;
}

static int remap_region(const struct request *q)
{
    void *got = mremap((void *)q->address, q->length, q->new_length, q->flags, (void *)q->new_address);
    return got == MAP_FAILED ? errno : 0;
}

static int failed(int result)
{
    return result ? errno : 0;
}

static int call(const struct request *q)
{
    void *at = (void *)q->address;
    switch (q->code) {
    case OP_MMAP: return map_region(q);
    case OP_MUNMAP: return failed(munmap(at, q->length));
    case OP_MPROTECT: return failed(mprotect(at, q->length, q->prot));
    case OP_MADVISE: return failed(madvise(at, q->length, q->flags));
    case OP_MREMAP: return remap_region(q);
    case OP_MSYNC: return failed(msync(at, q->length, q->flags));
    case OP_MLOCK: return failed(mlock(at, q->length));
    case OP_MUNLOCK: return failed(munlock(at, q->length));
    default: return 0; /* nop */
    }
}

/* The access itself; a signal ends it through on_signal. */
static void access_memory(const struct request *q, struct reply *a)
{
    volatile unsigned char *at = (volatile unsigned char *)q->address;
    uint64_t sum = 0;
    a->value = -1;
    if (sigsetjmp(refused, 0)) {
        a->signal = refused_signal;
        a->code = refused_code;
        return;
    }
    expecting = 1;
    switch (q->code) {
    case OP_READ: a->value = *at; break;
    case OP_WRITE: *at = (unsigned char)q->value; break;
    case OP_READ_EACH:
        for (uint64_t i = 0; i < q->length; i += PAGE_BYTES)
            sum = sum * 31 + at[i];
        break;
    case OP_WRITE_EACH:
        for (uint64_t i = 0; i < q->length; i += PAGE_BYTES)
            at[i] = (unsigned char)q->value;
        break;
    default: break;
    }
    expecting = 0;
    a->sum = sum;
}

static void serve_fork(const struct agent_pipes *pipes, const struct request *q, struct reply *a, unsigned seconds)
{
    pid_t pid = fork();
    if (pid == 0)
        agent_serve(pipes, q->value, seconds);
    a->error = pid < 0 ? errno : 0;
    a->child = pid;
    touch_own_memory();
}

static void measure(const struct request *q, struct reply *a, const struct agent_pipes *pipes)
{
    struct rusage before, after;
    unsigned char byte = (unsigned char)q->value;
    ssize_t done = 1;

    if (q->code == OP_KERNEL_WRITE && write(pipes->kernel_write, &byte, 1) != 1)
        _exit(97);
    getrusage(RUSAGE_THREAD, &before);
    switch (q->code) {
    case OP_READ: case OP_WRITE: case OP_READ_EACH: case OP_WRITE_EACH: access_memory(q, a); break;
    case OP_KERNEL_READ: done = write(pipes->kernel_write, (void *)q->address, 1); break;
    case OP_KERNEL_WRITE: done = read(pipes->kernel_read, (void *)q->address, 1); break;
    default: a->error = call(q); break;
    }
    if (done != 1)
        a->error = errno;
    getrusage(RUSAGE_THREAD, &after);
    a->minflt = after.ru_minflt - before.ru_minflt;
    a->majflt = after.ru_majflt - before.ru_majflt;

    a->value = q->code == OP_READ ? a->value : -1;
    if ((q->code == OP_KERNEL_READ && done == 1) || (q->code == OP_KERNEL_WRITE && done != 1)) {
        if (read(pipes->kernel_read, &byte, 1) != 1)
            _exit(97);
        if (q->code == OP_KERNEL_READ)
            a->value = byte;
    }
}

_Noreturn void agent_serve(const struct agent_pipes *pipes, int self, unsigned seconds)
{
    static struct request q;
    static struct reply a;
    alarm(seconds);
    touch_own_memory();
    catch_signals();
    memset(&a, 0, sizeof a);
    a.child = getpid();
    for (;;) {
        if (write(pipes->reply[self], &a, sizeof a) != sizeof a)
            _exit(1);
        if (read(pipes->request[self], &q, sizeof q) != sizeof q)
            _exit(0);
        memset(&a, 0, sizeof a);
        switch (q.code) {
        case OP_EXIT: _exit(0);
        case OP_FORK: serve_fork(pipes, &q, &a, seconds); break;
        case OP_WAIT: a.error = waitpid(q.child, NULL, 0) < 0 ? errno : 0; break;
        default: measure(&q, &a, pipes); break;
        }
    }
}
