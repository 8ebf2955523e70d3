#define _GNU_SOURCE
#include "lex.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void fail_at(struct parser *p, int col, const char *format, ...)
{
    va_list args;
    fflush(stdout);
    fprintf(stderr, "%s:%d:%d: ", p->out->path, p->line, col);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    longjmp(p->failed, 1);
}

static int end_col(const struct parser *p)
{
    const struct word *last = &p->word[p->words - 1];
    return last->col + (int)strlen(last->text) + 1;
}

bool more(const struct parser *p)
{
    return p->next < p->words;
}

int next_col(const struct parser *p)
{
    return more(p) ? p->word[p->next].col : end_col(p);
}

struct word *take(struct parser *p, const char *expected)
{
    if (!more(p))
        fail_at(p, end_col(p), "expected %s", expected);
    return &p->word[p->next++];
}

void no_more(struct parser *p)
{
    if (more(p))
        fail_at(p, p->word[p->next].col, "unexpected '%s'", p->word[p->next].text);
}

void split(struct parser *p, const char *start, size_t length)
{
    const char *comment = memchr(start, '#', length);
    p->words = p->next = 0;
    if (comment)
        length = (size_t)(comment - start);
    if (length >= MAX_LINE)
        fail_at(p, MAX_LINE, "line too long (at most %d bytes)", MAX_LINE - 1);
    memcpy(p->buffer, start, length);
    p->buffer[length] = 0;
    for (char *s = p->buffer; *s;) {
        if (isspace((unsigned char)*s)) {
            *s++ = 0;
            continue;
        }
        if (p->words == MAX_WORDS)
            fail_at(p, (int)(s - p->buffer) + 1, "too many words");
        p->word[p->words++] = (struct word){ s, (int)(s - p->buffer) + 1 };
        while (*s && !isspace((unsigned char)*s)) {
            if (!isprint((unsigned char)*s))
                fail_at(p, (int)(s - p->buffer) + 1, "unexpected character 0x%02x", (unsigned char)*s);
            s++;
        }
    }
}

char *joined(const struct parser *p)
{
    char line[MAX_LINE];
    size_t used = 0;
    for (int i = 0; i < p->words; i++)
        used += (size_t)snprintf(line + used, sizeof line - used, "%s%s", i ? " " : "", p->word[i].text);
    return strdup(line);
}

uint64_t number_at(struct parser *p, const struct word *w, const char **s, uint64_t max, const char *what)
{
    int col = w->col + (int)(*s - w->text);
    char *end;
    if (!isdigit((unsigned char)**s))
        fail_at(p, col, "expected %s", what);
    bool hex = (*s)[0] == '0' && ((*s)[1] == 'x' || (*s)[1] == 'X');
    unsigned long long value = strtoull(*s, &end, hex ? 16 : 10);
    if (value > max)
        fail_at(p, col, "%s is at most %llu", what, (unsigned long long)max);
    *s = end;
    return value;
}

uint64_t number(struct parser *p, uint64_t max, const char *what)
{
    struct word *w = take(p, what);
    const char *s = w->text;
    uint64_t value = number_at(p, w, &s, max, what);
    if (*s)
        fail_at(p, w->col + (int)(s - w->text), "expected %s, found '%s'", what, w->text);
    return value;
}

size_t name_length(const char *s)
{
    if (!isalpha((unsigned char)*s) && *s != '_')
        return 0;
    size_t n = 1;
    while (isalnum((unsigned char)s[n]) || s[n] == '_')
        n++;
    return n;
}

size_t checked_name(struct parser *p, const char *s, int col, const char *what)
{
    size_t n = name_length(s);
    if (!n)
        fail_at(p, col, "expected %s", what);
    if (n >= MAX_NAME)
        fail_at(p, col, "name too long (at most %d letters)", MAX_NAME - 1);
    return n;
}
