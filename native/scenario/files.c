#define _GNU_SOURCE
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

static int scratch = -1;

static bool explain(char *error, size_t size, const char *what, const char *where)
{
    snprintf(error, size, "%s %s: %s", what, where, strerror(errno));
    return false;
}

static const char *directory(bool tmpfs)
{
    const char *dir = tmpfs ? "/dev/shm" : getenv("TMPDIR");
    return dir && *dir ? dir : "/var/tmp";
}

static bool open_unnamed(bool tmpfs, int *fd, char *error, size_t size)
{
    const char *dir = directory(tmpfs);
    struct statfs fs;
    *fd = open(dir, O_TMPFILE | O_RDWR, 0600);
    if (*fd < 0)
        return explain(error, size, "cannot make a file in", dir);
    if (fstatfs(*fd, &fs))
        return explain(error, size, "cannot examine", dir);
    if (fs.f_type != (tmpfs ? TMPFS_MAGIC : EXT4_SUPER_MAGIC)) {
        snprintf(error, size, "%s is not on %s%s", dir, tmpfs ? "tmpfs" : "ext4",
                 tmpfs ? "" : " (set TMPDIR to a directory that is)");
        close(*fd);
        return false;
    }
    return true;
}

/* Page by page, so that the page cache holds no large folios. */
static bool fill(int fd, uint64_t bytes)
{
    unsigned char page[PAGE_BYTES];
    for (uint64_t at = 0; at < bytes; at += PAGE_BYTES) {
        size_t n = bytes - at < PAGE_BYTES ? (size_t)(bytes - at) : PAGE_BYTES;
        for (size_t i = 0; i < n; i++)
            page[i] = (unsigned char)((at >> 12) * 17 + i * 3 + 0x41);
        if (pwrite(fd, page, n, (off_t)at) != (ssize_t)n)
            return false;
    }
    return true;
}

static bool read_all(int fd, uint64_t bytes)
{
    unsigned char page[PAGE_BYTES];
    for (uint64_t at = 0; at < bytes; at += PAGE_BYTES)
        if (pread(fd, page, PAGE_BYTES, (off_t)at) <= 0)
            return false;
    return true;
}

bool file_make(const struct file_decl *decl, struct scenario_file *out, char *error, size_t size)
{
    char self[64];
    out->tmpfs = decl->tmpfs;
    if (!open_unnamed(decl->tmpfs, &out->fd, error, size))
        return false;
    snprintf(self, sizeof self, "/proc/self/fd/%d", out->fd);
    out->own_fd = open(self, O_RDWR | O_CLOEXEC);
    if (out->own_fd < 0)
        return explain(error, size, "cannot reopen", decl->name);
    if (!fill(out->own_fd, decl->bytes))
        return explain(error, size, "cannot write", decl->name);
    if (!decl->tmpfs && fsync(out->own_fd))
        return explain(error, size, "cannot fsync", decl->name);
    if (!read_all(out->own_fd, decl->bytes))
        return explain(error, size, "cannot read", decl->name);
    return true;
}

bool file_open_scratch(char *error, size_t size)
{
    if (!open_unnamed(false, &scratch, error, size))
        return false;
    if (!fill(scratch, PAGE_BYTES) || fsync(scratch))
        return explain(error, size, "cannot write in", directory(false));
    return true;
}

void drain_batches(void)
{
    posix_fadvise(scratch, 0, 0, POSIX_FADV_DONTNEED);
}

/* Pages of the file that are in the page cache and have been read. */
static uint64_t pages_ready(int fd, uint64_t bytes)
{
    uint64_t ready = 0, pages = (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
    void *at = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
    unsigned char *state = malloc(pages);
    if (at != MAP_FAILED && state && !mincore(at, bytes, state))
        for (uint64_t i = 0; i < pages; i++)
            ready += state[i] & 1;
    free(state);
    if (at != MAP_FAILED)
        munmap(at, bytes);
    return ready;
}

/* A page whose end ext4_block_truncate_page zeroed stays cached and unread: such pages are not waited for twice. */
void file_settle(struct scenario_file *file)
{
    enum { STEP_MICROSECONDS = 100, PATIENCE = 200 };
    struct stat now;
    uint64_t cached, unread = 0, least = UINT64_MAX;
    if (file->tmpfs || fstat(file->own_fd, &now) || !now.st_size)
        return;
    for (int idle = 0; idle < PATIENCE; idle++) {
        uint64_t ready = pages_ready(file->own_fd, (uint64_t)now.st_size);
        if (file_cached(file, &cached))
            return;
        unread = cached > ready ? cached - ready : 0;
        if (unread <= file->never_read)
            break;
        if (unread < least) {
            least = unread;
            idle = 0;
        }
        usleep(STEP_MICROSECONDS);
    }
    file->never_read = unread;
}

int file_drop_cache(const struct scenario_file *file)
{
    if (fsync(file->own_fd))
        return errno;
    return posix_fadvise(file->own_fd, 0, 0, POSIX_FADV_DONTNEED);
}

int file_cached(const struct scenario_file *file, uint64_t *pages)
{
    struct { uint64_t offset, length; } range = { 0, 0 };
    struct { uint64_t cached, dirty, writeback, evicted, recently_evicted; } stat = { 0 };
    if (syscall(SYS_cachestat, file->own_fd, &range, &stat, 0))
        return errno;
    *pages = stat.cached;
    return 0;
}
