/*
 * The controller of one scenario: it owns the processes' pipes, sends each operation to its
 * process, looks at the page tables before and after, and prints the answer.
 */
#define _GNU_SOURCE
#include "runner.h"

#include "agent.h"
#include "answer.h"
#include "files.h"
#include "pages.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LIMIT_SECONDS = 60 };

struct process {
    bool live;
    pid_t pid;
    int pidfd, pagemap;
    int request, reply; /* the controller's ends */
};

static const struct scenario *scenario;
static struct scenario_file file[MAX_FILES];
static struct process process[MAX_PROCESS + 1];
static uint64_t extent[MAX_REGIONS];
static int regions;
static bool dropped; /* some file has left the page cache: reads from disk may be under way */
static struct page *page_buffer;
static uint64_t page_capacity;

/* ---- the end ---- */

static void kill_all(void)
{
    for (int i = 1; i <= MAX_PROCESS; i++)
        if (process[i].live)
            kill(process[i].pid, SIGKILL);
    while (waitpid(-1, NULL, 0) > 0)
        ;
}

static _Noreturn void stop(int code, const char *what, const char *why)
{
    fflush(stdout);
    fprintf(stderr, "%s: %s%s%s\n", scenario->path, what, why ? ": " : "", why ? why : "");
    kill_all();
    exit(code);
}

static void on_alarm(int number)
{
    (void)number;
    static const char message[] = "scenario-oracle: time limit reached\n";
    if (write(STDERR_FILENO, message, sizeof message - 1) < 0)
        _exit(EXIT_FAILED);
    for (int i = 1; i <= MAX_PROCESS; i++)
        if (process[i].live)
            kill(process[i].pid, SIGKILL);
    _exit(EXIT_FAILED);
}

/* ---- talking to processes ---- */

static void receive(int number, struct reply *reply)
{
    struct process *p = &process[number];
    struct pollfd ready[2] = { { .fd = p->reply, .events = POLLIN }, { .fd = p->pidfd, .events = POLLIN } };
    if (p->pidfd >= 0 && (poll(ready, 2, -1) < 0 || !(ready[0].revents & POLLIN)))
        stop(EXIT_FAILED, "a process died unexpectedly", NULL);
    if (read(p->reply, reply, sizeof *reply) != sizeof *reply)
        stop(EXIT_FAILED, "lost a process", NULL);
}

static void send(int number, const struct request *request)
{
    if (write(process[number].request, request, sizeof *request) != sizeof *request)
        stop(EXIT_FAILED, "lost a process", NULL);
}

static struct reply ask(int number, const struct request *request)
{
    struct reply reply;
    send(number, request);
    receive(number, &reply);
    return reply;
}

/* Waits for the first words of a new process and opens what /proc has about it. */
static void welcome(int number)
{
    struct process *p = &process[number];
    struct reply hello;
    receive(number, &hello);
    p->pid = hello.child;
    p->live = true;
    p->pidfd = (int)syscall(SYS_pidfd_open, p->pid, 0);
    p->pagemap = pages_open_process(p->pid);
    if (p->pidfd < 0 || p->pagemap < 0)
        stop(EXIT_NO_FEATURE, "cannot open pidfd or pagemap", strerror(errno));
}

/* Ends a process and returns when its memory is gone. */
static void end_process(int number)
{
    struct process *p = &process[number];
    struct pollfd gone = { .fd = p->pidfd, .events = POLLIN };
    send(number, &(struct request){ .code = OP_EXIT });
    if (poll(&gone, 1, -1) < 0)
        stop(EXIT_FAILED, "cannot wait for a process", strerror(errno));
    p->live = false;
    close(p->pidfd);
    close(p->pagemap);
}

