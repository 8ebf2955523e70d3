#include "model.h"
#include "columns.h"
#include <string.h>

/* ---- the machine of reference.yaml ---- */
enum {
  STLB_LATENCY = 9,
  PSC_LATENCY = 1,
  AD_UPDATE = 3,
  ASSIST = 40,
};
static const int latency[CACHES + 1] = {4, 14, 45, 200};

enum { P = 1, RW = 2, US = 4, A = 32, D = 64 };

Counters counters;
static int data_through_caches;

/* ---- tables of 64-bit entries, tag in the upper half, most recently used first; `ways` is a constant where it is
 * called, so each becomes code of its own ---- */
typedef uint64_t *Table;

static Table table_make(uint32_t sets, uint32_t ways) {
  Table t = must_map((uint64_t)sets * ways * 8);
  memset(t, 0xff, (uint64_t)sets * ways * 8);
  return t;
}

/* The entry of a tag, moved to the front; null when it is not there. */
static inline uint64_t *table_find(Table t, uint32_t set, uint32_t ways, uint32_t tag) {
  uint64_t *e = t + (uint64_t)set * ways;
  if ((uint32_t)(e[0] >> 32) == tag) return e;
  for (uint32_t w = 1; w < ways; w++) {
    if ((uint32_t)(e[w] >> 32) != tag) continue;
    uint64_t hit = e[w];
    for (uint32_t to = w; to > 0; to--) e[to] = e[to - 1];
    e[0] = hit;
    return e;
  }
  return 0;
}

/* Puts an entry in front; the last one leaves. */
static inline void table_insert(Table t, uint32_t set, uint32_t ways, uint32_t tag, uint32_t value) {
  uint64_t *e = t + (uint64_t)set * ways;
  for (uint32_t to = ways - 1; to > 0; to--) e[to] = e[to - 1];
  e[0] = (uint64_t)tag << 32 | value;
}

/* ---- data caches: line numbers, most recently used first ---- */
static uint32_t *caches[CACHES];

/* One pass: each line moves a place back until the hole that the line leaves, or off the end. */
static inline int cache_access(uint32_t *lines, uint32_t sets, uint32_t ways, uint32_t line) {
  uint32_t *l = lines + (uint64_t)(line & (sets - 1)) * ways;
  if (l[0] == line) return 1;
  uint32_t moving = l[0];
  l[0] = line;
  for (uint32_t w = 1; w < ways; w++) {
    uint32_t here = l[w];
    l[w] = moving;
    if (here == line) return 1;
    moving = here;
  }
  return 0;
}

static inline int memory_access(uint32_t line) {
  if (cache_access(caches[0], 64, 8, line)) return counters.cache_hits[0]++, 0;
  counters.cache_misses[0]++;
  if (cache_access(caches[1], 1024, 16, line)) return counters.cache_hits[1]++, 1;
  counters.cache_misses[1]++;
  if (cache_access(caches[2], 16384, 16, line)) return counters.cache_hits[2]++, 2;
  counters.cache_misses[2]++;
  return DRAM;
}

/* ---- page tables: a flat physical memory, of which only table frames are ever touched ---- */
static uint64_t *physical;
static uint32_t next_frame = 1, root;

static Table first[2], stlb, psc[LEVELS + 1];

static inline uint32_t index_at(uint64_t vpn, int level) {
  return (vpn >> (9 * (level - 1))) & 511;
}

/* The demand kernel: maps the page, tables on the way included, readable, writable, accessed and clean. */
static void map_page(uint64_t vpn) {
  uint32_t table = root;
  for (int level = LEVELS; level >= 1; level--) {
    uint64_t *pte = physical + (uint64_t)table * 512 + index_at(vpn, level);
    if (!(*pte & P)) *pte = (uint64_t)next_frame++ << 12 | P | RW | US | A | (level > 1 ? D : 0);
    table = *pte >> 12;
  }
}

