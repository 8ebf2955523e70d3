/** The decoding thread: opens the trace of its task and hands over chunk after chunk, as slots come free. */
import { parentPort, workerData } from 'node:worker_threads';
import { InputError } from '../../../core/errors.ts';
import { openTrace } from '../open.ts';
import { type Freed, type FromThread, plain, type Task } from './messages.ts';
import { Slot } from './slot.ts';

const port = parentPort!;
const { path, options, slots: memories } = workerData as Task;
const slots = memories.map((memory) => new Slot(memory));
const free = slots.map((_, index) => index);
let wake: () => void = () => undefined;

port.on('message', (slot: Freed) => {
  free.push(slot);
  wake();
});

function send(message: FromThread): void {
  port.postMessage(message);
}

async function freeSlot(): Promise<number> {
  while (free.length === 0) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  return free.shift()!;
}

async function decode(): Promise<void> {
  const source = await openTrace(path, options);
  send({ kind: 'opened', info: source.info });
  let regions = 0;
  for await (const chunk of source.chunks()) {
    const slot = await freeSlot();
    slots[slot]!.write(chunk);
    const { count, events, keys } = chunk;
    const newRegions: number[] = [];
    while (regions < source.regions.count) newRegions.push(source.regions.highOf(regions++));
    const { statistics, bytesRead } = source;
    const wide = keys instanceof Float64Array;
    send({ kind: 'chunk', slot, count, wide, events, newRegions, statistics, bytesRead });
  }
  const damage = source.damage && plain(source.damage);
  send({ kind: 'end', statistics: source.statistics, damage });
}

try {
  await decode();
} catch (error) {
  // Anything else is a defect: it ends the thread, and the other side hears of it as an 'error'.
  if (!(error instanceof InputError)) throw error;
  send({ kind: 'failed', error: plain(error) });
} finally {
  port.close();
}
