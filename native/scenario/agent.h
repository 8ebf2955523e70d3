/*
 * A scenario process: a real process that waits for one request at a time on a pipe, does it with
 * getrusage immediately around it, and answers on another pipe. It takes no page fault of its own
 * inside the measured window.
 */
#ifndef AGENT_H
#define AGENT_H

#include "scenario.h"

#include <sys/types.h>

/* The ends a process uses. All pipes are made before the first process, so that fork hands them on. */
struct agent_pipes {
    int request[MAX_PROCESS + 1]; /* read end, per process number */
    int reply[MAX_PROCESS + 1];   /* write end */
    int kernel_read, kernel_write; /* the pipe through which kr and kw let the kernel touch memory */
};

struct request {
    enum opcode code;
    uint64_t address, length;
    uint64_t new_address, new_length; /* mremap */
    uint64_t offset;                  /* mmap: bytes into the file */
    int prot, flags, fd, value;
    bool thp;
    pid_t child;                      /* wait: the real pid */
};

struct reply {
    long minflt, majflt;
    int error;     /* errno of a system call, 0 = fine */
    int signal;    /* SIGSEGV or SIGBUS that ended the access, 0 = none */
    int code;      /* its si_code */
    int value;     /* the byte read */
    uint64_t sum;  /* rr */
    pid_t child;   /* fork: the real pid */
};

/*
 * Records which memory this program itself uses. Call once, early in main, before memory is
 * allocated that scenario processes need not touch.
 */
void agent_note_own_memory(void);

/* Serves requests as process number `self` until told to exit or the controller is gone. */
_Noreturn void agent_serve(const struct agent_pipes *pipes, int self, unsigned seconds);

#endif
