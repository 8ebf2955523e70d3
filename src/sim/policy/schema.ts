import * as z from 'zod';
import { PARTS } from '../../kernel/cost/parts.ts';
import { POLICY_PARTS } from '../../kernel/policy/prices.ts';

/**
 * What a policy file may say, constants alone (machine/parse.ts has taken sources and confidences off). What is not
 * said is Linux 6.18's (resolve.ts); what contradicts itself is rules.ts's; docs/policies/README.md explains the keys.
 */
const whole = (low: number, high: number) => z.int().min(low).max(high);
const share = z.number().min(0).max(1);

export const GRANULES = ['4K', '8K', '16K', '32K', '64K', '128K', '256K', '512K', '1M', '2M'] as const;

const price = z.union([
  z.number().min(0).max(1e12),
  z.strictObject({ times: z.number().min(0).max(1e6), of: z.enum(PARTS) }),
]);

export const policySchema = z
  .strictObject({
    name: z.string().min(1),
    description: z.string(),
    extends: z.string(),
    forkTables: z
      .enum([
        'copy-all',
        'skip-rebuildable',
        'share-leaf',
        'child-copies',
        'share-space',
        'copy-pages',
        'snapshot',
      ])
      .describe('What fork does about private memory'),
    sharing: z
      .strictObject({
        tables: z.enum(['one-vma', 'any']),
        vmas: z.enum(['needed', 'all']),
        accounting: z.enum(['deferred', 'eager']),
        fillShared: z.boolean(),
      })
      .partial()
      .describe('How forkTables: share-leaf shares'),
    copier: z
      .strictObject({ speed: z.number().min(0).max(64) })
      .describe('The agent of forkTables: child-copies'),
    protect: z.enum(['leaf', 'upper', 'none']).describe('What fork takes write permission from'),
    faultOn: z
      .enum(['write', 'access', 'tagged'])
      .describe("Which first access makes a page the child's own"),
    taggedShare: share.describe('Of faultOn: tagged, the share of pages that hold tagged pointers'),
    granule: z
      .strictObject({ base: z.enum(GRANULES), huge: z.enum(['split', 'copy']) })
      .partial()
      .describe('How much a write to shared memory copies'),
    hugePages: z.enum(['advised', 'always']),
    reuse: z.enum(['exclusive', 'refcount', 'mapcount', 'never']).describe('When a write keeps the frame'),
    around: whole(1, 512).describe('Pages of the aligned window that one COW fault settles'),
    pageSource: z.enum(['local', 'remote', 'ksm']),
    remote: z
      .strictObject({ latency: z.number().min(0).max(1e12), bytesPerCycle: z.number().positive().max(4096) })
      .describe('Of pageSource: remote, cycles until the first byte, and bytes a cycle'),
    ksm: z
      .strictObject({ pagesToScan: whole(1, 1 << 24), interval: whole(1, 1e12), duplicates: share })
      .describe('Of pageSource: ksm, pages a round, cycles between rounds, share of pages with a twin'),
    ownership: z.enum(['refcount', 'shadow-chain']),
    shadow: z
      .strictObject({ copy: z.enum(['symmetric', 'asymmetric']), collapse: z.boolean() })
      .partial()
      .describe('Of ownership: shadow-chain'),
    shootdown: z
      .strictObject({
        rule: z.enum(['broadcast', 'range', 'lazy', 'latr']),
        threshold: whole(0, 1 << 20),
        cpus: whole(0, 4096),
        idleCpus: whole(0, 4096),
      })
      .partial(),
    asids: z
      .union([z.literal('machine'), whole(0, 4095)])
      .describe('Address-space tags that the kernel uses'),
    prices: z
      .strictObject(Object.fromEntries(POLICY_PARTS.map((part) => [part, price])))
      .partial()
      .describe('Cycles of work that Linux 6.18 does not know'),
  })
  .partial()
  .meta({ title: 'pagewalk policy' });

/** A policy file's constants, valid one by one. */
export type PolicyInput = z.infer<typeof policySchema>;
