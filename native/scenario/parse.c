/* Words to struct scenario: operands, and one small function per form of line. */
#define _GNU_SOURCE
#include "lex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* ---- names that stand for something ---- */

static int find_region(const struct parser *p, const char *s, size_t n)
{
    for (int i = 0; i < p->out->regions; i++)
        if (strlen(p->out->region[i]) == n && !memcmp(p->out->region[i], s, n))
            return i;
    return -1;
}

static int find_file(struct parser *p, const char *s, int col)
{
    size_t n = name_length(s);
    for (int i = 0; n && i < p->out->files; i++)
        if (strlen(p->out->file[i].name) == n && !memcmp(p->out->file[i].name, s, n))
            return i;
    fail_at(p, col, "no file '%.*s' is declared above", (int)(n ? n : strlen(s)), s);
}

static int known_region(struct parser *p, const struct word *w, size_t n)
{
    int region = find_region(p, w->text, n);
    if (region < 0)
        fail_at(p, w->col, "no mmap or mremap above names region '%.*s'", (int)n, w->text);
    return region;
}

/* The region that an mmap or mremap names; made when new. */
static int named_region(struct parser *p)
{
    struct word *w = take(p, "a region name");
    size_t n = checked_name(p, w->text, w->col, "a region name");
    if (w->text[n])
        fail_at(p, w->col + (int)n, "expected a region name, found '%s'", w->text);
    int region = find_region(p, w->text, n);
    if (region < 0) {
        if (p->out->regions == MAX_REGIONS)
            fail_at(p, w->col, "too many regions (at most %d)", MAX_REGIONS);
        region = p->out->regions++;
        memcpy(p->out->region[region], w->text, n + 1);
    }
    return region;
}

static void grow_region(struct parser *p, int region, uint64_t pages, int col)
{
    if (pages > REGION_PAGES)
        fail_at(p, col, "a region has at most %d pages", REGION_PAGES);
    if (pages > p->extent[region])
        p->extent[region] = pages;
}

/* ---- operands ---- */

/* A border of a range: within the pages that the region spans by now. */
static uint64_t page_inside(struct parser *p, const struct word *w, const char **s, int region)
{
    int col = w->col + (int)(*s - w->text);
    uint64_t page = number_at(p, w, s, REGION_PAGES, "a page number");
    if (page > p->extent[region])
        fail_at(p, col, "page %llu lies outside region '%s', which has %llu pages by now", (unsigned long long)page,
                p->out->region[region], (unsigned long long)p->extent[region]);
    return page;
}

/* NAME or NAME[a..b] */
static void range(struct parser *p, struct operation *op)
{
    struct word *w = take(p, "a range (NAME or NAME[a..b])");
    const char *s = w->text;
    size_t n = checked_name(p, s, w->col, "a range (NAME or NAME[a..b])");
    op->region = known_region(p, w, n);
    op->first = 0;
    op->count = p->extent[op->region];
    s += n;
    if (*s == '[') {
        s++;
        op->first = page_inside(p, w, &s, op->region);
        if (s[0] != '.' || s[1] != '.')
            fail_at(p, w->col + (int)(s - w->text), "expected '..'");
        s += 2;
        const char *end = s;
        uint64_t last = page_inside(p, w, &s, op->region);
        if (last < op->first)
            fail_at(p, w->col + (int)(end - w->text), "the range ends before it begins");
        op->count = last - op->first;
        if (*s != ']')
            fail_at(p, w->col + (int)(s - w->text), "expected ']'");
        s++;
    }
    if (*s)
        fail_at(p, w->col + (int)(s - w->text), "expected a range (NAME or NAME[a..b])");
}

