// Writes src/sim/accelerator/core-wasm.ts from accelerator/; a test fails when it is out of date.
import { writeFileSync } from 'node:fs';
import { coreModule } from './core-module.ts';

writeFileSync(new URL('../src/sim/accelerator/core-wasm.ts', import.meta.url), await coreModule());
