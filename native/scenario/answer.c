#define _GNU_SOURCE
#include "answer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void begin(const struct operation *op)
{
    printf("{\"line\":%d,\"cmd\":\"%s\",\"pid\":%d,\"op\":\"%s\"", op->line, op->text, op->pid, op->name);
}

void answer_end(void)
{
    puts("}");
}

static void put_result(int error)
{
    if (error)
        printf(",\"errno\":\"%s\"", strerrorname_np(error));
    else
        printf(",\"ok\":true");
}

void answer_call(const struct operation *op, int error)
{
    begin(op);
    put_result(error);
    answer_end();
}

void answer_value(const struct operation *op, int value)
{
    begin(op);
    printf(",\"val\":%d", value);
    answer_end();
}

void answer_cached(const struct operation *op, uint64_t pages)
{
    begin(op);
    printf(",\"cached\":%llu", (unsigned long long)pages);
    answer_end();
}

/* ---- operations on memory ---- */

/*
 * The act is read off what can be observed: the page before and after, and whether a fault was
 * counted. A private file page written while absent is therefore map-anon, not copy.
 */
static const char *act(const struct outcome *o)
{
    if (o->reply.signal || o->reply.error)
        return "signal";
    if (o->reply.minflt + o->reply.majflt == 0)
        return "hit";
    if (o->before.kind == '.')
        return o->after.kind == 'Z' ? "map-zero" : o->after.kind == 'A' ? "map-anon" : "map-file";
    return o->before.pfn == o->after.pfn ? "reuse" : "copy";
}

static void put_signal(const struct reply *reply)
{
    const char *code = "?";
    if (!reply->signal)
        return;
    if (reply->signal == SIGSEGV)
        code = reply->code == SEGV_MAPERR ? "MAPERR" : reply->code == SEGV_ACCERR ? "ACCERR"
             : reply->code == SEGV_PKUERR ? "PKUERR" : "?";
    else if (reply->code == BUS_ADRERR)
        code = "ADRERR";
    printf(",\"sig\":\"%s\",\"code\":\"%s\"", reply->signal == SIGSEGV ? "SIGSEGV" : "SIGBUS", code);
}

void answer_memory(const struct operation *op, const struct outcome *o)
{
    const bool touches = op->code >= OP_READ && op->code <= OP_WRITE_EACH;
    const bool kernel = op->code == OP_KERNEL_READ || op->code == OP_KERNEL_WRITE;
    begin(op);
    if (!touches && op->code != OP_NOP)
        put_result(o->reply.error);
    if (op->code == OP_READ || op->code == OP_KERNEL_READ)
        printf(",\"val\":%d", o->reply.value);
    if (op->code == OP_READ_EACH)
        printf(",\"sum\":\"%llx\"", (unsigned long long)o->reply.sum);
    put_signal(&o->reply);
    if (op->code == OP_READ || op->code == OP_WRITE || kernel)
        printf(",\"act\":\"%s\",\"before\":\"%c\",\"after\":\"%c\",\"excl\":%d,\"mapcount\":%llu", act(o),
               o->before.kind, o->after.kind, o->after.mapcount == 1, (unsigned long long)o->after.mapcount);
    printf(",\"minflt\":%ld,\"majflt\":%ld", o->reply.minflt, o->reply.majflt);
    if (op->region >= 0)
        printf(",\"dpresent\":%ld", o->dpresent);
    answer_end();
}

void answer_smaps(const struct operation *op, const struct smaps *smaps)
{
    begin(op);
    printf(",\"smaps\":{");
    for (int i = 0; i < SMAPS_FIELDS; i++)
        printf("\"%s\":%lu,", smaps_name[i], smaps->field[i]);
    printf("\"vmas\":%d,\"layout\":\"", smaps->vmas);
    for (int i = 0; i < smaps->vmas; i++)
        printf("%s%llu..%llu:%s", i ? " " : "", (unsigned long long)smaps->vma[i].first,
               (unsigned long long)smaps->vma[i].end, smaps->vma[i].mode);
    printf("\"}");
    answer_end();
}

/* ---- frames by number ---- */

/* An open-addressing table from frame (0 = free slot) to its number. */
static struct { uint64_t pfn; unsigned number; } *table;
static size_t slots, used;
static bool first_process, first_region;

static size_t slot_of(uint64_t pfn)
{
    size_t i = (size_t)(pfn * UINT64_C(0x9e3779b97f4a7c15)) & (slots - 1);
    while (table[i].pfn && table[i].pfn != pfn)
        i = (i + 1) & (slots - 1);
    return i;
}

static void forget_numbers(void)
{
    if (!slots) {
        slots = 1024;
        table = malloc(slots * sizeof *table);
    }
    memset(table, 0, slots * sizeof *table);
    used = 0;
}

static void make_room(void)
{
    const size_t old_slots = slots;
    void *old = table;
    const typeof(table) entries = table;
    slots *= 2;
    table = calloc(slots, sizeof *table);
    for (size_t i = 0; i < old_slots; i++)
        if (entries[i].pfn)
            table[slot_of(entries[i].pfn)] = entries[i];
    free(old);
}

static unsigned number_of(uint64_t pfn)
{
    if (used * 2 >= slots)
        make_room();
    size_t i = slot_of(pfn);
    if (!table[i].pfn) {
        table[i].pfn = pfn;
        table[i].number = (unsigned)used++;
    }
    return table[i].number;
}

void answer_begin_pages(const struct operation *op)
{
    forget_numbers();
    begin(op);
    printf(",\"pages\":");
}

void answer_begin_frames(const struct operation *op)
{
    forget_numbers();
    begin(op);
    printf(",\"frames\":{");
    first_process = true;
}

void answer_frames_process(int number)
{
    printf("%s\"%d\":{", first_process ? "" : "},", number);
    first_process = false;
    first_region = true;
}

void answer_frames_region(const char *name)
{
    printf("%s\"%s\":", first_region ? "" : ",", name);
    first_region = false;
}

void answer_end_frames(void)
{
    printf("%s", first_process ? "}" : "}}");
    answer_end();
}

void answer_pages(const struct page *page, uint64_t count, bool counts)
{
    putchar('[');
    for (uint64_t i = 0; i < count; i++, page++) {
        printf("%s\"%c", i ? "," : "", page->kind);
        if (page->kind == 'A' || page->kind == 'F') {
            printf("%u%s%s", number_of(page->pfn), page->mapcount == 1 ? "x" : "", page->huge ? "h" : "");
            if (counts)
                printf("/%llu", (unsigned long long)page->mapcount);
        }
        putchar('"');
    }
    putchar(']');
}
