// Ten lines: a recorded trace through a machine, from your own program.   node examples/embed.js TRACE
import { collect, Simulation } from 'pagewalk';
import { loadMachine, openTrace } from 'pagewalk/node';

const { machine } = await loadMachine('skylake', ['tlb.stlb.arrays.0.ways=8']);
const source = await openTrace(process.argv[2] ?? 'traces/grep.lackey.br');
const simulation = new Simulation(machine, source, { warmup: 100_000 });
await simulation.run(source);
const { tlb, cycles } = await collect(simulation, source, 'embed');
console.log(`${tlb.STLB.misses} STLB misses, ${cycles.perAccess.toFixed(3)} cycles per access`);
