/*
 * The state of parsing one script, and its lexical part: words with their columns, numbers, names.
 * Every function here that finds a mistake prints it and leaves through failed.
 */
#ifndef LEX_H
#define LEX_H

#include "scenario.h"

#include <setjmp.h>

enum { MAX_WORDS = 16, MAX_LINE = 512 };

struct word {
    char *text;
    int col;
};

struct parser {
    struct scenario *out;
    int line;
    char buffer[MAX_LINE];
    struct word word[MAX_WORDS];
    int words;
    int next; /* the word to be read next */
    uint64_t extent[MAX_REGIONS];
    enum { UNBORN, LIVE, GONE } state[MAX_PROCESS + 1];
    int parent[MAX_PROCESS + 1];
    int capacity;
    jmp_buf failed;
};

_Noreturn void fail_at(struct parser *p, int col, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Cuts a line into words, without its comment. */
void split(struct parser *p, const char *start, size_t length);
/* The words of the line joined by one blank; the caller frees it. */
char *joined(const struct parser *p);

bool more(const struct parser *p);
struct word *take(struct parser *p, const char *expected);
void no_more(struct parser *p);
/* The column of the next word, or just behind the last one. */
int next_col(const struct parser *p);

/* Reads a decimal or 0x number at *s, somewhere in w, and moves *s behind it. */
uint64_t number_at(struct parser *p, const struct word *w, const char **s, uint64_t max, const char *what);
uint64_t number(struct parser *p, uint64_t max, const char *what);

/* Length of the identifier at s, 0 when there is none. */
size_t name_length(const char *s);
/* The same, but a mistake when there is none or it is too long. */
size_t checked_name(struct parser *p, const char *s, int col, const char *what);

#endif
