import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { comparisonOf } from '../../../src/sim/compare/comparison.ts';
import { comparisonFileSchema, comparisonSchema } from '../../../src/sim/compare/comparison-schema.ts';
import { resultSchema } from '../../../src/sim/result-schema.ts';
import { runLines } from '../trace-of.ts';

describe('the comparison schema', () => {
  it('takes what a comparison makes, and nothing is left unnamed in it', async () => {
    const runs = [[await runLines('skylake', [], ['L 1000,8'])], [await runLines('zen3', [], ['L 1000,8'])]];
    const axes = [{ name: 'machine', values: ['skylake', 'zen3'] }];
    const made = comparisonOf('test', axes, [['skylake'], ['zen3']], runs, [1]);
    const comparison = JSON.parse(JSON.stringify(made));
    expect(() => comparisonSchema.parse(comparison)).not.toThrow();
    const { shape } = comparisonSchema;
    expect(Object.keys(made)).toEqual(Object.keys(shape));
    expect(Object.keys(made.points[0]!)).toEqual(Object.keys(shape.points.element.shape));
    expect(Object.keys(made.metrics[0]!)).toEqual(Object.keys(shape.metrics.element.shape));
    expect(Object.keys(made.ledger)).toEqual(Object.keys(shape.ledger.shape));
    for (const { results } of comparison.points)
      for (const result of results) expect(() => resultSchema.parse(result)).not.toThrow();
  });

  it('is the one that is shipped (npx tsx scripts/make-schema.ts writes it)', () => {
    const shipped = JSON.parse(readFileSync('schema/comparison.schema.json', 'utf8'));
    expect(shipped).toEqual(JSON.parse(JSON.stringify(comparisonFileSchema())));
  });
});