/* NAME, NAME+BYTES, NAME+3p or NAME+3p+17 */
static void one_byte(struct parser *p, struct operation *op)
{
    struct word *w = take(p, "an address (NAME+3p+17)");
    const char *s = w->text;
    size_t n = checked_name(p, s, w->col, "an address (NAME+3p+17)");
    op->region = known_region(p, w, n);
    const uint64_t max = (uint64_t)REGION_PAGES * PAGE_BYTES - 1;
    s += n;
    if (*s == '+') {
        s++;
        op->byte = number_at(p, w, &s, max, "an offset");
        if (*s == 'p') {
            s++;
            if (op->byte >= REGION_PAGES)
                fail_at(p, w->col, "a region has at most %d pages", REGION_PAGES);
            op->byte *= PAGE_BYTES;
            if (*s == '+') {
                s++;
                op->byte += number_at(p, w, &s, max - op->byte, "an offset");
            }
        }
    }
    if (*s)
        fail_at(p, w->col + (int)(s - w->text), "expected an address (NAME+3p+17)");
}

static void whole_region(struct parser *p, struct operation *op)
{
    struct word *w = take(p, "a region name");
    size_t n = checked_name(p, w->text, w->col, "a region name");
    if (w->text[n])
        fail_at(p, w->col + (int)n, "expected a region name, found '%s'", w->text);
    op->region = known_region(p, w, n);
}

/* Letters of r, w, x and '-'; "none" = no access. */
static int protection(struct parser *p, const char *s, int col)
{
    int prot = 0;
    if (!strcmp(s, "none"))
        return PROT_NONE;
    if (!*s)
        fail_at(p, col, "expected letters of r, w, x or 'none'");
    for (; *s; s++, col++)
        switch (*s) {
        case 'r': prot |= PROT_READ; break;
        case 'w': prot |= PROT_WRITE; break;
        case 'x': prot |= PROT_EXEC; break;
        case '-': break;
        default: fail_at(p, col, "expected letters of r, w, x or 'none'");
        }
    return prot;
}

static int byte_value(struct parser *p)
{
    return (int)number(p, 255, "a byte value");
}

static int file_name(struct parser *p)
{
    struct word *w = take(p, "a file name");
    if (w->text[name_length(w->text)])
        fail_at(p, w->col, "expected a file name, found '%s'", w->text);
    return find_file(p, w->text, w->col);
}

/* ---- mmap and mremap ---- */

static void mmap_flag(struct parser *p, struct operation *op, const char *s, int col)
{
    static const struct { const char *word; int flag; } plain[] = {
        { "private", MAP_PRIVATE }, { "shared", MAP_SHARED }, { "anon", MAP_ANONYMOUS },
        { "populate", MAP_POPULATE }, { "locked", MAP_LOCKED }, { "noreserve", MAP_NORESERVE },
        { "fixed", MAP_FIXED },
    };
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (!strcmp(s, plain[i].word)) {
            op->flags |= plain[i].flag;
            return;
        }
    if (!strcmp(s, "thp")) {
        op->thp = true;
    } else if (!strncmp(s, "file:", 5)) {
        op->file = find_file(p, s + 5, col + 5);
        const char *at = s + 5 + name_length(s + 5);
        if (*at == '@') {
            struct word w = { (char *)s, col };
            at++;
            op->file_offset = number_at(p, &w, &at, UINT32_MAX, "a page number") * PAGE_BYTES;
        }
        if (*at)
            fail_at(p, col + (int)(at - s), "expected file:NAME or file:NAME@PAGE");
    } else {
        fail_at(p, col, "unknown flag '%s'", s);
    }
}

static void mmap_flags(struct parser *p, struct operation *op, char *s, int col)
{
    for (;;) {
        char *comma = strchr(s, ',');
        char flag[MAX_LINE];
        size_t n = comma ? (size_t)(comma - s) : strlen(s);
        memcpy(flag, s, n);
        flag[n] = 0;
        mmap_flag(p, op, flag, col);
        if (!comma)
            return;
        s = comma + 1;
        col += (int)n + 1;
    }
}

