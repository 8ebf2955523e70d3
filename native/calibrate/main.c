/*
 * calibrate-probe: measures what memory management costs on this machine.
 *
 *   calibrate-probe [CPU]
 *
 * Reads commands, one a line (`fault kind=cow-copy pages=2048 reps=5`), and answers each with one line of JSON.
 * Runs on one CPU (the given one, else the last it may use). Every measurement is of a state that the command
 * itself sets up, so commands may come in any order; docs/calibration.md says what each measures. Exit: 0 at the
 * end of the input, 2 wrong use, 3 a measurement is impossible here (the last line says why).
 */
#define _GNU_SOURCE
#include "child.h"
#include "clock.h"
#include "probe.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

static const struct {
    const char *name;
    void (*run)(const struct command *);
} commands[] = {
    { "host", describe_host },
    { "touch", touch_memory },
    { "syscall", measure_syscall },
    { "fault", measure_fault },
    { "cycle", measure_cycle },
    { "mapping", measure_mapping },
    { "memory", measure_memory },
    { "list", receive_list },
    { "stores", measure_stores },
    { "snapshot", measure_snapshot },
};

int other_cpu = -1;

/* The given CPU, else the last that may be used: the first one is where systems tend to put their own work. */
static void stay_on(int cpu)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set))
        fail("sched_getaffinity");
    for (int i = CPU_SETSIZE - 1; cpu < 0 && i >= 0; i--)
        if (CPU_ISSET(i, &set))
            cpu = i;
    for (int i = 0; other_cpu < 0 && i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &set) && i != cpu)
            other_cpu = i;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set))
        fail("cannot run on CPU %d", cpu);
}

static bool split(char *line, struct command *command)
{
    command->count = 0;
    command->name = strtok(line, " \n");
    for (char *word; (word = strtok(NULL, " \n"));) {
        char *equals = strchr(word, '=');
        if (!equals || command->count == sizeof command->key / sizeof *command->key)
            return false;
        *equals = 0;
        command->key[command->count] = word;
        command->value[command->count++] = equals + 1;
    }
    return command->name;
}

static void answer(char *line)
{
    struct command command;
    errno = 0;
    if (!split(line, &command))
        fail("not a command: name key=value ...");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(command.name, commands[i].name)) {
            commands[i].run(&command);
            return;
        }
    fail("there is no command '%s'", command.name);
}

int main(int arguments, char **argument)
{
    char line[4096];
    if (arguments > 2) {
        fputs("usage: calibrate-probe [CPU] < commands\n", stderr);
        return 2;
    }
    /* Whoever asked is gone: nobody reads the answers. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    stay_on(arguments > 1 ? atoi(argument[1]) : -1);
    clock_prepare();
    report_map();
    while (fgets(line, sizeof line, stdin))
        answer(line);
    return 0;
}
