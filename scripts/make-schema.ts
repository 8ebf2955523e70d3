// Writes schema/machine.schema.json from the zod schema; a test fails when it is out of date.
import { writeFileSync } from 'node:fs';
import { machineFileSchema } from './machine-schema.ts';

const file = new URL('../schema/machine.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(machineFileSchema(), null, 2)}\n`);
