/** A thread of a comparison: runs the points that it is told, one at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { InputError } from '../../core/errors.ts';
import { plain } from '../../trace/node/ahead/messages.ts';
import type { FromThread, NextPoint, ThreadTask } from './messages.ts';
import { openOrigin } from './origin.ts';
import { runPoint } from './point.ts';

const port = parentPort!;
const { origin, points, version } = workerData as ThreadTask;

port.on('message', async (point: NextPoint) => port.postMessage(await run(point)));

/** Anything but an InputError is a defect: it ends the thread, and the other side hears of it as an 'error'. */
async function run(point: number): Promise<FromThread> {
  try {
    const source = await openOrigin(origin);
    return { kind: 'done', point, result: await runPoint(points[point]!, source, version) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { kind: 'failed', point, error: plain(error) };
  }
}
