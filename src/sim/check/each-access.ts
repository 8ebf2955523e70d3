import { type AccessType, STORE } from '../../core/access.ts';
import type { Chunk } from '../../trace/chunk.ts';
import type { Cpu } from '../cpu.ts';

const NOTHING = -1;

/**
 * Runs records from..to-1 on the CPU and asks about each of them right after it ran. Records that repeat the last page
 * of their type, with nothing in between that could change what is there, run along with the next that does not; those
 * that ended in a signal are not asked about.
 */
export function runEach(
  cpu: Cpu,
  chunk: Chunk,
  from: number,
  to: number,
  ask: (at: number, type: AccessType) => void,
): void {
  const last = [NOTHING, NOTHING, NOTHING];
  let done = from;
  for (let i = from; i < to; i++) {
    const record = chunk.keys[i]!;
    const type = (record & 3) as AccessType;
    if (record === last[type]) continue;
    const { signals } = cpu;
    cpu.run(chunk, done, i + 1);
    done = i + 1;
    if (cpu.signals !== signals) {
      last.fill(NOTHING);
      continue;
    }
    if (type === STORE) last.fill(NOTHING);
    last[type] = record;
    ask(i, type);
  }
  if (done < to) cpu.run(chunk, done, to);
}
