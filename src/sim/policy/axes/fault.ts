import type { Policy } from '../../../kernel/policy/policy.ts';
import type { PolicyAxis } from './axis.ts';

const FAULT_ON: Readonly<Record<Policy['faultOn'], readonly [fork: string, fault: string]>> = {
  write: ['leaves pages readable to the child', 'only a write makes a shared page private'],
  access: [
    "makes the child's PTEs of shared pages trap",
    "the child's first access of any kind copies the page",
  ],
  tagged: [
    "makes the child's PTEs of pages with tagged pointers trap",
    "the child's first access to a page with tagged pointers copies it; other pages are copied on write",
  ],
};

const REUSE: Readonly<Record<Policy['reuse'], string>> = {
  exclusive:
    'a write keeps the frame if it is marked exclusive (PageAnonExclusive) or nobody else refers to it',
  refcount: 'a write keeps the frame if nobody else refers to it; a pin (GUP) forces a copy',
  mapcount: 'a write keeps the frame if nobody else maps it, whoever else refers to it',
  never: 'a write to a write-protected page always copies',
};

const usesChain = ({ ownership }: Policy) => ownership.kind === 'shadow-chain';

/** What makes a page private, how much of it, from where, and who owns it. */
export const FAULT_AXES: readonly PolicyAxis[] = [
  {
    key: 'faultOn',
    value: ({ faultOn }) => faultOn,
    fork: ({ faultOn }) => FAULT_ON[faultOn][0],
    fault: ({ faultOn }) => FAULT_ON[faultOn][1],
    asked: ({ protect }) => protect !== 'none',
  },
  {
    key: 'taggedShare',
    value: ({ taggedShare }) => taggedShare,
    fault: ({ taggedShare }) => `${taggedShare * 100} % of the pages are taken to hold tagged pointers`,
    asked: ({ faultOn }) => faultOn === 'tagged',
  },
  {
    key: 'granule.base',
    value: ({ granule }) => `${granule.pages * 4}K`,
    fault: ({ granule }) =>
      granule.pages === 1
        ? 'a COW fault copies the page of 4 KiB that was written'
        : `a COW fault copies the aligned block of ${granule.pages * 4} KiB, where it is shared`,
  },
  {
    key: 'granule.huge',
    value: ({ granule }) => granule.huge,
    fault: ({ granule }) =>
      granule.huge === 'split'
        ? 'a write to a shared 2 MiB page splits its entry, and copies 4 KiB'
        : 'a write to a shared 2 MiB page copies all of it',
  },
  {
    key: 'hugePages',
    value: ({ hugePages }) => hugePages,
    fault: ({ hugePages }) =>
      hugePages === 'always'
        ? 'a first touch takes 2 MiB wherever that fits'
        : 'a first touch takes 2 MiB where MADV_HUGEPAGE was given and it fits',
  },
  { key: 'reuse', value: ({ reuse }) => reuse, fault: ({ reuse }) => REUSE[reuse] },
  {
    key: 'around',
    value: ({ around }) => around,
    fault: ({ around }) =>
      around === 1
        ? 'a COW fault settles no neighbours'
        : `a COW fault settles all shared pages of the aligned ${around * 4} KiB, so that they fault no more`,
  },
  {
    key: 'pageSource',
    value: ({ pageSource, merge }) => (merge ? 'ksm' : pageSource.kind),
    fault: ({ pageSource }) =>
      pageSource.kind === 'remote'
        ? 'fetches the page from another machine, and waits for it'
        : 'copies from local memory',
    beside: ({ merge }) =>
      merge ? 'ksmd merges anonymous pages of equal contents; a merged page is never reused' : '',
  },
  {
    key: 'remote.latency',
    value: ({ pageSource }) => (pageSource.kind === 'remote' ? pageSource.latency : 0),
    fault: ({ pageSource }) =>
      pageSource.kind === 'remote' ? `waits ${pageSource.latency} cycles for the first byte` : '',
    asked: ({ pageSource }) => pageSource.kind === 'remote',
  },
  {
    key: 'remote.bytesPerCycle',
    value: ({ pageSource }) => (pageSource.kind === 'remote' ? pageSource.bytesPerCycle : 0),
    fault: ({ pageSource }) =>
      pageSource.kind === 'remote' ? `then ${pageSource.bytesPerCycle} bytes arrive a cycle` : '',
    asked: ({ pageSource }) => pageSource.kind === 'remote',
  },
  {
    key: 'ksm.pagesToScan',
    value: ({ merge }) => merge?.pagesToScan ?? 0,
    beside: ({ merge }) => `ksmd looks at ${merge?.pagesToScan} pages in a round (pages_to_scan)`,
    asked: ({ merge }) => merge !== null,
  },
  {
    key: 'ksm.interval',
    value: ({ merge }) => merge?.interval ?? 0,
    beside: ({ merge }) => `and sleeps ${merge?.interval} cycles between two rounds (sleep_millisecs)`,
    asked: ({ merge }) => merge !== null,
  },
  {
    key: 'ksm.duplicates',
    value: ({ merge }) => merge?.duplicates ?? 0,
    beside: ({ merge }) =>
      `where contents are unknown, ${(merge?.duplicates ?? 0) * 100} % of pages have a twin`,
    asked: ({ merge }) => merge !== null,
  },
  {
    key: 'ownership',
    value: ({ ownership }) => ownership.kind,
    fork: (policy) =>
      usesChain(policy)
        ? 'lets parent and child refer to the same memory objects'
        : 'adds a reference and a mapping to each page whose PTE it copies',
    fault: (policy) =>
      usesChain(policy)
        ? 'looks the page up along the chain of shadow objects: O(length of the chain)'
        : 'asks the counts of the page itself: O(1)',
  },
  {
    key: 'shadow.copy',
    value: ({ ownership }) => (ownership.kind === 'shadow-chain' ? ownership.copy : 'symmetric'),
    fault: ({ ownership }) =>
      ownership.kind === 'shadow-chain' && ownership.copy === 'asymmetric'
        ? 'a source that writes pushes what the page held into the copy object, and keeps its page'
        : 'the first write of either side puts a shadow object over the shared one, and copies into it',
    asked: usesChain,
  },
  {
    key: 'shadow.collapse',
    value: ({ ownership }) => ownership.kind === 'shadow-chain' && ownership.collapse,
    beside: ({ ownership }) =>
      ownership.kind === 'shadow-chain' && ownership.collapse
        ? 'an object with one shadow left is merged into it'
        : 'objects stay in their chains until the last process ends',
    asked: usesChain,
  },
];
