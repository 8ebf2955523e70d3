import { LINUX_6_18, type Ownership, type PageSource, type Policy } from '../../kernel/policy/policy.ts';
import type { PolicyPrices } from '../../kernel/policy/prices.ts';
import type { PolicyInput } from './schema.ts';

const PAGE_KB = 4;
/** What `remote:` and `ksm:` are where a file names the source and says no more. */
const REMOTE = { latency: 7000, bytesPerCycle: 4 };
const KSM = { pagesToScan: 100, interval: 48_900_000, duplicates: 0.1 };

/** Every key filled in: Linux 6.18's where the file says nothing. */
export function resolvePolicy(input: PolicyInput): Policy {
  const base = LINUX_6_18;
  return {
    name: input.name ?? base.name,
    forkTables: input.forkTables ?? base.forkTables,
    sharing: { ...base.sharing, ...input.sharing },
    copier: input.copier ?? base.copier,
    protect: input.protect ?? base.protect,
    faultOn: input.faultOn ?? base.faultOn,
    taggedShare: input.taggedShare ?? base.taggedShare,
    granule: {
      pages: input.granule?.base === undefined ? base.granule.pages : pagesOf(input.granule.base),
      huge: input.granule?.huge ?? base.granule.huge,
    },
    hugePages: input.hugePages ?? base.hugePages,
    reuse: input.reuse ?? base.reuse,
    around: input.around ?? base.around,
    pageSource: pageSourceOf(input),
    merge: input.pageSource === 'ksm' ? { ...KSM, ...input.ksm } : null,
    ownership: ownershipOf(input),
    shootdown: { ...base.shootdown, ...input.shootdown },
    asids: input.asids ?? base.asids,
    prices: { ...base.prices, ...(input.prices as Partial<PolicyPrices>) },
  };
}

function pageSourceOf({ pageSource, remote }: PolicyInput): PageSource {
  return pageSource === 'remote' ? { kind: 'remote', ...REMOTE, ...remote } : { kind: 'local' };
}

function ownershipOf({ ownership, shadow }: PolicyInput): Ownership {
  if (ownership !== 'shadow-chain') return { kind: 'refcount' };
  return { kind: 'shadow-chain', copy: shadow?.copy ?? 'symmetric', collapse: shadow?.collapse ?? true };
}

/** Pages of 4 KiB in `64K`, `2M`. */
function pagesOf(size: string): number {
  const number = Number.parseInt(size, 10);
  return size.endsWith('M') ? (number * 1024) / PAGE_KB : number / PAGE_KB;
}