/* mmap NAME PAGES prot=... flags=... [at=PAGE] */
static void parse_mmap(struct parser *p, struct operation *op)
{
    bool prot = false, flags = false;
    int start = p->word[p->next - 1].col;
    op->region = named_region(p);
    op->count = number(p, REGION_PAGES, "a number of pages");
    while (more(p)) {
        struct word *w = take(p, "prot=");
        if (!strncmp(w->text, "prot=", 5)) {
            op->prot = protection(p, w->text + 5, w->col + 5);
            prot = true;
        } else if (!strncmp(w->text, "flags=", 6)) {
            mmap_flags(p, op, w->text + 6, w->col + 6);
            flags = true;
        } else if (!strncmp(w->text, "at=", 3)) {
            const char *s = w->text + 3;
            op->first = number_at(p, w, &s, REGION_PAGES, "a page number");
            if (*s)
                fail_at(p, w->col + 3, "expected a page number");
        } else {
            fail_at(p, w->col, "unexpected '%s'", w->text);
        }
    }
    if (!prot || !flags)
        fail_at(p, next_col(p), "mmap needs %s", prot ? "flags=" : "prot=");
    if (!!(op->flags & MAP_PRIVATE) == !!(op->flags & MAP_SHARED))
        fail_at(p, start, "flags need exactly one of private, shared");
    if (!!(op->flags & MAP_ANONYMOUS) == (op->file >= 0))
        fail_at(p, start, "flags need exactly one of anon, file:NAME");
    if (!(op->flags & MAP_FIXED))
        op->flags |= MAP_FIXED_NOREPLACE;
    grow_region(p, op->region, op->first + op->count, start);
}

/* mremap RANGE NEWNAME|- NEWPAGES [dontunmap] */
static void parse_mremap(struct parser *p, struct operation *op)
{
    range(p, op);
    int col = next_col(p);
    op->target = -1;
    if (more(p) && !strcmp(p->word[p->next].text, "-"))
        p->next++;
    else
        op->target = named_region(p);
    op->new_count = number(p, REGION_PAGES, "a number of pages");
    op->flags = op->target < 0 ? 0 : MREMAP_MAYMOVE | MREMAP_FIXED;
    if (more(p)) {
        struct word *w = take(p, "dontunmap");
        if (strcmp(w->text, "dontunmap"))
            fail_at(p, w->col, "expected 'dontunmap', found '%s'", w->text);
        if (op->target < 0)
            fail_at(p, w->col, "dontunmap needs a region to move to");
        op->flags |= MREMAP_DONTUNMAP;
    }
    if (op->target < 0)
        grow_region(p, op->region, op->first + op->new_count, col);
    else
        grow_region(p, op->target, op->new_count, col);
}

/* ---- the other forms ---- */

static void parse_advice(struct parser *p, struct operation *op)
{
    static const struct { const char *word; int advice; } table[] = {
        { "dontneed", MADV_DONTNEED }, { "free", MADV_FREE }, { "hugepage", MADV_HUGEPAGE },
        { "nohugepage", MADV_NOHUGEPAGE }, { "dontfork", MADV_DONTFORK }, { "dofork", MADV_DOFORK },
        { "wipeonfork", MADV_WIPEONFORK }, { "keeponfork", MADV_KEEPONFORK },
        { "populate_read", 22 }, { "populate_write", 23 }, { "willneed", MADV_WILLNEED },
        { "random", MADV_RANDOM }, { "sequential", MADV_SEQUENTIAL }, { "normal", MADV_NORMAL },
        { "collapse", 25 }, { "remove", MADV_REMOVE }, { "cold", 20 }, { "pageout", 21 },
    };
    struct word *w = take(p, "an advice");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (!strcmp(w->text, table[i].word)) {
            op->flags = table[i].advice;
            return;
        }
    fail_at(p, w->col, "unknown advice '%s'", w->text);
}

static void parse_fork(struct parser *p, struct operation *op)
{
    int col = next_col(p);
    op->value = (int)number(p, MAX_PROCESS, "a process number");
    if (op->value < 1)
        fail_at(p, col, "process numbers begin at 1");
    if (p->state[op->value] != UNBORN)
        fail_at(p, col, "process %d has existed already", op->value);
    p->state[op->value] = LIVE;
    p->parent[op->value] = op->pid;
}

