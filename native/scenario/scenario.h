/*
 * The scenario language as data: what a script says, before anything runs.
 *
 * A scenario is a list of operations in script order. Everything that the text alone decides is
 * decided by the parser: region numbers, region extents, which processes exist at each line.
 */
#ifndef SCENARIO_H
#define SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PAGE_BYTES = 4096,
    MAX_NAME = 32,
    MAX_REGIONS = 64,
    MAX_FILES = 16,
    MAX_PROCESS = 64,            /* processes are numbered 1..MAX_PROCESS */
    REGION_PAGES = (1 << 18) - 1 /* one page less than 1 GiB: neighbours in different regions never merge */
};

#define REGION_BASE UINT64_C(0x100000000000)
#define REGION_STRIDE (UINT64_C(1) << 30)

static inline uint64_t region_address(int region, uint64_t page)
{
    return REGION_BASE + (uint64_t)region * REGION_STRIDE + page * PAGE_BYTES;
}

enum opcode {
    OP_MMAP, OP_MUNMAP, OP_MPROTECT, OP_MADVISE, OP_MREMAP, OP_MSYNC, OP_MLOCK, OP_MUNLOCK,
    OP_READ, OP_WRITE, OP_READ_EACH, OP_WRITE_EACH, OP_KERNEL_READ, OP_KERNEL_WRITE,
    OP_FORK, OP_EXIT, OP_WAIT, OP_NOP, OP_SMAPS, OP_PAGEMAP,
    OP_FILEREAD, OP_FILEWRITE, OP_FTRUNCATE, OP_FSYNC, OP_DROPCACHE, OP_CACHED, OP_SLEEP, OP_FRAMES
};

struct file_decl {
    char name[MAX_NAME];
    uint64_t bytes;
    bool tmpfs;
};

struct operation {
    enum opcode code;
    const char *name;       /* the word in the script: "mmap", "ww", ... */
    char *text;             /* the line without comment, words joined by one blank */
    int line;
    int pid;                /* 0 = outside any process */

    int region;             /* the region operated on, or -1 */
    uint64_t first, count;  /* pages, for a range */
    uint64_t byte;          /* offset in the region, for one byte */
    uint64_t extent;        /* pages the region spans by now */

    int value;              /* byte to write; process number; milliseconds */
    int prot;               /* PROT_* */
    int flags;              /* mmap: MAP_*; madvise: MADV_*; msync: MS_*; mremap: MREMAP_* */
    int file;               /* index of the file, or -1 */
    uint64_t file_offset;   /* bytes; for ftruncate the new size */
    bool thp;               /* mmap: huge pages wanted */
    int target;             /* mremap: region moved to, or -1 = in place */
    uint64_t target_extent; /* mremap: pages that region spans by now */
    uint64_t new_count;     /* mremap: new size in pages */
    bool counts;            /* frames c */
    bool ends;              /* wait: ends the process waited for */
};

struct scenario {
    const char *path;
    struct file_decl file[MAX_FILES];
    int files;
    char region[MAX_REGIONS][MAX_NAME];
    int regions;
    struct operation *op;
    int ops;
    unsigned long sleep_ms; /* the sum of all sleepms lines */
};

/*
 * Parses text (which is not kept) into *out. On a mistake prints `path:line:col: message` to
 * stderr and returns false; only the first mistake is reported.
 */
bool parse_scenario(const char *path, const char *text, struct scenario *out);
void free_scenario(struct scenario *scenario);

#endif