/* Reads the tables from the deepest cached pointer on; the leaf entry, 0 where a page is missing. */
static uint64_t walk(uint64_t vpn, int type) {
  counters.walks++;
  counters.cycles += PSC_LATENCY;
  int level = LEVELS;
  uint32_t table = root;
  for (int l = 2; l <= LEVELS; l++) {
    uint32_t tag = vpn >> (9 * (l - 1));
    uint64_t *entry = l == 2 ? table_find(psc[2], 0, 32, tag) : table_find(psc[l], 0, 4, tag);
    if (!entry) {
      counters.psc_misses[l]++;
      continue;
    }
    counters.psc_hits[l]++;
    level = l - 1;
    table = (uint32_t)*entry;
    break;
  }
  for (;; level--) {
    uint32_t index = index_at(vpn, level);
    uint64_t *pte = physical + (uint64_t)table * 512 + index;
    int by = memory_access(table << 6 | index >> 3);
    counters.reads++;
    counters.reads_by[level][by]++;
    counters.cycles += latency[by];
    if (!(*pte & P)) {
      counters.faulted++;
      return 0;
    }
    uint64_t touched = *pte | A | (level == 1 && type == STORE ? D : 0);
    if (touched != *pte) {
      *pte = touched;
      counters.ad_writes++;
      counters.cycles += AD_UPDATE;
    }
    if (level == 1) return touched;
    table = *pte >> 12;
    uint32_t tag = vpn >> (9 * (level - 1));
    if (level == 2) table_insert(psc[2], 0, 32, tag, table);
    else table_insert(psc[level], 0, 4, tag, table);
  }
}

/* TLB values: frame << 1 | dirty. */
static uint32_t translate(uint32_t key, uint64_t vpn, int type, int counted) {
  Table l1 = first[type != FETCH];
  uint64_t *entry = table_find(l1, key & 15, 4, key);
  if (entry) { /* a store to a clean page */
    counters.assists++;
  } else {
    if (counted) counters.misses[type != FETCH]++, counters.stlb_lookups++;
    entry = table_find(stlb, key & 127, 12, key);
    counters.cycles += STLB_LATENCY;
    if (entry) {
      uint32_t value = (uint32_t)*entry;
      table_insert(l1, key & 15, 4, key, value);
      if (type != STORE || (value & 1)) return value;
      counters.assists++;
    } else if (counted)
      counters.stlb_misses++;
  }
  uint64_t pte = walk(vpn, type);
  if (!pte) {
    map_page(vpn);
    return translate(key, vpn, type, 0);
  }
  uint32_t value = (uint32_t)(pte >> 12) << 1 | ((pte & D) != 0);
  if (entry) counters.cycles += ASSIST;
  uint64_t *known = table_find(stlb, key & 127, 12, key);
  if (known) *known = (uint64_t)key << 32 | value;
  else table_insert(stlb, key & 127, 12, key, value);
  known = table_find(l1, key & 15, 4, key);
  if (known) *known = (uint64_t)key << 32 | value;
  else table_insert(l1, key & 15, 4, key, value);
  return value;
}

void model_init(int through_caches) {
  data_through_caches = through_caches;
  static const uint32_t sets[CACHES] = {64, 1024, 16384}, ways[CACHES] = {8, 16, 16};
  for (int i = 0; i < CACHES; i++) {
    caches[i] = must_map((uint64_t)sets[i] * ways[i] * 4);
    memset(caches[i], 0xff, (uint64_t)sets[i] * ways[i] * 4);
  }
  first[0] = table_make(16, 4);
  first[1] = table_make(16, 4);
  stlb = table_make(128, 12);
  psc[2] = table_make(1, 32);
  psc[3] = table_make(1, 4);
  psc[4] = table_make(1, 4);
  physical = must_map(1ull << 36);
  root = next_frame++;
}

void model_run(const uint32_t *keys, const uint16_t *offsets, uint32_t count, const uint64_t *high) {
  uint64_t fetches = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t record = keys[i];
    int type = record & 3;
    uint32_t key = record >> 2;
    fetches += type == FETCH;
    uint64_t *entry = table_find(first[type != FETCH], key & 15, 4, key);
    uint32_t value;
    if (entry && (type != STORE || (*entry & 1))) value = (uint32_t)*entry;
    else value = translate(key, high[record >> 22] << 20 | (key & 0xfffff), type, 1);
    if (data_through_caches && type != FETCH)
      counters.cycles += latency[memory_access((value >> 1) << 6 | (offsets[i] & 0xfff) >> 6)] - latency[0];
  }
  counters.cycles += count;
  counters.lookups[0] += fetches;
  counters.lookups[1] += count - fetches;
}
