#ifndef RUNNER_H
#define RUNNER_H

#include "scenario.h"

enum { EXIT_FINE = 0, EXIT_FAILED = 1, EXIT_BAD_SCRIPT = 2, EXIT_NO_FEATURE = 3 };

/*
 * Runs a scenario on this kernel and prints one JSON line per operation. Never returns: the caller
 * forks a fresh runner for each scenario, so nothing is carried over.
 */
_Noreturn void run_scenario(const struct scenario *scenario);

#endif
