#define _GNU_SOURCE
#include "pages.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* pagemap: bits 0-54 frame, 61 file or shared memory, 63 present */
#define PM_FRAME ((UINT64_C(1) << 55) - 1)
#define PM_FILE (UINT64_C(1) << 61)
#define PM_PRESENT (UINT64_C(1) << 63)
#define KPF_THP (UINT64_C(1) << 22)
#define KPF_ZERO_PAGE (UINT64_C(1) << 24)

static int kpagecount = -1, kpageflags = -1;

const char *const smaps_name[SMAPS_FIELDS] = {
    "Size", "Rss", "Pss", "Pss_Dirty", "Shared_Clean", "Shared_Dirty", "Private_Clean", "Private_Dirty",
    "Anonymous", "AnonHugePages", "Locked",
};

bool pages_open(void)
{
    kpagecount = open("/proc/kpagecount", O_RDONLY | O_CLOEXEC);
    kpageflags = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
    return kpagecount >= 0 && kpageflags >= 0;
}

int pages_open_process(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/pagemap", pid);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static uint64_t word_of(int fd, uint64_t index)
{
    uint64_t word = 0;
    if (pread(fd, &word, sizeof word, (off_t)(index * sizeof word)) != sizeof word)
        return 0;
    return word;
}

static struct page describe(uint64_t entry)
{
    struct page page = { .kind = '.' };
    if (!(entry & PM_PRESENT))
        return page;
    page.pfn = entry & PM_FRAME;
    uint64_t flags = word_of(kpageflags, page.pfn);
    if (flags & KPF_ZERO_PAGE) {
        page.kind = 'Z';
        return page;
    }
    page.kind = entry & PM_FILE ? 'F' : 'A';
    page.huge = flags & KPF_THP;
    page.mapcount = word_of(kpagecount, page.pfn);
    return page;
}

struct page page_at(int pagemap, uint64_t address)
{
    return describe(word_of(pagemap, address / PAGE_BYTES));
}

/* Calls visit for each page of the range with its pagemap entry. */
static void each_entry(int pagemap, uint64_t address, uint64_t count, void (*visit)(void *, uint64_t), void *with)
{
    uint64_t entry[512];
    for (uint64_t done = 0; done < count;) {
        uint64_t n = count - done < 512 ? count - done : 512;
        ssize_t got = pread(pagemap, entry, n * sizeof *entry, (off_t)((address / PAGE_BYTES + done) * sizeof *entry));
        if (got < (ssize_t)(n * sizeof *entry))
            memset(entry, 0, sizeof entry);
        for (uint64_t i = 0; i < n; i++)
            visit(with, entry[i]);
        done += n;
    }
}

static void store_page(void *with, uint64_t entry)
{
    struct page **next = with;
    *(*next)++ = describe(entry);
}

static void count_present(void *with, uint64_t entry)
{
    *(uint64_t *)with += (entry & PM_PRESENT) != 0;
}

void pages_at(int pagemap, uint64_t address, uint64_t count, struct page *out)
{
    each_entry(pagemap, address, count, store_page, &out);
}

uint64_t present_pages(int pagemap, uint64_t address, uint64_t count)
{
    uint64_t present = 0;
    each_entry(pagemap, address, count, count_present, &present);
    return present;
}

static void add_field(struct smaps *out, const char *line)
{
    size_t n = strcspn(line, ":");
    for (int i = 0; i < SMAPS_FIELDS; i++)
        if (strlen(smaps_name[i]) == n && !memcmp(line, smaps_name[i], n))
            out->field[i] += strtoul(line + n + 1, NULL, 10);
}

bool read_smaps(pid_t pid, int region, struct smaps *out)
{
    const uint64_t base = region_address(region, 0), limit = base + REGION_STRIDE;
    char path[64], line[512];
    bool inside = false;
    memset(out, 0, sizeof *out);
    snprintf(path, sizeof path, "/proc/%d/smaps", pid);
    FILE *smaps = fopen(path, "re");
    if (!smaps)
        return false;
    while (fgets(line, sizeof line, smaps)) {
        unsigned long start, end;
        char mode[5];
        if (sscanf(line, "%lx-%lx %4s", &start, &end, mode) == 3) {
            inside = start >= base && start < limit;
            if (!inside)
                continue;
            out->vma = realloc(out->vma, (size_t)(out->vmas + 1) * sizeof *out->vma);
            struct vma *vma = &out->vma[out->vmas++];
            *vma = (struct vma){ .first = (start - base) / PAGE_BYTES, .end = (end - base) / PAGE_BYTES };
            memcpy(vma->mode, mode, sizeof mode);
        } else if (inside) {
            add_field(out, line);
        }
    }
    fclose(smaps);
    return true;
}
