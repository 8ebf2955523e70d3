/* A decoded trace as both sides read it: one packed key and one offset per record (bench/workload/columns.ts writes it). */
#ifndef COLUMNS_H
#define COLUMNS_H
#include <stdint.h>

/* key: region << 22 | low 20 bits of the VPN << 2 | type (0 fetch, 1 load, 2 store) */
typedef struct {
  uint32_t records;
  uint32_t regions;
  const uint64_t *high;   /* address >> 32 by region */
  const uint32_t *keys;
  const uint16_t *offsets; /* byte in the page in bits 0..11 */
} Columns;

/* Reads a whole file; ends the program with a message when it cannot. */
Columns columns_read(const char *path);

void *must_map(uint64_t bytes);

/* CPU time of this thread in nanoseconds. */
uint64_t cpu_ns(void);
#endif
