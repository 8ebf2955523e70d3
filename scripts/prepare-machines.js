// Writes dist/machines.json: the presets resolved, so that a run starts without parsing YAML. Run by build.js.
import { writeFileSync } from 'node:fs';
import { digestOf } from '../dist/sim/machine/prepared.js';
import { presetNames, shortName } from '../dist/sim/machine/preset-files.js';
import { readMachine } from '../dist/sim/machine/read.js';

const machines = {};
for (const name of presetNames()) {
  const { machine, files } = await readMachine(name);
  machines[shortName(files[0])] = { files: files.map(shortName), digest: digestOf(files), machine };
}
writeFileSync(new URL('../dist/machines.json', import.meta.url), JSON.stringify(machines));
