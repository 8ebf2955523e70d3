#include "clock.h"

#include <time.h>

#define ROUNDS 5
#define READINGS 1000

double cpu_reading_ns, counter_pair_ns;
uint64_t counter_pair_ticks;

static double least(double known, double seen)
{
    return known == 0 || seen < known ? seen : known;
}

void clock_prepare(void)
{
    for (int round = 0; round < ROUNDS; round++) {
        double from = cpu_ns();
        for (int i = 0; i < READINGS; i++)
            (void)cpu_ns();
        cpu_reading_ns = least(cpu_reading_ns, (cpu_ns() - from) / (READINGS + 1));
        from = cpu_ns();
        for (int i = 0; i < READINGS; i++) {
            uint64_t start = counter(), ticks = counter() - start;
            counter_pair_ticks = (uint64_t)least((double)counter_pair_ticks, (double)ticks);
        }
        counter_pair_ns = least(counter_pair_ns, cpu_since(from) / READINGS);
    }
}

double counter_per_ns(void)
{
    struct timespec nap = { 0, 100 * 1000 * 1000 };
    double from = ns_of(CLOCK_MONOTONIC_RAW);
    uint64_t ticks = counter();
    nanosleep(&nap, NULL);
    ticks = counter() - ticks;
    return (double)ticks / (ns_of(CLOCK_MONOTONIC_RAW) - from);
}
