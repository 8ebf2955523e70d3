#define _GNU_SOURCE
#include "columns.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

Columns columns_read(const char *path) {
  int fd = open(path, O_RDONLY);
  struct stat st;
  if (fd < 0 || fstat(fd, &st) != 0) {
    perror(path);
    exit(2);
  }
  const uint8_t *at = mmap(0, st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
  if (at == MAP_FAILED) {
    perror(path);
    exit(2);
  }
  Columns c;
  c.records = ((const uint32_t *)at)[0];
  c.regions = ((const uint32_t *)at)[1];
  c.high = (const uint64_t *)(at + 8);
  c.keys = (const uint32_t *)(c.high + c.regions);
  c.offsets = (const uint16_t *)(c.keys + c.records);
  return c;
}

/* Zeroed memory that exists when it is touched. */
void *must_map(uint64_t bytes) {
  void *at = mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) {
    perror("mmap");
    exit(2);
  }
  return at;
}

uint64_t cpu_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (uint64_t)t.tv_sec * 1000000000u + t.tv_nsec;
}
