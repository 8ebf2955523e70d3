/*
 * Plain C readers of the two trace formats that are measured: lackey text, and .pwt as docs/trace-format.md states it.
 *   readers lackey|pwt FILE ROUNDS
 * Decodes the whole file into columns of 64 Ki accesses again and again, and prints as JSON the accesses, a checksum of
 * what was decoded, and the CPU nanoseconds of each round, reading included.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

enum { FETCH, LOAD, STORE, MODIFY };
enum { COLUMN = 65536, INPUT = 1 << 20 };

static uint64_t addresses[COLUMN];
static uint16_t sizes[COLUMN];
static uint8_t types[COLUMN];
static uint32_t filled;
static uint64_t accesses, checksum;

static int checking;

/* The columns are full. The checksum is not part of reading: only the first, untimed round makes it. */
static void use_columns(void) {
  if (checking) for (uint32_t i = 0; i < filled; i++) checksum += addresses[i] % 4294967296u + sizes[i] * 3u + types[i];
  accesses += filled;
  filled = 0;
}

static inline void put(int type, uint64_t address, uint32_t size) {
  addresses[filled] = address;
  sizes[filled] = size;
  types[filled] = type;
  if (++filled == COLUMN) use_columns();
}

static void fail(const char *what) {
  fprintf(stderr, "readers: %s\n", what);
  exit(1);
}

static inline int hex(uint8_t c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; }

/* "I  04001090,3", " L 1ffefff2a8,8": everything else is no access. */
static void line(const uint8_t *at, const uint8_t *end) {
  if (end - at < 6 || at[2] != ' ') return;
  int type;
  if (at[0] == 'I') type = FETCH;
  else if (at[0] != ' ') return;
  else if (at[1] == 'L') type = LOAD;
  else if (at[1] == 'S') type = STORE;
  else if (at[1] == 'M') type = MODIFY;
  else return;
  uint64_t address = 0;
  uint32_t size = 0;
  for (at += 3; *at != ','; at++) address = address << 4 | hex(*at);
  for (at++; at < end && *at >= '0'; at++) size = size * 10 + (*at - '0');
  put(type, address, size);
}

static void read_lackey(FILE *file) {
  static uint8_t buffer[INPUT + 256];
  size_t kept = 0, got;
  while ((got = fread(buffer + kept, 1, INPUT - kept, file)) > 0) {
    const uint8_t *at = buffer, *end = buffer + kept + got, *newline;
    while ((newline = memchr(at, '\n', end - at))) {
      line(at, newline);
      at = newline + 1;
    }
    kept = end - at;
    if (kept >= INPUT) fail("a line longer than the buffer");
    memmove(buffer, at, kept);
  }
}

struct block {
  uint32_t magic, header_crc, payload_crc;
  uint8_t kind, codec;
  uint16_t zero;
  uint32_t stored, raw, first[2], pid, tid, accesses, events, event_bytes, regions, lows, words, sizes, bytes;
};

static void decode_block(const struct block *b, const uint8_t *payload) {
  const uint32_t *region_table = (const uint32_t *)payload;
  const uint32_t *low_column = region_table + b->regions;
  const uint16_t *size_table = (const uint16_t *)(low_column + b->lows);
  const uint16_t *region_column = size_table + 64;
  const int16_t *words = (const int16_t *)(region_column + b->lows);
  const uint16_t *size_column = (const uint16_t *)(words + b->words);
  const uint8_t *tags = (const uint8_t *)(size_column + b->sizes);
  const int8_t *bytes = (const int8_t *)(tags + b->accesses);
  static uint32_t slot_low[4096], slot_region[4096];
  uint32_t fetch_end = 0, fetch_low = 0, fetch_region = 0;
  memset(slot_low, 0, sizeof slot_low);
  memset(slot_region, 0, sizeof slot_region);
  for (uint32_t i = 0; i < b->accesses; i++) {
    int type = tags[i] & 3, how = tags[i] >> 2 & 3, code = tags[i] >> 4;
    uint32_t size = code == 15 ? *size_column++ & 0x7fff : size_table[type * 16 + code];
    uint32_t slot = ((fetch_low ^ fetch_low >> 11) & 0x7ff) << 1 | (type == STORE);
    uint32_t low = type == FETCH ? fetch_end : slot_low[slot];
    uint32_t region = type == FETCH ? fetch_region : slot_region[slot];
    if (how == 1) low += *bytes++;
    else if (how == 2) low += *words++;
    else if (how == 3) {
      low = *low_column++;
      region = *region_column++;
    }
    if (type == FETCH) {
      fetch_low = low;
      fetch_region = region;
      fetch_end = low + size;
    } else {
      slot_low[slot] = low;
      slot_region[slot] = region;
    }
    put(type, (uint64_t)region_table[region] << 32 | low, size);
  }
}

static void read_pwt(FILE *file) {
  uint32_t preamble[5];
  struct block b;
  uint8_t *stored = NULL, *raw = NULL;
  if (fread(preamble, 1, 20, file) != 20 || fseek(file, preamble[3], SEEK_CUR) != 0) fail("no .pwt header");
  while (fread(&b, 1, 72, file) == 72 && b.kind == 1) {
    stored = realloc(stored, b.stored + 1);
    raw = realloc(raw, b.raw + 1);
    if (fread(stored, 1, b.stored, file) != b.stored) fail("a cut block");
    if (crc32(0, stored, b.stored) != b.payload_crc) fail("a damaged block");
    if (b.codec == 1) {
      z_stream z = {.next_in = stored, .avail_in = b.stored, .next_out = raw, .avail_out = b.raw};
      if (inflateInit2(&z, -15) != Z_OK || inflate(&z, Z_FINISH) != Z_STREAM_END) fail("a block does not unpack");
      inflateEnd(&z);
    } else memcpy(raw, stored, b.raw);
    decode_block(&b, raw);
  }
  free(stored);
  free(raw);
}

int main(int argc, char **argv) {
  if (argc != 4) fail("usage: readers lackey|pwt FILE ROUNDS");
  int rounds = atoi(argv[3]);
  printf("{\"nanoseconds\":[");
  for (int round = -1; round < rounds; round++) {
    struct timespec from, to;
    FILE *file = fopen(argv[2], "rb");
    if (!file) fail("no such file");
    checking = round < 0;
    if (checking) checksum = 0;
    accesses = 0;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    if (strcmp(argv[1], "pwt") == 0) read_pwt(file);
    else read_lackey(file);
    use_columns();
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    fclose(file);
    if (!checking) printf("%s%.0f", round ? "," : "", (to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec));
  }
  printf("],\"accesses\":%llu,\"checksum\":%llu}\n", (unsigned long long)accesses, (unsigned long long)checksum);
  return 0;
}
