import * as z from 'zod';
import { RESULT_VERSION } from './result.ts';

/**
 * The shape of a result (result.ts) for whoever reads one: schema/result.schema.json is made from this, and readers
 * of result files check with it. What a later 1.x adds is let through.
 */
const count = z.number().min(0).meta({ id: 'count', description: 'A count, or cycles; exact' });
const counts = z.record(z.string(), count);

const trace = z.looseObject({
  path: z.string(),
  format: z.string(),
  sha256: z
    .string()
    .describe('Of the stored bytes, of what was read of a pipe, or of a made trace its recipe'),
  accesses: count.describe('fetches + loads + stores + 2 x modifies'),
  fetches: count,
  loads: count.describe('Without the loads of modifies'),
  stores: count.describe('Without the stores of modifies'),
  modifies: count,
  crossings: count.describe('Accesses that cross a 4 KiB boundary'),
  events: count,
  processes: count,
  warmup: count.describe('Accesses run before counting began'),
  native: z
    .looseObject({ minflt: count, majflt: count })
    .optional()
    .describe('Faults that a real kernel counted for the same command'),
});

const tlb = z.looseObject({
  lookups: count,
  hits: count,
  misses: count,
  evictions: count,
  invalidations: count.describe('Entries dropped by invalidations'),
  mpki: z.number().describe('Misses per thousand instructions (fetches; accesses where there are none)'),
});

const walks = z.looseObject({
  count: count.describe('Walks made, those into a fault included'),
  faulted: count,
  steps: count.describe('PTEs read'),
  cycles: count,
  queued: count.describe('Cycles that walks waited for a walker'),
  bySize: counts.describe('Walks by the page size they found'),
  byLevel: z.record(z.string(), counts).describe('PTE reads by level (L1 = last table) and who answered'),
  adUpdates: count,
  dirtyAssists: count,
  psc: z.record(z.string(), z.looseObject({ hits: count, misses: count })),
});

const latency = z
  .looseObject({
    count,
    total: count,
    min: count,
    p50: count,
    p90: count,
    p99: count,
    max: count,
    histogram: counts.describe('How many took from this power of two to the next'),
  })
  .meta({ id: 'latency', description: 'Latencies of one kind of kernel work, in cycles' });

const processCounts = z.looseObject({
  pid: count,
  parent: count,
  name: z.string(),
  minflt: count,
  majflt: count,
});

export const resultSchema = z
  .looseObject({
    pagewalk: z.looseObject({ version: z.string(), result: z.string().describe(`Now ${RESULT_VERSION}`) }),
    trace,
    machine: z.looseObject({ name: z.string() }).describe('The machine with every key filled in'),
    kernel: z.looseObject({
      name: z.string(),
      policy: z.string().optional(),
      costs: z
        .looseObject({
          name: z.string(),
          frequencyGHz: z.number().describe('The clock that the prices were counted in'),
          provenance: z.record(z.string(), z.unknown()).optional(),
        })
        .optional()
        .describe('Whose prices kernel work was charged at'),
    }),
    cycles: z.looseObject({
      total: count.describe('The sum of the ledger'),
      perAccess: z.number(),
      ledger: counts,
      hidden: counts.describe('Latency that ran beside useful work; no part of the total'),
    }),
    tlb: z.record(z.string(), tlb),
    walks,
    caches: z.record(z.string(), z.looseObject({ hits: count, misses: count })),
    faults: z.looseObject({
      minor: count,
      major: count,
      signals: count,
      byKind: counts,
      latency: latency.optional(),
    }),
    forks: z.looseObject({
      count,
      ptesCopied: count,
      tablesCopied: count,
      tablesShared: count,
      latency: latency.optional(),
      each: z.array(count).optional().describe('Each fork in turn; the first thousand'),
    }),
    memory: z.looseObject({
      framesPeak: count,
      pageTableBytesPeak: count,
      bytesCopied: count,
      bytesZeroed: count,
      extraPeak: count.optional().describe('Most frames since the first fork beyond those in use at it'),
      framesAtFork: count.optional().describe('Frames in use at the first fork'),
      overTime: z
        .looseObject({ interval: count, frames: z.array(count) })
        .optional()
        .describe('The most frames in use in each interval of so many cycles'),
    }),
    processes: z.array(processCounts),
  })
  .meta({
    title: 'pagewalk result',
    description: 'What `pagewalk run --json` writes; docs/results.md explains it',
  });

/** The JSON Schema of results, as it is shipped. */
export function resultFileSchema(): object {
  return z.toJSONSchema(resultSchema, { io: 'input' });
}
