import * as z from 'zod';
import { COMPARISON_VERSION } from './comparison.ts';

/**
 * The shape of a comparison (comparison.ts) for whoever reads one: schema/comparison.schema.json is made from this.
 * What a later 1.x adds is let through.
 */
const point = z.int().min(0).meta({ id: 'point', description: 'Number of a point, from 0' });
const cycles = z.array(z.number()).describe('By point');

const spread = z
  .looseObject({ mean: z.number(), sd: z.number().min(0), min: z.number(), max: z.number() })
  .meta({ id: 'spread', description: 'Over the seeds; one value four times, with sd 0, without' });

export const comparisonSchema = z
  .looseObject({
    pagewalk: z.looseObject({
      version: z.string(),
      comparison: z.string().describe(`Now ${COMPARISON_VERSION}`),
    }),
    axes: z
      .array(z.looseObject({ name: z.string(), values: z.array(z.string()).min(1) }))
      .describe('What was varied; of one value what was the same at all points'),
    seeds: z.array(z.int()).optional(),
    metrics: z.array(
      z.looseObject({
        key: z.string(),
        unit: z.enum(['ns', 'count', 'bytes', 'cycles', 'mpki']),
        meaning: z.string(),
        best: z.array(point).describe('Points with the lowest mean; none where all are equal'),
        clear: z.boolean().describe('The best are lowest under every seed'),
      }),
    ),
    points: z.array(
      z.looseObject({
        at: z.array(z.string()).describe('A value for each axis'),
        metrics: z.record(z.string(), spread).describe('By key'),
        results: z.array(z.looseObject({})).describe('By seed, each as in result.schema.json'),
      }),
    ),
    ledger: z.looseObject({
      lines: z
        .array(z.looseObject({ cause: z.string(), cycles, spread: z.number().min(0) }))
        .describe('All lines, summed over the seeds, the widest difference first'),
      sums: cycles,
      totals: cycles,
      unexplained: z.number().describe('Cycles of a difference that the lines do not account for'),
    }),
  })
  .meta({
    title: 'pagewalk comparison',
    description: 'What `pagewalk compare --json` writes; docs/comparing.md explains it',
  });

/** The JSON Schema of comparisons, as it is shipped. */
export function comparisonFileSchema(): object {
  return z.toJSONSchema(comparisonSchema, { io: 'input' });
}
