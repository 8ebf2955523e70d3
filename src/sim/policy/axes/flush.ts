import type { Policy } from '../../../kernel/policy/policy.ts';
import type { PolicyAxis } from './axis.ts';

const SHOOTDOWN: Readonly<Record<Policy['shootdown']['rule'], string>> = {
  broadcast: 'an invalidation flushes the whole address space, on every CPU that has it loaded, by IPI',
  range: 'an invalidation goes page by page up to the threshold, else flushes all; other CPUs by IPI',
  lazy: 'as range, but idle CPUs get no IPI and catch up when they run again',
  latr: 'as range on this CPU; others find a note at their next switch, without an IPI',
};

const manyCpus = ({ shootdown }: Policy) => shootdown.cpus > 0;

/** Invalidations, and address-space tags. */
export const FLUSH_AXES: readonly PolicyAxis[] = [
  {
    key: 'shootdown.rule',
    value: ({ shootdown }) => shootdown.rule,
    beside: ({ shootdown }) => SHOOTDOWN[shootdown.rule],
  },
  {
    key: 'shootdown.threshold',
    value: ({ shootdown }) => shootdown.threshold,
    beside: ({ shootdown }) =>
      `up to ${shootdown.threshold} pages are invalidated one by one (tlb_single_page_flush_ceiling)`,
    asked: ({ shootdown }) => shootdown.rule !== 'broadcast',
  },
  {
    key: 'shootdown.cpus',
    value: ({ shootdown }) => shootdown.cpus,
    beside: ({ shootdown }) =>
      shootdown.cpus === 0
        ? 'no other CPU has the address space loaded: no IPIs'
        : `${shootdown.cpus} other CPUs have the address space loaded`,
  },
  {
    key: 'shootdown.idleCpus',
    value: ({ shootdown }) => shootdown.idleCpus,
    beside: ({ shootdown }) => `${shootdown.idleCpus} of them are idle`,
    asked: (policy) => manyCpus(policy) && policy.shootdown.rule === 'lazy',
  },
  {
    key: 'asids',
    value: ({ asids }) => asids,
    beside: ({ asids }) =>
      asids === 'machine'
        ? 'address spaces have as many hardware tags (ASIDs, PCIDs) as the machine file says'
        : asids === 0
          ? 'address spaces have no hardware tags: each switch empties the TLBs'
          : `address spaces share ${asids} hardware tags`,
  },
];