static void start(void)
{
    struct agent_pipes pipes;
    int last = 1, end[2];
    for (int i = 0; i < scenario->ops; i++)
        if (scenario->op[i].code == OP_FORK && scenario->op[i].value > last)
            last = scenario->op[i].value;
    if (pipe(end))
        stop(EXIT_FAILED, "pipe", strerror(errno));
    pipes.kernel_read = end[0];
    pipes.kernel_write = end[1];
    for (int i = 1; i <= last; i++) {
        process[i].pidfd = -1;
        if (pipe(end))
            stop(EXIT_FAILED, "pipe", strerror(errno));
        pipes.request[i] = end[0];
        process[i].request = end[1];
        if (pipe(end))
            stop(EXIT_FAILED, "pipe", strerror(errno));
        process[i].reply = end[0];
        pipes.reply[i] = end[1];
    }
    unsigned seconds = LIMIT_SECONDS + (unsigned)(scenario->sleep_ms / 1000);
    fflush(stdout);
    pid_t pid = fork();
    if (pid < 0)
        stop(EXIT_FAILED, "fork", strerror(errno));
    if (pid == 0) {
        for (int i = 1; i <= last; i++) {
            close(process[i].request);
            close(process[i].reply);
        }
        agent_serve(&pipes, 1, seconds + 5);
    }
    for (int i = 1; i <= last; i++) {
        close(pipes.request[i]);
        close(pipes.reply[i]);
    }
    signal(SIGALRM, on_alarm);
    alarm(seconds);
    welcome(1);
}

/* ---- operations of a process ---- */

static struct request request_for(const struct operation *op)
{
    struct request q = {
        .code = op->code, .prot = op->prot, .flags = op->flags, .value = op->value, .thp = op->thp, .fd = -1,
        .length = op->count * PAGE_BYTES,
    };
    if (op->region >= 0)
        q.address = region_address(op->region, op->first) + op->byte;
    if (op->code == OP_MMAP && op->file >= 0) {
        q.fd = file[op->file].fd;
        q.offset = op->file_offset;
    }
    if (op->code == OP_MREMAP) {
        q.new_length = op->new_count * PAGE_BYTES;
        q.new_address = op->target >= 0 ? region_address(op->target, 0) : 0;
    }
    if (op->code == OP_WAIT)
        q.child = process[op->value].pid;
    return q;
}

static bool is_one_byte(enum opcode code)
{
    return code == OP_READ || code == OP_WRITE || code == OP_KERNEL_READ || code == OP_KERNEL_WRITE;
}

static void note_region(int region, uint64_t pages)
{
    extent[region] = pages;
    if (region >= regions)
        regions = region + 1;
}

static void note_extents(const struct operation *op)
{
    if (op->code == OP_MMAP || op->code == OP_MREMAP)
        note_region(op->region, op->extent);
    if (op->code == OP_MREMAP && op->target >= 0)
        note_region(op->target, op->target_extent);
}

static void run_memory_operation(const struct operation *op)
{
    const int pagemap = process[op->pid].pagemap;
    const uint64_t start = op->region >= 0 ? region_address(op->region, 0) : 0;
    const struct request q = request_for(op);
    struct outcome outcome = { 0 };
    uint64_t present = present_pages(pagemap, start, op->extent);
    if (is_one_byte(op->code))
        outcome.before = page_at(pagemap, q.address);
    outcome.reply = ask(op->pid, &q);
    if (is_one_byte(op->code))
        outcome.after = page_at(pagemap, q.address);
    outcome.dpresent = (long)(present_pages(pagemap, start, op->extent) - present);
    answer_memory(op, &outcome);
}

static void run_fork(const struct operation *op)
{
    const struct request q = request_for(op);
    struct reply reply = ask(op->pid, &q);
    if (reply.error)
        stop(EXIT_FAILED, "fork", strerror(reply.error));
    welcome(op->value);
    answer_call(op, 0);
}

/* A live child of the waiting process is told to exit first; anybody else's is ECHILD at once. */
static void run_wait(const struct operation *op)
{
    struct process *child = &process[op->value];
    if (child->live && op->ends)
        end_process(op->value);
    const struct request q = request_for(op);
    answer_call(op, ask(op->pid, &q).error);
}

static void run_smaps(const struct operation *op)
{
    struct smaps smaps;
    if (!read_smaps(process[op->pid].pid, op->region, &smaps))
        stop(EXIT_FAILED, "cannot read smaps", strerror(errno));
    answer_smaps(op, &smaps);
    free(smaps.vma);
}

