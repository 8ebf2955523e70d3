// Writes the files of schema/ from the zod schemas; tests fail when they are out of date.
import { writeFileSync } from 'node:fs';
import { comparisonFileSchema } from '../src/sim/compare/comparison-schema.ts';
import { resultFileSchema } from '../src/sim/result-schema.ts';
import { machineFileSchema } from './machine-schema.ts';

const file = new URL('../schema/machine.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(machineFileSchema(), null, 2)}\n`);

const results = new URL('../schema/result.schema.json', import.meta.url);
writeFileSync(results, `${JSON.stringify(resultFileSchema(), null, 2)}\n`);

const comparisons = new URL('../schema/comparison.schema.json', import.meta.url);
writeFileSync(comparisons, `${JSON.stringify(comparisonFileSchema(), null, 2)}\n`);
