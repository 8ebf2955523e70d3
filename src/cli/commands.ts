import type { CommandModule } from 'yargs';

/** A command as `pagewalk --help` lists it; its code is loaded only when it is the one to run. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  // Each command knows its own arguments; the list cannot.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly load: () => Promise<CommandModule<any, any>>;
}

/** Every command, in the order of the help. A new one is one entry. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'run',
    summary: 'run a trace through a machine: TLB misses, walks, faults, and where every cycle went',
    load: async () => (await import('./run.ts')).runCommand,
  },
  {
    name: 'compare',
    summary:
      'one trace under several policies, machines or settings: one table, and the ledger lines that differ',
    load: async () => (await import('./compare.ts')).compareCommand,
  },
  {
    name: 'sweep',
    summary: 'one trace over a grid of machine settings: one metric, or several, for each point',
    load: async () => (await import('./sweep.ts')).sweepCommand,
  },
  {
    name: 'record',
    summary: 'run a program under Valgrind and record its accesses, mappings and forks',
    load: async () => (await import('./record.ts')).recordCommand,
  },
  {
    name: 'trace',
    summary: 'look at traces, convert, cut, merge and make them',
    load: async () => (await import('./trace.ts')).traceCommand,
  },
  {
    name: 'conform',
    summary: 'run walker vectors of other models through the walker and the TLBs: does ours agree',
    load: async () => (await import('./conform.ts')).conformCommand,
  },
  {
    name: 'formats',
    summary: 'list the trace formats, and where the layout of each is stated',
    load: async () => (await import('./formats.ts')).formatsCommand,
  },
  {
    name: 'machines',
    summary: 'list the machine presets, or explain where each number of one comes from',
    load: async () => (await import('./machines.ts')).machinesCommand,
  },
  {
    name: 'policies',
    summary: 'list the fork and copy-on-write policies, or explain one axis by axis',
    load: async () => (await import('./policies.ts')).policiesCommand,
  },
  {
    name: 'walk',
    summary: 'one translation explained: address split, each PTE read, each check',
    load: async () => (await import('./walk.ts')).walkCommand,
  },
  {
    name: 'lab',
    summary: 'course exercises: question, answer, grading',
    load: async () => (await import('./lab.ts')).labCommand,
  },
  {
    name: 'scenario',
    summary: 'run a scenario of memory operations, or compare model and real kernel on it',
    load: async () => (await import('./scenario.ts')).scenarioCommand,
  },
  {
    name: 'view',
    summary: 'step through a scenario or a trace in the browser',
    load: async () => (await import('./view.ts')).viewCommand,
  },
  {
    name: 'calibrate',
    summary: "measure this host's memory-management costs and write a cost preset",
    load: async () => (await import('./calibrate.ts')).calibrateCommand,
  },
];
