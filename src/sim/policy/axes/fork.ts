import type { Policy } from '../../../kernel/policy/policy.ts';
import type { PolicyAxis } from './axis.ts';

const FORK_TABLES: Readonly<Record<Policy['forkTables'], readonly [fork: string, fault: string]>> = {
  'copy-all': ['copies the page tables of every VMA', 'finds a private table in each address space'],
  'skip-rebuildable': [
    'copies the page tables of VMAs that hold anonymous pages; what faults can rebuild from the page cache is skipped',
    'maps again what fork skipped, at the first access to it',
  ],
  'share-leaf': [
    'copies the upper levels; parent and child use the same last-level (PTE) tables, each with a reference count',
    'on a write below a shared table, copies the table first (512 PTEs), or takes it over as its last user; then settles the page. Reads of present pages never fault',
  ],
  'child-copies': [
    'copies the upper levels; an agent on another core copies the last-level (PTE) tables for the child while the parent goes on',
    "on the parent's write below a table not copied yet, copies that table for the child first (proactive synchronisation)",
  ],
  'share-space': [
    "copies nothing: the child runs in the parent's address space",
    "the child's faults are the parent's; its writes are seen by the parent",
  ],
  'copy-pages': [
    'copies every private anonymous page at once; file pages and large folios are mapped as a lazy fork would',
    'finds most private pages unshared: nothing to copy',
  ],
  snapshot: [
    "copies nothing: the child runs in the parent's memory, which is remembered",
    'the first write to a page saves what it held; the exit of the child puts the saved pages back',
  ],
};

const PROTECT: Readonly<Record<Policy['protect'], string>> = {
  leaf: 'takes W from the leaf PTEs of private pages, on both sides',
  upper:
    'takes W from the entry above each table that is left for later (x86: W is the AND over all levels); where a mode has no W there (RISC-V), from the leaf PTEs',
  none: 'takes write permission from nothing',
};

const sharesTables = ({ forkTables }: Policy) => forkTables === 'share-leaf';

/** What fork does about page tables, and what it protects. */
export const FORK_AXES: readonly PolicyAxis[] = [
  {
    key: 'forkTables',
    value: ({ forkTables }) => forkTables,
    fork: ({ forkTables, ownership }) =>
      forkTables === 'skip-rebuildable' && ownership.kind === 'shadow-chain'
        ? 'leaves page tables to faults, which find every page in the memory objects'
        : FORK_TABLES[forkTables][0],
    fault: ({ forkTables }) => FORK_TABLES[forkTables][1],
  },
  {
    key: 'sharing.tables',
    value: ({ sharing }) => sharing.tables,
    fork: ({ sharing }) =>
      sharing.tables === 'any'
        ? 'shares any last-level table, also one that several VMAs use'
        : 'shares a last-level table only where it lies wholly within one VMA; others are copied',
    asked: sharesTables,
  },
  {
    key: 'sharing.vmas',
    value: ({ sharing }) => sharing.vmas,
    fork: ({ sharing }) =>
      sharing.vmas === 'all'
        ? 'shares the tables of all VMAs, also of those that faults could rebuild'
        : 'shares the tables of those VMAs that it would have to copy',
    asked: sharesTables,
  },
  {
    key: 'sharing.accounting',
    value: ({ sharing }) => sharing.accounting,
    fork: ({ sharing }) =>
      sharing.accounting === 'eager'
        ? 'counts the pages of a shared table for every sharer: a look at each of its 512 PTEs'
        : "leaves the pages of a shared table on its owner's account: no look at its PTEs",
    asked: sharesTables,
  },
  {
    key: 'sharing.fillShared',
    value: ({ sharing }) => sharing.fillShared,
    fault: ({ sharing }) =>
      sharing.fillShared
        ? 'a read that brings in a file page fills the shared table, for all who share it'
        : 'any fault below a shared table first makes the table its own',
    asked: sharesTables,
  },
  {
    key: 'copier.speed',
    value: ({ copier }) => copier.speed,
    beside: ({ copier }) => `the agent copies for ${copier.speed} cycles in each cycle of the parent`,
    asked: ({ forkTables }) => forkTables === 'child-copies',
  },
  { key: 'protect', value: ({ protect }) => protect, fork: ({ protect }) => PROTECT[protect] },
];
