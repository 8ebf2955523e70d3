import * as z from 'zod';
import { REPLACEMENTS } from '../../tlb/replacement/index.ts';
import { RISCV_MODES, SIZE_CLASSES, X86_MODES } from './machine.ts';

/**
 * What a machine file may say, constants alone (parse.ts has taken sources and confidences off). Defaults are
 * complete.ts's, rules between keys are check.ts's; schema/machine.schema.json is made from this by
 * scripts/make-schema.ts.
 */
const whole = (low: number, high: number) => z.int().min(low).max(high);
const cycles = whole(0, 1_000_000_000);
const flag = z.boolean();

const BYTES_TEXT = 'expected bytes, such as 32768, 32K or 1.25M';
const byteCount = z
  .union([z.int().min(0), z.string().regex(/^\d+(\.\d+)?[KMGT]$/, BYTES_TEXT)], { error: BYTES_TEXT })
  .meta({ id: 'bytes', description: 'Bytes: a number, or a number with K, M, G or T (powers of 1024)' });

const sizeClass = z.enum(SIZE_CLASSES).meta({ id: 'sizeClass', description: 'Page size of a translation' });

const tlbArray = z
  .strictObject({
    sizes: z.array(sizeClass).min(1).describe('Page sizes it holds'),
    sets: whole(0, 1 << 24)
      .optional()
      .describe('Sets; may be left out when entries and ways are given'),
    ways: whole(0, 1 << 24)
      .optional()
      .describe('Ways'),
    entries: whole(0, 1 << 24)
      .optional()
      .describe('Entries: sets times ways'),
    fullyAssociative: flag.optional().describe('One set of all entries'),
    index: z.enum(['mask', 'modulo']).optional().describe('How the page number picks the set'),
    replacement: z.enum(REPLACEMENTS).optional(),
    seed: whole(0, 0xffffffff).optional().describe('Seed of random replacement'),
  })
  .meta({ id: 'tlbArray', description: 'One set-associative array of a TLB' });

const tlb = z
  .strictObject({
    latency: cycles.optional().describe('Cycles that a hit here adds; 0 for a first level that keeps pace'),
    fillOnMiss: flag.optional().describe('A finished walk installs its translation here'),
    arrays: z.array(tlbArray).min(1).max(8),
  })
  .meta({ id: 'tlb' });

const stlb = tlb
  .extend({ inclusive: flag.optional().describe('What leaves here also leaves the first-level TLBs') })
  .meta({ id: 'stlb' });

const pageSize = sizeClass.optional().describe('Page size that the simple demand kernel maps');

const paging = z.discriminatedUnion('mode', [
  z.strictObject({
    mode: z.enum(X86_MODES),
    pageSize,
    controls: z
      .strictObject({
        maxphyaddr: whole(32, 52).optional().describe('Physical-address width in bits'),
        nxe: flag.optional().describe('EFER.NXE'),
        wp: flag.optional().describe('CR0.WP'),
        smep: flag.optional().describe('CR4.SMEP'),
        smap: flag.optional().describe('CR4.SMAP'),
        pge: flag.optional().describe('CR4.PGE: global pages'),
        pke: flag.optional().describe('CR4.PKE'),
        pks: flag.optional().describe('CR4.PKS'),
        pdpe1gb: flag.optional().describe('1 GiB leaves are legal'),
      })
      .optional(),
  }),
  z.strictObject({
    mode: z.enum(RISCV_MODES),
    pageSize,
    controls: z
      .strictObject({
        adue: flag.optional().describe('Hardware updates A and D (Svadu); false: it faults (Svade)'),
        svnapot: flag.optional().describe('64 KiB NAPOT leaves are legal'),
        svpbmt: flag.optional().describe('Page-based memory types are legal'),
        sum: flag.optional().describe('sstatus.SUM'),
        mxr: flag.optional().describe('sstatus.MXR'),
      })
      .optional(),
  }),
]);

const pscLevel = z
  .strictObject({ sets: whole(0, 1 << 16), ways: whole(0, 1 << 16) })
  .meta({ id: 'pscLevel' });

const cache = z
  .strictObject({
    name: z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/),
    bytes: byteCount,
    ways: whole(0, 1 << 16),
    line: whole(0, 1 << 16)
      .optional()
      .describe('Bytes of a line'),
    latency: cycles.describe('Cycles from the request to the data when this level has the line, all told'),
  })
  .meta({ id: 'cache' });

export const machineSchema = z
  .strictObject({
    name: z.string().min(1).optional(),
    description: z.string().optional(),
    extends: z.string().optional().describe('A preset, or a machine file beside this one, to start from'),
    paging,
    core: z
      .strictObject({
        frequencyGHz: z.number().positive().max(100).optional().describe('For times; no cycle depends on it'),
        issueWidth: whole(1, 64).optional().describe('Accesses that can start in one cycle'),
        window: whole(1, 65536)
          .optional()
          .describe('Accesses that may issue beyond an unfinished translation; 1 blocks'),
      })
      .optional(),
    tlb: z.strictObject({
      asids: whole(0, 4095).optional().describe('Address-space tags in use; 0 flushes at every switch'),
      itlb: tlb,
      dtlb: tlb,
      storeTlb: tlb.nullable().optional().describe('For stores alone'),
      stlb: stlb.nullable().optional().describe('Second level, unified'),
    }),
    permissionMiss: z
      .enum(['rewalk', 'fault'])
      .optional()
      .describe('A hit whose cached permissions refuse the access: walk again, or fault at once'),
    dirty: z
      .strictObject({
        action: z.enum(['assist', 'rewalk', 'fault']).optional(),
        cycles: cycles.optional(),
      })
      .optional()
      .describe('A store that hits an entry whose dirty bit is clear'),
    psc: z
      .strictObject({
        latency: cycles.optional().describe('Cycles of the lookup, all levels at once'),
        levels: z
          .strictObject({
            '2': pscLevel.nullable().optional(),
            '3': pscLevel.nullable().optional(),
            '4': pscLevel.nullable().optional(),
            '5': pscLevel.nullable().optional(),
          })
          .optional()
          .describe('By level of the entry cached: 2 = PDE, 3 = PDPTE, ...'),
      })
      .optional()
      .describe('Paging-structure caches'),
    walkers: z
      .strictObject({
        count: whole(0, 1024).optional().describe('Walks under way at once'),
        mshrs: whole(0, 65536).optional().describe('Misses outstanding, waiting ones included'),
        adUpdate: cycles.optional().describe('Cycles to set an accessed or dirty bit'),
      })
      .optional(),
    caches: z.array(cache).max(8).optional().describe('Nearest to the walker first'),
    dram: z.strictObject({ latency: cycles.optional() }).optional(),
    dataThroughCaches: flag.optional().describe('Loads, stores and fetches use the caches too'),
    pteThroughCaches: flag.optional().describe('False: every PTE read costs pteLatency'),
    pteLatency: cycles.optional(),
    pageCrossing: z.enum(['both', 'first']).optional().describe('Pages looked up by a crossing access'),
    kernel: z
      .strictObject({
        memoryBytes: byteCount.optional().describe('Physical memory'),
        faultCycles: cycles.optional().describe('One fault of the simple demand kernel'),
        frameOrder: z.enum(['sequential', 'random']).optional(),
        seed: whole(0, 0xffffffff).optional(),
      })
      .optional(),
  })
  .meta({ title: 'pagewalk machine' });

/** A machine file's constants, valid one by one. */
export type MachineInput = z.infer<typeof machineSchema>;
