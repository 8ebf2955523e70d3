import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Comparison } from '../../src/sim/compare/comparison.ts';
import { pagewalk } from './run-program.ts';

let folder: string;
let trace: string;
/** `trace gen` of a small store that forks to save itself. */
const GEN = ['redis-snapshot', 'size=1M', 'interval=5000', '--count', '30000'];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pagewalk-compare-'));
  trace = join(folder, 'snapshot.pwt');
  expect((await pagewalk('trace', 'gen', ...GEN, '-o', trace)).exitCode).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function json(...args: string[]): Promise<Comparison> {
  const { exitCode, stdout, stderr } = await pagewalk('compare', ...args, '--json', '-');
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  return JSON.parse(stdout) as Comparison;
}

describe('pagewalk compare', () => {
  it('says of each policy what `run --policy` says of it alone', async () => {
    const policies = ['eager', 'linux-6.18', 'on-demand-fork'];
    const { points } = await json(trace, '--policy', policies.join(','));
    for (const [i, policy] of policies.entries()) {
      const { stdout } = await pagewalk('run', trace, '--policy', policy, '--json', '-');
      expect(points[i]!.at).toContain(policy);
      expect(points[i]!.results).toEqual([JSON.parse(stdout)]);
    }
  });

  it('runs the product of policies, machines and settings', async () => {
    const { axes, points } = await json(
      trace,
      ...['--machine', 'skylake,zen3', '--policy', 'vfork', '--set', 'tlb.stlb.ways=4,8', '--limit', '2000'],
    );
    expect(axes.map(({ name }) => name)).toEqual(['machine', 'policy', 'tlb.stlb.ways']);
    expect(points.map(({ at }) => at.join(' '))).toEqual([
      'skylake vfork 4',
      'skylake vfork 8',
      'zen3 vfork 4',
      'zen3 vfork 8',
    ]);
  });

  it('compares what kernel work costs by preset, as `run --costs` charges it', async () => {
    const { points } = await json(trace, '--costs', 'linux-6.18,epyc-9005-kvm', '--limit', '3000');
    expect(points.map(({ at }) => at[1])).toEqual(['linux-6.18', 'epyc-9005-kvm']);
    const { stdout } = await pagewalk(
      'run',
      trace,
      ...['--costs', 'epyc-9005-kvm', '--limit', '3000', '--json', '-'],
    );
    expect(points[1]!.results).toEqual([JSON.parse(stdout)]);
  });

  it('prints a row for each point, marks the lowest, and shows that the ledger explains the difference', async () => {
    const { stdout } = await pagewalk('compare', trace, '--policy', 'eager,linux-6.18');
    expect(stdout).toMatch(/^policy .* minor /m);
    expect(stdout).toMatch(/^eager +[\d,.]+ /m);
    expect(stdout).toMatch(/^linux-6\.18 +[\d,.]+\* /m);
    expect(stdout).toMatch(/^kernel\.fork\.copy +[\d,]+ +-[\d,]+$/m);
    const [sum, total] = ['sum of all lines', 'total cycles'].map(
      (name) => new RegExp(`^${name} +(.*)$`, 'm').exec(stdout)![1],
    );
    expect(sum).toBe(total);
    expect(stdout).toMatch(/^explained +100 %$/m);
  });

  it('--gen makes the trace that `trace gen` writes, and --repeat takes seed after seed of it', async () => {
    const policies = ['--policy', 'eager,vfork'];
    const fromFile = await json(trace, ...policies);
    const made = await json('--gen', ...GEN, ...policies);
    expect(made.points.map(({ metrics }) => metrics)).toEqual(fromFile.points.map(({ metrics }) => metrics));
    const repeated = await json('--gen', ...GEN, '--repeat', '2', ...policies);
    expect(repeated.seeds).toEqual([1, 2]);
    const second = await json('--gen', ...GEN, '--seed', '2', ...policies);
    for (const [i, { metrics, results }] of repeated.points.entries()) {
      expect(results.map(({ cycles }) => cycles.total)).toEqual([
        made.points[i]!.results[0]!.cycles.total,
        second.points[i]!.results[0]!.cycles.total,
      ]);
      expect(metrics.cycles!.mean).toBe((results[0]!.cycles.total + results[1]!.cycles.total) / 2);
    }
  });

  it('--csv writes a line for each point with the axes and every metric', async () => {
    const file = join(folder, 'points.csv');
    const { stdout } = await pagewalk('compare', trace, '--policy', 'eager,vfork', '--csv', file);
    expect(stdout).toMatch(/^trace /);
    const [head, ...rows] = readFileSync(file, 'utf8').trimEnd().split('\n');
    const names = head!.split(',');
    expect(names.slice(0, 2)).toEqual(['machine', 'policy']);
    expect(names).toContain('fork.p50.ns');
    expect(rows.map((row) => row.split(',').slice(0, 2))).toEqual([
      ['skylake', 'eager'],
      ['skylake', 'vfork'],
    ]);
    const { points } = await json(trace, '--policy', 'eager,vfork');
    expect(rows.map((row) => Number(row.split(',')[names.indexOf('cycles')]))).toEqual(
      points.map(({ results }) => results[0]!.cycles.total),
    );
  });

  it.each([
    ['a policy that is none', ['--policy', 'eager,on-demand-frok'], /did you mean 'on-demand-fork'/],
    ['a key that no machine has', ['--set', 'tlb.stlb.wais=4,8'], /did you mean 'tlb\.stlb\.ways'/],
    ['a value that no machine can have', ['--set', 'tlb.stlb.ways=4,-1'], /ways/],
    ['a single point', ['--policy', 'eager'], /only one point/],
    ['nothing to vary', [], /only one point/],
    ['a policy without Linux', ['--policy', 'eager,vfork', '--kernel', 'demand'], /need the Linux kernel/],
    ['the same point twice', ['--policy', 'eager,eager'], /twice/],
    ['more words than a trace', ['size=1M', '--policy', 'eager,vfork'], /belong to --gen/],
    ['a seed for a file', ['--policy', 'eager,vfork', '--seed', '3'], /belong to --gen/],
    ['no jobs', ['--policy', 'eager,vfork', '--jobs', '0'], /--jobs takes a whole number/],
    [
      'no output folder',
      ['--policy', 'eager,vfork', '--json', '/no/such/folder/x.json'],
      /folder of the output/,
    ],
  ])('%s ends with what to do about it, and exit code 2', async (_, args, message) => {
    const { exitCode, stdout, stderr } = await pagewalk('compare', trace, ...args);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^ {2}(try|at):/m);
  });

  it('--repeat of a trace file names the recipe that it was made by', async () => {
    const { exitCode, stderr } = await pagewalk('compare', trace, '--policy', 'eager,vfork', '--repeat', '3');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/use --gen redis-snapshot size=1048576 .* --count 30000/);
  });

  it('leaves no output behind, and an old one alone, when the trace is broken', async () => {
    const broken = join(folder, 'broken.lackey');
    const output = join(folder, 'out.json');
    writeFileSync(broken, ' L 1000,4\n L 1000,4\nI  zzz,4\n');
    writeFileSync(output, 'old');
    const before = readdirSync(folder);
    const { exitCode, stderr } = await pagewalk(
      'compare',
      broken,
      '--machine',
      'skylake,zen3',
      '--json',
      output,
    );
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/broken\.lackey:3/);
    expect(readFileSync(output, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(before);
    expect(existsSync(`${output}.tmp`)).toBe(false);
  });
});

