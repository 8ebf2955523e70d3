import { GENERATORS } from '../../src/trace/generate/index.ts';

/** Something whose bytes must not depend on the version of Node: what a command line prints. */
export interface Case {
  readonly name: string;
  /** Command lines, run one after the other in one folder; traces/ lies in it. What the last prints is compared. */
  readonly lines: readonly (readonly string[])[];
}

const TRACES = ['cc1.lackey.br', 'sqlite3.lackey.br', 'perl-fork.pwt', 'redis-bgsave.pwt'];
const MACHINES = ['skylake', 'zen3', 'sv39-inorder'];
const FORKING = 'traces/redis-bgsave.pwt';
const SHORT = ['--limit', '400000'];

const runs: Case[] = TRACES.flatMap((trace) =>
  MACHINES.map((machine) => ({
    name: `run ${trace} on ${machine}`,
    lines: [['run', `traces/${trace}`, '--machine', machine, '--json', '-', ...SHORT]],
  })),
);

const policies: Case[] = ['async-fork', 'ksm', 'mach-symmetric', 'snapshot-restore'].map((policy) => ({
  name: `policy ${policy}`,
  lines: [['run', FORKING, '--policy', policy, '--check', '--json', '-', ...SHORT]],
}));

const made: Case[] = GENERATORS.map(({ name }) => ({
  name: `made trace ${name}`,
  lines: [
    ['trace', 'gen', name, '--count', '30000', '--seed', '3', '-o', `${name}.pwt`],
    ['trace', 'convert', `${name}.pwt`, '--to', 'csv', '-o', '-'],
  ],
}));

const reports: Case[] = [
  { name: 'the report', lines: [['run', FORKING, ...SHORT]] },
  { name: 'CSV', lines: [['run', FORKING, '--csv', '-', ...SHORT]] },
  {
    name: 'TypeScript core',
    lines: [['run', 'traces/cc1.lackey.br', '--core', 'ts', '--json', '-', ...SHORT]],
  },
  { name: 'trace info', lines: [['trace', 'info', FORKING]] },
  { name: 'a scenario', lines: [['scenario', 'run', 'traces/scenarios/access-refused.scn']] },
];

export const CASES: readonly Case[] = [...runs, ...policies, ...made, ...reports];
