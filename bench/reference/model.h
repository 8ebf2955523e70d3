/* The model that pagewalk is measured against: the machine of reference.yaml, with nothing configurable but whether
 * data accesses go through the caches. Every structure is true LRU, kept most recent first. */
#ifndef MODEL_H
#define MODEL_H
#include <stdint.h>

enum { FETCH, LOAD, STORE };
enum { LEVELS = 4, CACHES = 3, DRAM = CACHES };

typedef struct {
  uint64_t lookups[2], misses[2]; /* ITLB, DTLB */
  uint64_t stlb_lookups, stlb_misses;
  uint64_t walks, faulted, reads, ad_writes, assists, queued;
  uint64_t psc_hits[LEVELS + 1], psc_misses[LEVELS + 1];
  uint64_t reads_by[LEVELS + 1][CACHES + 1];
  uint64_t cache_hits[CACHES], cache_misses[CACHES];
  uint64_t cycles;
} Counters;

extern Counters counters;

/* `through_caches`: loads and stores ask the data caches too. */
void model_init(int through_caches);
/* Runs records of the packed columns; `high` gives address >> 32 by region. */
void model_run(const uint32_t *keys, const uint16_t *offsets, uint32_t count, const uint64_t *high);
#endif
