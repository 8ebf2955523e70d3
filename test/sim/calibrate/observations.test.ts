import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/core/errors.ts';
import { cycle, SYSCALL } from '../../../src/sim/calibrate/commands.ts';
import { hostOf } from '../../../src/sim/calibrate/host.ts';
import { hostCosts } from '../../../src/sim/calibrate/host-costs.ts';
import { Observations } from '../../../src/sim/calibrate/observations.ts';
import { PHASES } from '../../../src/sim/calibrate/phases.ts';

const host = hostOf({
  cpu: 'Example',
  machine: 'x86_64',
  kernel: '6.18.44',
  thp: 'always [madvise] never',
  hypervisor: 'yes',
  counter: 'tsc',
  availableKiB: 4096,
  cpus: 2,
  l2Bytes: 0,
  l3Bytes: 0,
  pageBytes: 4096,
  directoryMagic: 0xef53,
  counterGHz: 2,
});

describe('the host as the probe describes it', () => {
  it('is told in our terms', () => {
    expect(host).toMatchObject({ thp: 'madvise', virtual: true, availablePages: 1024, fileSystem: 'ext4' });
    expect(hostOf({ thp: '', directoryMagic: 0x1234 })).toMatchObject({ thp: 'never', fileSystem: '0x1234' });
  });
});

describe('observations', () => {
  it('pool the rounds of a command', () => {
    const observations = new Observations();
    observations.add(SYSCALL, { call: [50, 60] });
    observations.add(SYSCALL, { call: [40] });
    expect(observations.summary(SYSCALL, 'call')).toMatchObject({ min: 40, median: 50, count: 3 });
    expect(observations.toJSON()).toEqual({ [SYSCALL.text]: { call: [50, 60, 40] } });
  });

  it('tell a probe that does not fit the program', () => {
    const observations = new Observations();
    observations.add(SYSCALL, { kall: [1] });
    expect(() => observations.summary(SYSCALL, 'call')).toThrow(InputError);
    expect(observations.ifGiven(cycle(1), 'fork')).toBeUndefined();
  });
});

describe('host costs', () => {
  it('are fitted to the sizes that were measured, figures taken as they are', () => {
    const observations = new Observations();
    observations.add(SYSCALL, { call: [50, 50] });
    for (const n of PHASES.fork.sizes.slice(0, 3)) observations.add(PHASES.fork.command(n), forkOf(n));
    const costs = hostCosts(observations, host);
    expect(costs.figures).toEqual({ syscall: { ns: 50, spread: 0, count: 2 } });
    expect(costs.phases.fork!.fixed).toBeCloseTo(20_000, 3);
    expect(costs.phases.fork!.hot).toBeCloseTo(30, 6);
    expect(costs.phases.fork!.residual).toBeCloseTo(0, 9);
    // The same commands gave the exits and the reuse faults too.
    expect(costs.phases.exitShared!.hot).toBeCloseTo(20, 6);
    expect(costs.phases.cowReuse!.hot).toBeCloseTo(400, 6);
    expect(costs.phases.cowCopy).toBeUndefined();
    expect(costs.majorFault).toBeUndefined();
    // A system that does not state its second-level cache gets 1 MiB.
    expect(costs.caches.l2).toBe(1 << 20);
  });

  it('leave out a phase that was measured at one size only', () => {
    const observations = new Observations();
    observations.add(PHASES.fork.command(512), forkOf(512));
    expect(hostCosts(observations, host).phases).toEqual({});
  });
});

function forkOf(n: number): Record<string, number[]> {
  return { fork: [20_000 + 30 * n], exit: [15_000 + 20 * n], after: [400 * n] };
}
