#include "clock.h"

#include <time.h>

double counter_per_ns(void)
{
    struct timespec nap = { 0, 100 * 1000 * 1000 };
    double from = ns_of(CLOCK_MONOTONIC_RAW);
    uint64_t ticks = counter();
    nanosleep(&nap, NULL);
    ticks = counter() - ticks;
    return (double)ticks / (ns_of(CLOCK_MONOTONIC_RAW) - from);
}
