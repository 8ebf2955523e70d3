import type { Policy } from '../../kernel/policy/policy.ts';

/** Why a point on the axes is none: `path` is the key that shows it best. */
export interface PolicyProblem {
  readonly path: string;
  readonly message: string;
  readonly remedy: string;
}

/** Pairs of axes that contradict each other; empty = the policy can run. */
export function* policyProblems(policy: Policy): Iterable<PolicyProblem> {
  const { forkTables, protect, faultOn, around, sharing, ownership, pageSource, shootdown } = policy;
  const upperLevels = forkTables === 'share-leaf' || forkTables === 'child-copies';
  const nothing = forkTables === 'share-space' || forkTables === 'copy-pages';
  if (protect === 'upper' && !upperLevels)
    yield {
      path: 'protect',
      message: `'upper' protects tables that fork leaves to later, and '${forkTables}' leaves none`,
      remedy: 'use protect: leaf, or forkTables: share-leaf or child-copies',
    };
  if (nothing !== (protect === 'none'))
    yield {
      path: 'protect',
      message: nothing
        ? `forkTables: ${forkTables} shares no page copy-on-write, so there is nothing to protect`
        : `forkTables: ${forkTables} shares pages copy-on-write, and with nothing protected a write would be seen by both sides`,
      remedy: nothing ? 'use protect: none' : 'use protect: leaf',
    };
  if (faultOn !== 'write' && forkTables !== 'skip-rebuildable' && forkTables !== 'copy-all')
    yield {
      path: 'faultOn',
      message: `'${faultOn}' traps the entries that fork copies, and forkTables: ${forkTables} copies none`,
      remedy: 'use forkTables: skip-rebuildable or copy-all',
    };
  if (pageSource.kind === 'remote' && faultOn === 'write')
    yield {
      path: 'pageSource',
      message: 'a page of another machine is not there to be read before it is fetched',
      remedy: 'use faultOn: access',
    };
  if (Math.log2(around) % 1 !== 0)
    yield {
      path: 'around',
      message: `a window of ${around} pages cannot be aligned in a page table`,
      remedy: 'use 1, 2, 4 ... 512',
    };
  if (sharing.fillShared && sharing.accounting === 'eager')
    yield {
      path: 'sharing.fillShared',
      message:
        'a page that comes into a shared table would have to be counted for every sharer at that moment',
      remedy: 'use sharing.accounting: deferred',
    };
  if (ownership.kind === 'shadow-chain' && forkTables !== 'copy-all' && forkTables !== 'skip-rebuildable')
    yield {
      path: 'ownership',
      message: `shadow objects belong to VMAs that are copied lazily, and forkTables is ${forkTables}`,
      remedy: 'use forkTables: copy-all (FreeBSD) or skip-rebuildable (Mach)',
    };
  if (shootdown.idleCpus > shootdown.cpus)
    yield {
      path: 'shootdown.idleCpus',
      message: `${shootdown.idleCpus} of ${shootdown.cpus} CPUs cannot be idle`,
      remedy: 'shootdown.cpus counts them too',
    };
}
