/**
 * npm run bench:page: how long the page of `pagewalk view` takes from a key to the frame that shows it, on a scenario
 * of 10,000 lines in Chromium, by every way to move. Needs the page built (npm run build).
 */
import { cpus, loadavg } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { CDPSession, Page } from 'playwright-core';
import { readPage, withStart } from '../../src/cli/view/page.ts';
import { servePage } from '../../src/cli/view/server.ts';
import { loadMachine } from '../../src/sim/machine/load.ts';
import { launch } from '../../test/web/browser.ts';
import { longScenario } from './scenario.ts';

const LINES = 10_000;
const TIMES = 50;
const GOAL = 16;

/** What is measured: the grain chosen, and the keys pressed in turn. */
const MOVES: readonly (readonly [name: string, keys: readonly string[]])[] = [
  ['walk step forwards', ['ArrowRight']],
  ['walk step backwards', ['ArrowLeft']],
  ['access forwards', ['Shift+ArrowRight']],
  ['access backwards', ['Shift+ArrowLeft']],
  ['cycle forwards', ['.']],
  ['cycle backwards', [',']],
  ['line forwards', ['ArrowDown']],
  ['line backwards', ['ArrowUp']],
  ['jump to the end and to the start', ['End', 'Home']],
];

interface Times {
  /** From the key to the end of the frame that shows what it did. */
  readonly wall: number;
  /** Of the page's main thread: script, style, layout, paint; what the step costs where nothing else runs. */
  readonly work: number;
}

/** Milliseconds that each of so many key presses takes. */
async function timesOf(
  page: Page,
  session: CDPSession,
  keys: readonly string[],
  count: number,
): Promise<Times[]> {
  const times: Times[] = [];
  for (let i = 0; i < count; i++) {
    const before = await mainThread(session);
    const wall = await press(page, keys[i % keys.length]!);
    times.push({ wall, work: (await mainThread(session)) - before });
  }
  return times;
}

/** CPU milliseconds that the page's main thread has worked. */
async function mainThread(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1000;
}

/** Sends a key; milliseconds until the frame that shows its effect is laid out and painted. */
async function press(page: Page, name: string): Promise<number> {
  return page.evaluate(async (key) => {
    const event = new KeyboardEvent('keydown', {
      key: key.replace('Shift+', ''),
      shiftKey: key.startsWith('Shift+'),
    });
    const begin = performance.now();
    dispatchEvent(event);
    // A message sent before a frame is laid out and painted arrives after it.
    await new Promise<void>((done) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => done();
        port2.postMessage(null);
      });
    });
    return performance.now() - begin;
  }, name);
}

async function jumpTo(page: Page, share: number): Promise<void> {
  await page.locator('.track input').evaluate((range, part) => {
    const input = range as HTMLInputElement;
    input.value = String(Math.round(Number(input.max) * part));
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }, share);
}

function show(name: string, times: readonly Times[]): void {
  const figures = (['work', 'wall'] as const).flatMap((kind) => {
    const sorted = times.map((time) => time[kind]).sort((a, b) => a - b);
    return [0.5, 0.95, 1].map(
      (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!,
    );
  });
  const note = figures[1]! < GOAL ? '' : `  over ${GOAL} ms`;
  console.log(`${name.padEnd(44)}${figures.map((figure) => figure.toFixed(1).padStart(7)).join('')}${note}`);
}

const { machine } = await loadMachine(process.argv[2] ?? 'lab-tiny');
const base64 = Buffer.from(longScenario(LINES)).toString('base64');
const site = withStart(await readPage(), {
  machine,
  source: { kind: 'scenario', name: 'long', base64 },
});
const server = await servePage(site, 0);
// Frames are made as soon as they can be: otherwise every time is a multiple of 16.7 ms.
const browser = await launch(['--disable-gpu-vsync', '--disable-frame-rate-limit']);
try {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const begin = performance.now();
  await page.goto(server.url);
  await page.waitForSelector('.now .sentence');
  const paint = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
  );
  console.log(`first paint ${paint.toFixed(0)} ms, first state ${(performance.now() - begin).toFixed(0)} ms`);
  await page.waitForFunction(() => !document.querySelector('#script p.quiet'), undefined, {
    timeout: 300_000,
  });
  console.log(`recorded ${LINES} lines after ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  // A busy host makes CPU times longer too: its caches and its cores' threads are shared.
  console.log(
    `${loadavg()[0]!.toFixed(1)} processes ran at once in the last minute, on ${cpus().length} cores`,
  );
  console.log(`\n${''.padEnd(44)}  CPU ms of the page     ms to the frame`);
  console.log(`${`on ${machine.name}`.padEnd(44)}${'    p50    p95    max'.repeat(2)}`);
  for (const share of [0.02, 0.5, 0.95]) {
    for (const [name, keys] of MOVES) {
      await jumpTo(page, share);
      await timesOf(page, session, keys, 4);
      show(`${name}, at ${share * 100} %`, await timesOf(page, session, keys, TIMES));
    }
  }
} finally {
  await browser.close();
  server.close();
}