describe('pagewalk sweep', () => {
  it('shows one metric over two settings as a grid', async () => {
    const { exitCode, stdout } = await pagewalk(
      'sweep',
      trace,
      ...[
        '--set',
        'tlb.stlb.ways=4,8',
        '--set',
        'walkers.count=1,2',
        '--metric',
        'cycles',
        '--limit',
        '3000',
      ],
    );
    expect(exitCode).toBe(0);
    const { points } = await json(
      trace,
      ...['--set', 'tlb.stlb.ways=4,8', '--set', 'walkers.count=1,2', '--limit', '3000'],
    );
    const cycles = points.map(({ results }) => results[0]!.cycles.total.toLocaleString('en-US'));
    expect(stdout).toMatch(/^ +walkers\.count/m);
    expect(stdout).toMatch(new RegExp(`^4 +${cycles[0]}\\*? +${cycles[1]}`, 'm'));
    expect(stdout).toMatch(new RegExp(`^8 +${cycles[2]}\\*? +${cycles[3]}`, 'm'));
  });

  it('shows several metrics over one setting as columns', async () => {
    const { stdout } = await pagewalk(
      'sweep',
      trace,
      ...['--set', 'tlb.dtlb.ways=2,4', '--metric', 'dtlb.mpki,cycles', '--limit', '3000'],
    );
    expect(stdout).toMatch(/^tlb\.dtlb\.ways +MPKI +cycles$/m);
    expect(stdout).toMatch(/^2 +[\d.]+\*? +[\d,]+/m);
  });

  it('names the nearest metric, and exits with 2', async () => {
    const { exitCode, stderr } = await pagewalk(
      'sweep',
      trace,
      '--set',
      'tlb.dtlb.ways=2,4',
      '--metric',
      'cycle',
    );
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/did you mean 'cycles'/);
  });
});