/* Waiting for one's own live child ends it first: the script has no other order to offer. */
static void parse_wait(struct parser *p, struct operation *op)
{
    int col = next_col(p);
    op->value = (int)number(p, MAX_PROCESS, "a process number");
    if (op->value < 1 || p->state[op->value] == UNBORN)
        fail_at(p, col, "process %d does not exist yet", op->value);
    op->ends = p->parent[op->value] == op->pid && p->state[op->value] == LIVE;
    if (op->ends)
        p->state[op->value] = GONE;
}

static void parse_operands(struct parser *p, struct operation *op)
{
    switch (op->code) {
    case OP_MMAP: parse_mmap(p, op); break;
    case OP_MREMAP: parse_mremap(p, op); break;
    case OP_MUNMAP: case OP_MLOCK: case OP_MUNLOCK: case OP_READ_EACH: range(p, op); break;
    case OP_MPROTECT: {
        range(p, op);
        struct word *w = take(p, "protection letters");
        op->prot = protection(p, w->text, w->col);
        break;
    }
    case OP_MADVISE: range(p, op); parse_advice(p, op); break;
    case OP_MSYNC:
        range(p, op);
        op->flags = MS_SYNC;
        if (more(p)) {
            struct word *w = take(p, "async");
            if (strcmp(w->text, "async"))
                fail_at(p, w->col, "expected 'async', found '%s'", w->text);
            op->flags = MS_ASYNC;
        }
        break;
    case OP_WRITE_EACH: range(p, op); op->value = byte_value(p); break;
    case OP_READ: case OP_KERNEL_READ: one_byte(p, op); break;
    case OP_WRITE: case OP_KERNEL_WRITE: one_byte(p, op); op->value = byte_value(p); break;
    case OP_FORK: parse_fork(p, op); break;
    case OP_EXIT: p->state[op->pid] = GONE; break;
    case OP_WAIT: parse_wait(p, op); break;
    case OP_NOP: break;
    case OP_SMAPS: case OP_PAGEMAP: whole_region(p, op); break;
    case OP_FILEREAD:
        op->file = file_name(p);
        op->file_offset = number(p, INT64_MAX / 2, "a byte offset");
        break;
    case OP_FILEWRITE:
        op->file = file_name(p);
        op->file_offset = number(p, UINT32_MAX, "a byte offset");
        op->value = byte_value(p);
        break;
    case OP_FTRUNCATE:
        op->file = file_name(p);
        op->file_offset = number(p, UINT32_MAX, "a size in bytes");
        break;
    case OP_FSYNC: case OP_DROPCACHE: case OP_CACHED: op->file = file_name(p); break;
    case OP_SLEEP:
        op->value = (int)number(p, 10000, "a number of milliseconds");
        p->out->sleep_ms += (unsigned long)op->value;
        break;
    case OP_FRAMES:
        if (more(p)) {
            struct word *w = take(p, "c");
            if (strcmp(w->text, "c"))
                fail_at(p, w->col, "expected 'c', found '%s'", w->text);
            op->counts = true;
        }
        break;
    }
    no_more(p);
    if (op->region >= 0)
        op->extent = p->extent[op->region];
    if (op->code == OP_MREMAP && op->target >= 0)
        op->target_extent = p->extent[op->target];
}

