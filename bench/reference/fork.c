/*
 * What fork does to 262,144 resident private pages, by hand: every leaf table is copied entry by entry; each page
 * gains a reference and a mapping and loses its exclusivity; both sides lose write permission; the child's entries are
 * old. The data are laid out as in the model: 8-byte entries in tables of 512, a column of 32 bits for each thing known
 * of a frame, tables from a free list that are zeroed when taken.
 *   fork PAGES ROUNDS
 * Prints as JSON the CPU nanoseconds of each fork (what comes before and after it is not timed) and the copied entries.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ENTRIES = 512, PRESENT = 1, WRITE = 2, ACCESSED = 1 << 5, DIRTY = 1 << 6, USER = 4 };
enum { ANON = 1, EXCLUSIVE = 2, LARGE = 8 };

typedef struct table { uint64_t entry[ENTRIES]; } table;

static int32_t *refcount, *mapcount, *flags;
static table *pool;
static uint32_t *free_tables, free_count;

static table *take_table(void) {
  table *taken = &pool[free_tables[--free_count]];
  memset(taken, 0, sizeof *taken);
  return taken;
}

static uint64_t fork_tables(table **parent, table **child, uint32_t tables) {
  uint64_t copied = 0;
  for (uint32_t t = 0; t < tables; t++) {
    table *from = parent[t], *to = child[t] = take_table();
    for (int i = 0; i < ENTRIES; i++) {
      uint64_t pte = from->entry[i];
      if (!(pte & PRESENT)) continue;
      uint32_t pfn = (uint32_t)(pte >> 12);
      if ((flags[pfn] & (ANON | LARGE)) == ANON) {
        flags[pfn] &= ~EXCLUSIVE;
        refcount[pfn]++;
        mapcount[pfn]++;
      }
      if (pte & WRITE) from->entry[i] = pte &= ~(uint64_t)WRITE;
      to->entry[i] = pte & ~(uint64_t)ACCESSED;
      copied++;
    }
  }
  return copied;
}

static void leave(table **child, uint32_t tables) {
  for (uint32_t t = 0; t < tables; t++) {
    for (int i = 0; i < ENTRIES; i++) {
      uint32_t pfn = (uint32_t)(child[t]->entry[i] >> 12);
      refcount[pfn]--;
      mapcount[pfn]--;
    }
    free_tables[free_count++] = (uint32_t)(child[t] - pool);
  }
}

/* Every page resident, written and the process's alone. */
static void write_pages(table **parent, uint32_t tables) {
  for (uint32_t i = 0; i < tables * ENTRIES; i++) {
    uint32_t pfn = 4096 + i;
    parent[i / ENTRIES]->entry[i % ENTRIES] = (uint64_t)pfn << 12 | PRESENT | WRITE | USER | ACCESSED | DIRTY;
    refcount[pfn] = mapcount[pfn] = 1;
    flags[pfn] = ANON | EXCLUSIVE;
  }
}

int main(int argc, char **argv) {
  if (argc != 3) return 1;
  uint32_t pages = atoi(argv[1]), tables = pages / ENTRIES, frames = pages + 4096;
  int rounds = atoi(argv[2]);
  refcount = calloc(frames, sizeof *refcount);
  mapcount = calloc(frames, sizeof *mapcount);
  flags = calloc(frames, sizeof *flags);
  pool = calloc(tables * 2, sizeof *pool);
  free_tables = calloc(tables * 2, sizeof *free_tables);
  for (uint32_t t = 0; t < tables * 2; t++) free_tables[free_count++] = tables * 2 - 1 - t;
  table **parent = calloc(tables, sizeof *parent), **child = calloc(tables, sizeof *child);
  for (uint32_t t = 0; t < tables; t++) parent[t] = take_table();
  uint64_t copied = 0;
  printf("{\"nanoseconds\":[");
  for (int round = 0; round < rounds; round++) {
    struct timespec from, to;
    write_pages(parent, tables);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    copied = fork_tables(parent, child, tables);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    printf("%s%.0f", round ? "," : "", (to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec));
    leave(child, tables);
  }
  printf("],\"copied\":%llu}\n", (unsigned long long)copied);
  return 0;
}
