import type { Policy } from '../../kernel/policy/policy.ts';
import { LINUX_6_18 } from '../../kernel/policy/policy.ts';
import { isMapping, nearestNode, type Origin, type TreeNode } from '../machine/tree.ts';
import type { LoadedPolicy } from './read.ts';

/** One key of a policy and what it rests on. */
export interface ExplainedAxis {
  readonly key: string;
  readonly value: string;
  readonly source: string;
  readonly confidence: Origin['confidence'];
  /** It is another value than Linux 6.18's. */
  readonly differs: boolean;
}

/** What a key of a file is called in the resolved policy, where the two differ. */
const RESOLVED: Readonly<Record<string, (policy: Policy) => unknown>> = {
  'granule.base': ({ granule }) => `${granule.pages * 4}K`,
  pageSource: ({ pageSource, merge }) => (merge ? 'ksm' : pageSource.kind),
  ownership: ({ ownership }) => ownership.kind,
};

/** Every key of a resolved policy that means something at this point, in the order of the documentation. */
export function explainPolicy({ policy, tree }: LoadedPolicy): ExplainedAxis[] {
  return keysOf(policy).map((key) => {
    const value = valueAt(policy, key);
    return {
      key,
      value: shown(value),
      ...originAt(tree, key),
      differs: JSON.stringify(value) !== JSON.stringify(valueAt(LINUX_6_18, key)),
    };
  });
}

function keysOf(policy: Policy): string[] {
  const { forkTables, faultOn, pageSource, merge, ownership, prices } = policy;
  return [
    'forkTables',
    ...(forkTables === 'share-leaf'
      ? ['sharing.tables', 'sharing.vmas', 'sharing.accounting', 'sharing.fillShared']
      : []),
    ...(forkTables === 'child-copies' ? ['copier.speed'] : []),
    'protect',
    'faultOn',
    ...(faultOn === 'tagged' ? ['taggedShare'] : []),
    'granule.base',
    'granule.huge',
    'hugePages',
    'reuse',
    'around',
    'pageSource',
    ...(pageSource.kind === 'remote' ? ['remote.latency', 'remote.bytesPerCycle'] : []),
    ...(merge ? ['ksm.pagesToScan', 'ksm.interval', 'ksm.duplicates'] : []),
    'ownership',
    ...(ownership.kind === 'shadow-chain' ? ['shadow.copy', 'shadow.collapse'] : []),
    'shootdown.rule',
    'shootdown.threshold',
    'shootdown.cpus',
    'shootdown.idleCpus',
    'asids',
    ...Object.entries(prices)
      .filter(([part, price]) => price !== 0 && part !== 'remote' && part !== 'wait')
      .map(([part]) => `prices.${part}`),
  ];
}

function valueAt(policy: Policy, key: string): unknown {
  const special = RESOLVED[key];
  if (special) return special(policy);
  const [axis, field] = key.split('.') as [string, string | undefined];
  const holder = { remote: policy.pageSource, ksm: policy.merge, shadow: policy.ownership }[axis] as
    | Record<string, unknown>
    | undefined;
  if (holder) return holder[field!];
  const value = (policy as unknown as Record<string, unknown>)[axis];
  return field === undefined ? value : (value as Record<string, unknown> | null)?.[field];
}

function shown(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const { times, of } = value as { times: number; of: string };
  return `${times} x ${of}`;
}

function originAt(tree: TreeNode, key: string): { source: string; confidence: Origin['confidence'] } {
  const { node, exact } = nearestNode(tree, key.split('.'));
  if (!exact) return { source: 'as Linux 6.18', confidence: 'default' };
  const origin = node.origin ?? (isMapping(node) ? [...node.value.values()][0]?.origin : undefined);
  return origin ?? { source: node.place, confidence: 'unsourced' };
}
