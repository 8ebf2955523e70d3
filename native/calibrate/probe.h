/*
 * What the parts of the probe share: arguments of a command, its reply, and how to give up.
 */
#ifndef PROBE_H
#define PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_BYTES ((size_t)4096)
#define HUGE_PAGES ((size_t)512)
#define HUGE_BYTES (HUGE_PAGES * PAGE_BYTES)
#define MOST_REPS 64

/* A CPU that this program may use besides the one it runs on, -1 when there is none. */
extern int other_cpu;

/* One request line, `name key=value ...`, split in place. */
struct command {
    char *name;
    char *key[16];
    char *value[16];
    int count;
};

/* The value of a key; the default when it is absent. A value that is no whole number ends the program. */
uint64_t number_of(const struct command *command, const char *key, uint64_t otherwise);
const char *word_of(const struct command *command, const char *key, const char *otherwise);
bool is_word(const struct command *command, const char *key, const char *word);

/* Measurements of one kind, one value a repetition. */
struct series {
    const char *name;
    int count;
    double value[MOST_REPS];
};
void series_add(struct series *series, double value);

/* The reply: one JSON object on one line. begin, then any number of the others, then end. */
void reply_begin(void);
void reply_series(const struct series *series);
void reply_number(const char *key, double value);
void reply_text(const char *key, const char *value);
void reply_end(void);

/* Prints {"error": "..."} (with the text of errno when it is set) and ends with 3. */
__attribute__((noreturn, format(printf, 1, 2))) void fail(const char *format, ...);

/* Replies {"skipped": why} instead of figures: this one measurement is not to be had, others are. */
void skip(const char *why);
#define NO_HUGE_PAGES "the kernel gave no huge pages (free memory in pieces, or the setting)"

/* Where files on a disk are made: $TMPDIR, else /var/tmp. */
const char *disk_directory(void);

/* The commands; each reads its arguments and replies once. */
void measure_syscall(const struct command *command);
void measure_fault(const struct command *command);
void measure_cycle(const struct command *command);
void measure_mapping(const struct command *command);
void measure_memory(const struct command *command);
void measure_stores(const struct command *command);
void receive_list(const struct command *command);
void measure_snapshot(const struct command *command);
void describe_host(const struct command *command);
void touch_memory(const struct command *command);

#endif
