import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resultFileSchema, resultSchema } from '../../src/sim/result-schema.ts';
import { runLines } from './trace-of.ts';

describe('the result schema', () => {
  it('takes what a run makes, and nothing is left unnamed in it', async () => {
    const result = await runLines('skylake', [], ['I 400000,4', 'L 1000,8', 'S 2ffc,8', 'M 1000,4']);
    expect(() => resultSchema.parse(JSON.parse(JSON.stringify(result)))).not.toThrow();
    const named = Object.keys(resultSchema.shape);
    expect(Object.keys(result).sort()).toEqual([...named].sort());
    for (const key of ['trace', 'walks', 'memory', 'faults', 'forks'] as const) {
      const keys = Object.entries<{ safeParse(value: unknown): { success: boolean } }>(
        resultSchema.shape[key].shape,
      );
      const always = keys.filter(([, schema]) => !schema.safeParse(undefined).success).map(([name]) => name);
      expect(Object.keys(result[key]).sort(), key).toEqual(always.sort());
    }
  });

  it('is the one that is shipped (npx tsx scripts/make-schema.ts writes it)', () => {
    const shipped = JSON.parse(readFileSync('schema/result.schema.json', 'utf8'));
    expect(shipped).toEqual(JSON.parse(JSON.stringify(resultFileSchema())));
  });
});