static void operation_code(struct parser *p, struct operation *op)
{
    static const struct { const char *word; enum opcode code; bool outside; } table[] = {
        { "mmap", OP_MMAP, 0 }, { "munmap", OP_MUNMAP, 0 }, { "mprotect", OP_MPROTECT, 0 },
        { "madvise", OP_MADVISE, 0 }, { "mremap", OP_MREMAP, 0 }, { "msync", OP_MSYNC, 0 },
        { "mlock", OP_MLOCK, 0 }, { "munlock", OP_MUNLOCK, 0 }, { "r", OP_READ, 0 }, { "w", OP_WRITE, 0 },
        { "rr", OP_READ_EACH, 0 }, { "ww", OP_WRITE_EACH, 0 }, { "kr", OP_KERNEL_READ, 0 },
        { "kw", OP_KERNEL_WRITE, 0 }, { "fork", OP_FORK, 0 }, { "exit", OP_EXIT, 0 }, { "wait", OP_WAIT, 0 },
        { "nop", OP_NOP, 0 }, { "smaps", OP_SMAPS, 0 }, { "pagemap", OP_PAGEMAP, 0 },
        { "fileread", OP_FILEREAD, 1 }, { "filewrite", OP_FILEWRITE, 1 }, { "ftruncate", OP_FTRUNCATE, 1 },
        { "fsync", OP_FSYNC, 1 }, { "dropcache", OP_DROPCACHE, 1 }, { "cached", OP_CACHED, 1 },
        { "sleepms", OP_SLEEP, 1 }, { "frames", OP_FRAMES, 1 },
    };
    struct word *w = take(p, "an operation");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (!strcmp(w->text, table[i].word)) {
            if (table[i].outside != (op->pid == 0))
                fail_at(p, w->col, table[i].outside ? "'%s' is outside any process: write '- %s ...'"
                                                    : "'%s' needs a process: write '1 %s ...'", w->text, w->text);
            op->code = table[i].code;
            op->name = table[i].word;
            return;
        }
    fail_at(p, w->col, "unknown operation '%s'", w->text);
}

static void parse_file(struct parser *p)
{
    struct scenario *out = p->out;
    struct word *w = take(p, "a file name");
    size_t n = checked_name(p, w->text, w->col, "a file name");
    if (w->text[n])
        fail_at(p, w->col, "expected a file name, found '%s'", w->text);
    for (int i = 0; i < out->files; i++)
        if (!strcmp(out->file[i].name, w->text))
            fail_at(p, w->col, "file '%s' is declared twice", w->text);
    if (out->files == MAX_FILES)
        fail_at(p, w->col, "too many files (at most %d)", MAX_FILES);
    struct file_decl *file = &out->file[out->files];
    memcpy(file->name, w->text, n + 1);
    file->bytes = number(p, UINT64_C(1) << 30, "a size in bytes");
    if (more(p)) {
        w = take(p, "fs=");
        if (!strcmp(w->text, "fs=tmpfs"))
            file->tmpfs = true;
        else if (strcmp(w->text, "fs=ext4"))
            fail_at(p, w->col, "expected fs=tmpfs or fs=ext4, found '%s'", w->text);
    }
    no_more(p);
    out->files++;
}

static void parse_line(struct parser *p)
{
    struct scenario *out = p->out;
    struct word *w = take(p, "an operation");
    if (!strcmp(w->text, "file")) {
        parse_file(p);
        return;
    }
    if (out->ops == p->capacity) {
        p->capacity = p->capacity ? p->capacity * 2 : 64;
        out->op = realloc(out->op, (size_t)p->capacity * sizeof *out->op);
    }
    struct operation *op = &out->op[out->ops];
    memset(op, 0, sizeof *op);
    op->line = p->line;
    op->region = op->file = -1;
    if (strcmp(w->text, "-")) {
        p->next--;
        op->pid = (int)number(p, MAX_PROCESS, "a process number, '-' or 'file'");
        if (op->pid < 1 || p->state[op->pid] != LIVE)
            fail_at(p, w->col, "process %d %s", op->pid,
                    op->pid >= 1 && p->state[op->pid] == GONE ? "has ended" : "does not exist yet");
    }
    operation_code(p, op);
    parse_operands(p, op);
    op->text = joined(p);
    out->ops++;
}

static void parse_lines(struct parser *p, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        p->line++;
        split(p, text, n);
        if (p->words)
            parse_line(p);
        text += n + (text[n] == '\n');
    }
}

bool parse_scenario(const char *path, const char *text, struct scenario *out)
{
    static struct parser parser;
    memset(&parser, 0, sizeof parser);
    memset(out, 0, sizeof *out);
    out->path = path;
    parser.out = out;
    parser.state[1] = LIVE;
    if (setjmp(parser.failed)) {
        free_scenario(out);
        return false;
    }
    parse_lines(&parser, text);
    return true;
}

void free_scenario(struct scenario *scenario)
{
    for (int i = 0; i < scenario->ops; i++)
        free(scenario->op[i].text);
    free(scenario->op);
    scenario->op = NULL;
    scenario->ops = 0;
}
