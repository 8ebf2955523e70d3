#define _GNU_SOURCE
#include "clock.h"
#include "probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

/* The first line of a file that begins with `prefix`, what follows the colon of it; "" when there is none. */
static const char *line_of(const char *path, const char *prefix, char *text, size_t size)
{
    FILE *file = fopen(path, "re");
    char *found = NULL;
    while (file && !found && fgets(text, (int)size, file))
        if (!strncmp(text, prefix, strlen(prefix)))
            found = text;
    if (file)
        fclose(file);
    if (!found)
        return "";
    text[strcspn(text, "\n")] = 0;
    if (!*prefix)
        return text;
    char *value = strchr(text, ':');
    return value ? value + 1 + strspn(value + 1, " \t") : "";
}

/* host: what the figures hold for. */
void describe_host(const struct command *command)
{
    char text[4096];
    struct utsname name;
    struct statfs fs;
    uname(&name);
    (void)command;
    reply_begin();
    const char *model = line_of("/proc/cpuinfo", "model name", text, sizeof text);
    reply_text("cpu", *model ? model : name.machine);
    reply_text("machine", name.machine);
    reply_text("kernel", name.release);
    reply_text("thp", line_of("/sys/kernel/mm/transparent_hugepage/enabled", "", text, sizeof text));
    reply_text("hypervisor", strstr(line_of("/proc/cpuinfo", "flags", text, sizeof text), " hypervisor") ? "yes" : "no");
    reply_number("availableKiB", strtod(line_of("/proc/meminfo", "MemAvailable", text, sizeof text), NULL));
    reply_number("cpus", (double)sysconf(_SC_NPROCESSORS_ONLN));
    reply_number("l2Bytes", (double)sysconf(_SC_LEVEL2_CACHE_SIZE));
    reply_number("l3Bytes", (double)sysconf(_SC_LEVEL3_CACHE_SIZE));
    reply_number("pageBytes", (double)sysconf(_SC_PAGESIZE));
    reply_number("directoryMagic", statfs(disk_directory(), &fs) ? 0 : (double)fs.f_type);
    reply_text("counter", COUNTER);
    reply_number("counterGHz", counter_per_ns());
    reply_number("root", geteuid() == 0);
    reply_end();
}
