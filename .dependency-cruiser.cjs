// The arrows of docs/architecture.md: which room may import which. Nothing else is allowed.
const arrows = {
  core: [],
  memory: ['core'],
  tlb: ['core'],
  mmu: ['core', 'memory', 'tlb'],
  kernel: ['core', 'memory', 'mmu'],
  trace: ['core'],
  sim: ['core', 'memory', 'tlb', 'mmu', 'kernel', 'trace'],
  report: ['core', 'sim'],
  lab: ['core', 'memory', 'tlb', 'mmu', 'kernel', 'trace', 'sim', 'report'],
};

const rooms = Object.entries(arrows).map(([room, allowed]) => ({
  name: `${room}-arrows`,
  comment: `src/${room} may import only: ${[room, ...allowed].join(', ')}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...rooms,
    {
      name: 'kernel-sees-formats-only',
      comment:
        'the kernel writes page tables: it may use paging modes and PTE codecs, never the walker or a TLB',
      severity: 'error',
      from: { path: '^src/kernel/' },
      to: { path: '^src/mmu/', pathNot: '^src/mmu/(mode/|pte|mode)' },
    },
    {
      name: 'browser-safe',
      comment: 'the library entry must run in a browser: no Node module anywhere below it',
      severity: 'error',
      from: { path: '^src/index\\.ts$' },
      to: {
        path: '^(node:)?(assert|buffer|child_process|crypto|events|fs|fs/promises|module|net|os|path|process|stream|url|util|v8|worker_threads|zlib)$',
        reachable: true,
      },
    },
    {
      name: 'page-arrows',
      comment: 'the page uses the library as anybody may: through src/index.ts',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^src/', pathNot: '^src/index\\.ts$' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'nothing-imports-the-cli',
      severity: 'error',
      from: { pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
