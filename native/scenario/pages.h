/* What /proc says about the memory of a process: page states, frame mapcounts, smaps. Needs root. */
#ifndef PAGES_H
#define PAGES_H

#include "scenario.h"

#include <sys/types.h>

struct page {
    char kind;         /* '.' nothing, 'Z' zero page, 'A' anonymous, 'F' page cache or shared memory */
    bool huge;         /* part of a large folio */
    uint64_t pfn;
    uint64_t mapcount; /* 0 for nothing and for the zero page */
};

struct vma {
    uint64_t first, end; /* pages in the region */
    char mode[5];
};

/* The fields of smaps that are printed, in the kernel's order. All are kB. */
enum { SMAPS_FIELDS = 11 };
extern const char *const smaps_name[SMAPS_FIELDS];

struct smaps {
    unsigned long field[SMAPS_FIELDS]; /* summed over the VMAs */
    struct vma *vma;
    int vmas;
};

/* Opens the system-wide page files; false (errno set) when not allowed. */
bool pages_open(void);

int pages_open_process(pid_t pid);
struct page page_at(int pagemap, uint64_t address);
void pages_at(int pagemap, uint64_t address, uint64_t count, struct page *out);
uint64_t present_pages(int pagemap, uint64_t address, uint64_t count);

/* Fills *out for one region of a process; release out->vma with free. */
bool read_smaps(pid_t pid, int region, struct smaps *out);

#endif
