/*
 * Records where a real process with 1 GiB of private memory has its pages, before and after fork: the layout that
 * bench/papers/page-table-bytes.ts gives to the model. Linux, root (frame numbers in /proc/PID/pagemap).
 *   cc -O1 -o /tmp/record record.c && /tmp/record > one-gib.layout
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, PRESENT = 63, OF_FILE = 61 };
#define GIB (1UL << 30)
#define FRAME(entry) ((entry) & ((1UL << 55) - 1))

static int forked;

/* The process that is recorded: fills 1 GiB, stops, forks; parent and child note what fork said and wait. */
static void target(void) {
  char *memory = malloc(GIB);
  for (size_t at = 0; at < GIB; at += PAGE) memory[at] = 1;
  raise(SIGSTOP);
  forked = fork();
  for (;;) pause();
}

static uint64_t entry_of(int pid, uint64_t page) {
  char path[64];
  uint64_t entry = 0;
  snprintf(path, sizeof path, "/proc/%d/pagemap", pid);
  int file = open(path, O_RDONLY);
  if (pread(file, &entry, 8, page * 8) != 8) entry = 0;
  close(file);
  return entry;
}

/* kB of a line of /proc/PID/status. */
static long status_of(int pid, const char *key) {
  char path[64], line[256];
  long kb = -1;
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  FILE *file = fopen(path, "r");
  while (fgets(line, sizeof line, file))
    if (strncmp(line, key, strlen(key)) == 0) kb = atol(line + strlen(key) + 1);
  fclose(file);
  return kb;
}

/* Runs of pages of one VMA that hold what `wanted` says: " r 12+4" pages 12 to 15 of a file, " w 0+1" anonymous ones. */
static void print_runs(const uint64_t *entries, size_t pages, int (*wanted)(uint64_t entry), char letter) {
  for (size_t from = 0; from < pages;) {
    size_t to = from;
    while (to < pages && wanted(entries[to])) to++;
    if (to > from) printf(" %c %zu+%zu", letter, from, to - from);
    from = to > from ? to : from + 1;
  }
}

static int is_file(uint64_t entry) { return entry >> PRESENT && entry >> OF_FILE & 1; }
static int is_anonymous(uint64_t entry) { return entry >> PRESENT && !(entry >> OF_FILE & 1); }
static int is_set(uint64_t entry) { return entry != 0; }

int main(int argc, char **argv) {
  if (argc > 1) target();
  int parent = fork();
  if (parent == 0) execl("/proc/self/exe", argv[0], "target", NULL);
  waitpid(parent, NULL, WUNTRACED);

  char path[64], line[512], *maps[64];
  uint64_t *before[64], start[64], end[64];
  int count = 0;
  snprintf(path, sizeof path, "/proc/%d/maps", parent);
  FILE *file = fopen(path, "r");
  while (fgets(line, sizeof line, file)) {
    if (strstr(line, "[vsyscall]") || strstr(line, "[vvar") || strstr(line, "[vdso]")) continue;
    maps[count] = strdup(line);
    sscanf(line, "%lx-%lx", &start[count], &end[count]);
    size_t pages = (end[count] - start[count]) / PAGE;
    before[count] = calloc(pages, 8);
    for (size_t i = 0; i < pages; i++) before[count][i] = entry_of(parent, start[count] / PAGE + i);
    count++;
  }
  fclose(file);

  kill(parent, SIGCONT);
  usleep(500000);
  int child = 0;
  snprintf(path, sizeof path, "/proc/%d/task/%d/children", parent, parent);
  file = fopen(path, "r");
  if (fscanf(file, "%d", &child) != 1) return 1;
  fclose(file);

  struct utsname host;
  uname(&host);
  printf("# %s %s %s; made by record.c\n", host.sysname, host.release, host.machine);
  printf("real parent VmPTE %ld VmRSS %ld\n", status_of(parent, "VmPTE:"), status_of(parent, "VmRSS:"));
  printf("real child VmPTE %ld VmRSS %ld\n", status_of(child, "VmPTE:"), status_of(child, "VmRSS:"));
  for (int i = 0; i < count; i++) {
    char prot[8] = "", name[256] = "-";
    unsigned long offset = 0;
    sscanf(maps[i], "%*s %7s %lx %*s %*s %255s", prot, &offset, name);
    size_t pages = (end[i] - start[i]) / PAGE;
    printf("map %lx %lx %s %lx %s\n", start[i], end[i], prot, offset, name[0] == '/' ? strrchr(name, '/') + 1 : name);
    printf(" parent");
    print_runs(before[i], pages, is_file, 'r');
    print_runs(before[i], pages, is_anonymous, 'w');
    printf("\n child");
    /*
     * What was written after fork: anonymous pages in another frame than before, in the child or in the parent. Both
     * run the same code, and the last to write keeps the frame, so a page that one has anew was written by both.
     */
    uint64_t *own = calloc(pages, 8);
    for (size_t k = 0; k < pages; k++) {
      uint64_t here = entry_of(child, start[i] / PAGE + k), there = entry_of(parent, start[i] / PAGE + k);
      uint64_t old = FRAME(before[i][k]);
      own[k] = is_anonymous(here) && (FRAME(here) != old || FRAME(there) != old);
    }
    print_runs(own, pages, is_set, 'w');
    for (size_t k = 0; k < pages; k++) own[k] = is_file(entry_of(child, start[i] / PAGE + k));
    print_runs(own, pages, is_set, 'r');
    printf("\n");
  }
  kill(child, SIGKILL);
  kill(parent, SIGKILL);
  return 0;
}