/* ---- pictures of frames ---- */

static const struct page *region_pages(int number, int region)
{
    uint64_t count = extent[region];
    if (count > page_capacity) {
        page_capacity = count;
        page_buffer = realloc(page_buffer, count * sizeof *page_buffer);
    }
    pages_at(process[number].pagemap, region_address(region, 0), count, page_buffer);
    return page_buffer;
}

static void run_pagemap(const struct operation *op)
{
    answer_begin_pages(op);
    answer_pages(region_pages(op->pid, op->region), extent[op->region], true);
    answer_end();
}

static void run_frames(const struct operation *op)
{
    answer_begin_frames(op);
    for (int number = 1; number <= MAX_PROCESS; number++) {
        if (!process[number].live)
            continue;
        answer_frames_process(number);
        for (int region = 0; region < regions; region++) {
            answer_frames_region(scenario->region[region]);
            answer_pages(region_pages(number, region), extent[region], op->counts);
        }
    }
    answer_end_frames();
}

/* ---- operations outside any process ---- */

static void run_outside(const struct operation *op)
{
    const struct scenario_file *f = op->file >= 0 ? &file[op->file] : NULL;
    unsigned char byte = (unsigned char)op->value;
    uint64_t pages = 0;
    int error;
    ssize_t done;
    switch (op->code) {
    case OP_FILEREAD:
        done = pread(f->own_fd, &byte, 1, (off_t)op->file_offset);
        answer_value(op, done == 1 ? byte : -1);
        break;
    case OP_FILEWRITE:
        done = pwrite(f->own_fd, &byte, 1, (off_t)op->file_offset);
        answer_call(op, done == 1 ? 0 : errno);
        break;
    case OP_FTRUNCATE: answer_call(op, ftruncate(f->own_fd, (off_t)op->file_offset) ? errno : 0); break;
    case OP_FSYNC: answer_call(op, fsync(f->own_fd) ? errno : 0); break;
    case OP_DROPCACHE:
        dropped = true;
        answer_call(op, file_drop_cache(f));
        break;
    case OP_CACHED:
        error = file_cached(f, &pages);
        if (error)
            stop(EXIT_NO_FEATURE, "cachestat (Linux 6.5)", strerror(error));
        answer_cached(op, pages);
        break;
    case OP_SLEEP: usleep((useconds_t)op->value * 1000); answer_call(op, 0); break;
    default: break;
    }
}

/* Nothing left over from the operation before may reach into the next one. */
static void settle(void)
{
    if (dropped)
        for (int i = 0; i < scenario->files; i++)
            file_settle(&file[i]);
    drain_batches();
}

static void run_operation(const struct operation *op)
{
    note_extents(op);
    settle();
    switch (op->code) {
    case OP_FORK: run_fork(op); break;
    case OP_EXIT: end_process(op->pid); answer_call(op, 0); break;
    case OP_WAIT: run_wait(op); break;
    case OP_SMAPS: run_smaps(op); break;
    case OP_PAGEMAP: run_pagemap(op); break;
    case OP_FRAMES: run_frames(op); break;
    case OP_FILEREAD: case OP_FILEWRITE: case OP_FTRUNCATE: case OP_FSYNC: case OP_DROPCACHE: case OP_CACHED:
    case OP_SLEEP: run_outside(op); break;
    default: run_memory_operation(op); break;
    }
}

_Noreturn void run_scenario(const struct scenario *which)
{
    char error[256];
    scenario = which;
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (!pages_open())
        stop(EXIT_NO_FEATURE, "cannot open /proc/kpagecount and /proc/kpageflags (root is needed)", strerror(errno));
    if (!file_open_scratch(error, sizeof error))
        stop(EXIT_NO_FEATURE, error, NULL);
    for (int i = 0; i < scenario->files; i++)
        if (!file_make(&scenario->file[i], &file[i], error, sizeof error))
            stop(EXIT_NO_FEATURE, error, NULL);
    start();
    for (int i = 0; i < scenario->ops; i++)
        run_operation(&scenario->op[i]);
    fflush(stdout);
    kill_all();
    exit(EXIT_FINE);
}
