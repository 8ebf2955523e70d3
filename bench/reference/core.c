/* core COLUMNS THROUGH_CACHES UNTIMED: runs a decoded trace and prints its counters and the CPU nanoseconds of each
 * 64 Ki records after the first UNTIMED. */
#include "columns.h"
#include "model.h"
#include <stdio.h>
#include <stdlib.h>

enum { CHUNK = 65536 };

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: core COLUMNS THROUGH_CACHES UNTIMED\n");
    return 2;
  }
  Columns c = columns_read(argv[1]);
  uint32_t untimed = atoi(argv[3]);
  model_init(atoi(argv[2]));
  model_run(c.keys, c.offsets, untimed, c.high);
  printf("{\"chunks\":[");
  for (uint32_t at = untimed; at < c.records; at += CHUNK) {
    uint32_t count = c.records - at < CHUNK ? c.records - at : CHUNK;
    uint64_t start = cpu_ns();
    model_run(c.keys + at, c.offsets + at, count, c.high);
    printf("%s%lu", at > untimed ? "," : "", (unsigned long)(cpu_ns() - start));
  }
  Counters *k = &counters;
  printf("],\"cycles\":%lu,\"tlb\":[[%lu,%lu],[%lu,%lu],[%lu,%lu]]", k->cycles, k->lookups[0], k->misses[0],
         k->lookups[1], k->misses[1], k->stlb_lookups, k->stlb_misses);
  printf(",\"walks\":[%lu,%lu,%lu,%lu,%lu],\"psc\":[", k->walks, k->faulted, k->reads, k->ad_writes, k->assists);
  for (int l = 2; l <= LEVELS; l++)
    printf("%s[%lu,%lu]", l > 2 ? "," : "", k->psc_hits[l], k->psc_misses[l]);
  printf("],\"reads\":[");
  for (int l = 1; l <= LEVELS; l++)
    for (int i = 0; i <= CACHES; i++) printf("%s%lu", l + i > 1 ? "," : "", k->reads_by[l][i]);
  printf("],\"caches\":[");
  for (int i = 0; i < CACHES; i++)
    printf("%s[%lu,%lu]", i ? "," : "", k->cache_hits[i], k->cache_misses[i]);
  printf("]}\n");
  return 0;
}
