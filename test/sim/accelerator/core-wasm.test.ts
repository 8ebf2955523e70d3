import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { coreModule } from '../../../scripts/core-module.ts';

const MODULE = new URL('../../../src/sim/accelerator/core-wasm.ts', import.meta.url);

it('the WebAssembly core in the tree is accelerator/ compiled, byte for byte (npm run core writes it)', async () => {
  expect(readFileSync(MODULE, 'utf8')).toBe(await coreModule());
});
