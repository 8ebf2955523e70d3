/*
 * Two clocks. The thread's CPU time (ns) is what long phases are measured by: it leaves out the time in which
 * another task, or the hypervisor where the kernel is told of it, had the CPU. The counter (TSC on x86) costs a
 * few ns and is what single faults are measured by; whatever interrupted one is an outlier that a median ignores.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

#if defined(__x86_64__)
#include <x86intrin.h>
#define COUNTER "tsc"
/* Ordered on both sides: nothing measured leaks out, nothing else leaks in. */
static inline uint64_t counter(void)
{
    unsigned aux;
    uint64_t now = __rdtscp(&aux);
    _mm_lfence();
    return now;
}
#elif defined(__aarch64__)
#define COUNTER "cntvct"
static inline uint64_t counter(void)
{
    uint64_t now;
    __asm__ volatile("isb\n\tmrs %0, cntvct_el0\n\tisb" : "=r"(now) : : "memory");
    return now;
}
#else
#define COUNTER "monotonic"
static inline uint64_t counter(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_RAW, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}
#endif

static inline double ns_of(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static inline double cpu_ns(void)
{
    return ns_of(CLOCK_THREAD_CPUTIME_ID);
}

/* CPU ns since an earlier cpu_ns(), without what reading the clock itself costs. */
extern double cpu_reading_ns;
static inline double cpu_since(double from)
{
    return cpu_ns() - from - cpu_reading_ns;
}
/* What a pair of counter readings costs: CPU ns of the pair, and the ticks that it shows with nothing between. */
extern double counter_pair_ns;
extern uint64_t counter_pair_ticks;
/* Finds out what readings cost; call once. */
void clock_prepare(void);

static inline double wall_ns(void)
{
    return ns_of(CLOCK_MONOTONIC);
}

/* Ticks of the counter in one ns, taken over about 100 ms. */
double counter_per_ns(void);

#endif
