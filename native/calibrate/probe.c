#include "probe.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *word_of(const struct command *command, const char *key, const char *otherwise)
{
    for (int i = 0; i < command->count; i++)
        if (!strcmp(command->key[i], key))
            return command->value[i];
    return otherwise;
}

bool is_word(const struct command *command, const char *key, const char *word)
{
    return !strcmp(word_of(command, key, ""), word);
}

uint64_t number_of(const struct command *command, const char *key, uint64_t otherwise)
{
    const char *text = word_of(command, key, NULL);
    char *end;
    if (!text)
        return otherwise;
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    if (errno || end == text || *end)
        fail("%s=%s is not a whole number", key, text);
    return value;
}

void series_add(struct series *series, double value)
{
    if (series->count < MOST_REPS)
        series->value[series->count++] = value;
}

static bool first;

static void key(const char *name)
{
    printf("%s\"%s\":", first ? "" : ",", name);
    first = false;
}

void reply_begin(void)
{
    putchar('{');
    first = true;
}

void reply_series(const struct series *series)
{
    if (!series->count)
        return;
    key(series->name);
    for (int i = 0; i < series->count; i++)
        printf("%c%.4g", i ? ',' : '[', series->value[i]);
    putchar(']');
}

void reply_number(const char *name, double value)
{
    key(name);
    printf("%.10g", value);
}

void reply_text(const char *name, const char *value)
{
    key(name);
    putchar('"');
    for (const unsigned char *c = (const unsigned char *)value; *c; c++)
        if (*c == '"' || *c == '\\')
            printf("\\%c", *c);
        else if (*c >= ' ')
            putchar(*c);
    putchar('"');
}

void reply_end(void)
{
    puts("}");
    fflush(stdout);
}

void skip(const char *why)
{
    reply_begin();
    reply_text("skipped", why);
    reply_end();
}

const char *disk_directory(void)
{
    const char *directory = getenv("TMPDIR");
    return directory && *directory ? directory : "/var/tmp";
}

void fail(const char *format, ...)
{
    char text[512];
    int error = errno;
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (error && n >= 0 && (size_t)n < sizeof text)
        snprintf(text + n, sizeof text - (size_t)n, ": %s", strerror(error));
    reply_begin();
    reply_text("error", text);
    reply_end();
    _Exit(3);
}
