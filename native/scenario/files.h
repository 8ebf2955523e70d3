/* The files of a scenario: never visible in a directory, so nothing is left behind whatever happens. */
#ifndef FILES_H
#define FILES_H

#include "scenario.h"

struct scenario_file {
    int fd;      /* what processes map */
    int own_fd;  /* what fileread and the like use: a description of its own, so that read-ahead state is not mixed */
    bool tmpfs;
    uint64_t never_read; /* pages cached but not read that file_settle has given up on */
};

/*
 * Makes a file with the scenario's contents: on ext4 clean in the page cache, on tmpfs dirty.
 * False with a message in error when the file system is not the one asked for.
 */
bool file_make(const struct file_decl *decl, struct scenario_file *out, char *error, size_t size);

/* Opens the scratch file that drain_batches uses. */
bool file_open_scratch(char *error, size_t size);

/* Empties this CPU's LRU batches: pages in them hold references that turn a COW reuse into a copy. */
void drain_batches(void);

/*
 * Returns when no read of the file is under way. After dropcache a fault starts read-ahead that ends
 * some time later; what the next fault finds would depend on that time.
 */
void file_settle(struct scenario_file *file);

int file_drop_cache(const struct scenario_file *file);   /* errno or 0 */
int file_cached(const struct scenario_file *file, uint64_t *pages); /* errno or 0 */

#endif
