/*
 * scenario-oracle: runs scenarios on the kernel of this machine.
 *
 *   scenario-oracle [-H] FILE...     FILE '-' = standard input, scenarios separated by '%% name' lines
 *
 * -H prints one line about the kernel first. Exit: 0 fine, 1 a run failed, 2 wrong use or a bad
 * script (then nothing is run), 3 this machine lacks something that is needed.
 */
#define _GNU_SOURCE
#include "agent.h"
#include "runner.h"
#include "scenario.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct script {
    char *path;
    char *text;
};

static struct script *script;
static int scripts;

static void add_script(const char *path, const char *text, size_t length)
{
    script = realloc(script, (size_t)(scripts + 1) * sizeof *script);
    script[scripts++] = (struct script){ strdup(path), strndup(text, length) };
}

/* The whole stream as a string, NULL when it cannot be read. */
static char *read_stream(FILE *in)
{
    size_t size = 0, room = 1 << 16;
    char *text = malloc(room + 1);
    for (;;) {
        size_t n = fread(text + size, 1, room - size, in);
        size += n;
        if (!n)
            break;
        if (size == room)
            text = realloc(text, (room *= 2) + 1);
    }
    text[size] = 0;
    if (ferror(in)) {
        free(text);
        return NULL;
    }
    return text;
}

/* Text before the first '%% name' is a scenario called "-" unless it is blank. */
static void add_stream(const char *text)
{
    char name[256] = "-";
    const char *start = text, *s = text;
    while (*s) {
        size_t n = strcspn(s, "\n");
        const char *next = s + n + (s[n] == '\n');
        if (!strncmp(s, "%%", 2)) {
            if (strcmp(name, "-") || strspn(start, " \t\n") < (size_t)(s - start))
                add_script(name, start, (size_t)(s - start));
            size_t skip = 2 + strspn(s + 2, " \t");
            snprintf(name, sizeof name, "%.*s", (int)(n > skip ? n - skip : 0), s + skip);
            start = next;
        }
        s = next;
    }
    if (strcmp(name, "-") || strspn(start, " \t\n") < strlen(start))
        add_script(name, start, strlen(start));
}

static void load(const char *path)
{
    FILE *in = strcmp(path, "-") ? fopen(path, "re") : stdin;
    char *text = in ? read_stream(in) : NULL;
    if (!text) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(EXIT_BAD_SCRIPT);
    }
    if (in == stdin)
        add_stream(text);
    else
        add_script(path, text, strlen(text));
    free(text);
    if (in != stdin)
        fclose(in);
}

/* The word in brackets of a sysfs choice such as `always [madvise] never`. */
static void chosen(const char *path, char *out, size_t size)
{
    char line[256] = "", *open, *close;
    FILE *in = fopen(path, "re");
    if (in && !fgets(line, sizeof line, in))
        line[0] = 0;
    if (in)
        fclose(in);
    open = strchr(line, '[');
    close = open ? strchr(open, ']') : NULL;
    snprintf(out, size, "%.*s", close ? (int)(close - open - 1) : 4, close ? open + 1 : "none");
}

static void print_header(void)
{
    struct utsname name;
    char date[16], thp[32], shmem[32];
    time_t now = time(NULL);
    uname(&name);
    strftime(date, sizeof date, "%Y-%m-%d", gmtime(&now));
    chosen("/sys/kernel/mm/transparent_hugepage/enabled", thp, sizeof thp);
    chosen("/sys/kernel/mm/transparent_hugepage/shmem_enabled", shmem, sizeof shmem);
    printf("{\"kernel\":\"%s\",\"machine\":\"%s\",\"recorded\":\"%s\",\"thp\":\"%s\",\"shmemThp\":\"%s\"}\n", name.release,
           name.machine, date, thp, shmem);
}

/* One CPU for everybody: operations are then strictly one after another, and LRU batches are one CPU's. */
static void pin(void)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
}

static void json_string(const char *s)
{
    putchar('"');
    for (; *s; s++)
        if (*s == '"' || *s == '\\')
            printf("\\%c", *s);
        else if ((unsigned char)*s < ' ')
            printf("\\u%04x", *s);
        else
            putchar(*s);
    putchar('"');
}

/* Runs one script in a process of its own that writes its answers to out. */
static int run_once(const struct script *which, int out)
{
    int status;
    pid_t driver = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        struct scenario scenario;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != driver || dup2(out, STDOUT_FILENO) < 0 || !parse_scenario(which->path, which->text, &scenario))
            _exit(EXIT_FAILED);
        run_scenario(&scenario);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        fprintf(stderr, "scenario-oracle: %s\n", strerror(errno));
        return EXIT_FAILED;
    }
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    fprintf(stderr, "%s: the runner was killed by signal %d\n", which->path, WTERMSIG(status));
    return EXIT_FAILED;
}

/* Huge pages that khugepaged has made by now, anywhere on this machine. */
static long collapsed(void)
{
    long pages = 0;
    FILE *in = fopen("/sys/kernel/mm/transparent_hugepage/khugepaged/pages_collapsed", "re");
    if (in) {
        if (fscanf(in, "%ld", &pages) != 1)
            pages = 0;
        fclose(in);
    }
    return pages;
}

/* Once more when khugepaged was at work meanwhile: it may have changed this scenario's pages. */
static int run(const struct script *which)
{
    enum { ATTEMPTS = 5 };
    char block[1 << 16];
    int code = EXIT_FAILED;
    int out = memfd_create("answers", MFD_CLOEXEC);
    if (out < 0) {
        fprintf(stderr, "scenario-oracle: memfd_create: %s\n", strerror(errno));
        return EXIT_NO_FEATURE;
    }
    fflush(stdout);
    for (int i = 0; i < ATTEMPTS; i++) {
        long before = collapsed();
        if (ftruncate(out, 0) || lseek(out, 0, SEEK_SET))
            break;
        code = run_once(which, out);
        if (code || collapsed() == before)
            break;
    }
    lseek(out, 0, SEEK_SET);
    for (ssize_t n; (n = read(out, block, sizeof block)) > 0;)
        fwrite(block, 1, (size_t)n, stdout);
    close(out);
    return code;
}

int main(int argc, char **argv)
{
    bool header = false;
    int option, bad = 0;
    agent_note_own_memory();
    while ((option = getopt(argc, argv, "H")) != -1) {
        if (option != 'H')
            return EXIT_BAD_SCRIPT;
        header = true;
    }
    if (optind == argc) {
        fprintf(stderr, "usage: scenario-oracle [-H] FILE...\n");
        return EXIT_BAD_SCRIPT;
    }
    for (int i = optind; i < argc; i++)
        load(argv[i]);
    for (int i = 0; i < scripts; i++) {
        struct scenario scenario;
        if (parse_scenario(script[i].path, script[i].text, &scenario))
            free_scenario(&scenario);
        else
            bad++;
    }
    if (bad)
        return EXIT_BAD_SCRIPT;
    if (geteuid() != 0) {
        fprintf(stderr, "scenario-oracle: root is needed to read page frame numbers\n");
        return EXIT_NO_FEATURE;
    }
    pin();
    if (header)
        print_header();
    for (int i = 0; i < scripts; i++) {
        if (scripts > 1 || !strcmp(argv[optind], "-")) {
            printf("{\"scenario\":");
            json_string(script[i].path);
            printf("}\n");
        }
        int code = run(&script[i]);
        if (code)
            return code;
    }
    return fflush(stdout) ? EXIT_FAILED : EXIT_FINE;
}
