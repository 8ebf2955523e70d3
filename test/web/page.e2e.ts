import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPage } from '../../src/cli/view/page.ts';
import { type PageServer, servePage } from '../../src/cli/view/server.ts';
import { presetNames } from '../../src/sim/machine/preset-files.ts';
import { drop, errorsOf, launch, openPage } from './browser.ts';
import { resultOfRun } from './result.ts';

let browser: Browser;
let server: PageServer;

beforeAll(async () => {
  server = await servePage(await readPage(), 0);
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

/** All that the panels say, as a reader would copy it. */
function panels(page: Page): Promise<string> {
  return page.locator('main').innerText();
}

async function press(page: Page, key: string, times = 1): Promise<void> {
  for (let i = 0; i < times; i++) await page.keyboard.press(key);
}

function sentence(page: Page): Promise<string> {
  return page.locator('.now .sentence').innerText();
}

/** Frames that a process's pages map, as their rows say. */
function framesOf(page: Page, pid: number): Promise<string[]> {
  return page
    .locator(`section[aria-label="Process ${pid}"] li.page .sr`)
    .evaluateAll((rows) => rows.map((row) => /frame (0x[0-9a-f]+)/.exec(row.textContent ?? '')?.[1] ?? ''));
}

describe('the page', () => {
  test('shows its example, asks nobody for anything but its own files, and logs no error', async () => {
    const page = await openPage(browser, server.url);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.reload();
    await page.waitForSelector('.now .sentence');
    expect(asked.every((url) => url.startsWith(server.url) || url.startsWith('data:'))).toBe(true);
    expect(await sentence(page)).toBe('The machine stands ready; nothing has run yet.');
    expect(errorsOf(page)).toEqual([]);
    await page.close();
  });

  test('steps back through exactly what it showed on the way forth', async () => {
    const page = await openPage(browser, server.url);
    await press(page, 'ArrowDown', 5);
    const seen: string[] = [];
    for (let i = 0; i < 40; i++) {
      seen.push(await panels(page));
      await press(page, 'ArrowRight');
    }
    for (let i = 39; i >= 0; i--) {
      await press(page, 'ArrowLeft');
      expect(await panels(page)).toBe(seen[i]);
    }
    expect(errorsOf(page)).toEqual([]);
    await page.close();
  });

  test('shows copy-on-write sharing appear with fork and break with the first write', async () => {
    const page = await openPage(browser, server.url);
    await press(page, 'ArrowDown', 2);
    const alone = await framesOf(page, 1);
    expect(alone.length).toBe(4);
    await press(page, 'ArrowDown');
    expect(await framesOf(page, 2)).toEqual(alone);
    // Line 9: process 2 writes the first of the four pages.
    await press(page, 'ArrowDown', 3);
    const [copied, ...others] = await framesOf(page, 2);
    expect(copied).not.toBe(alone[0]);
    expect(others).toEqual(alone.slice(1));
    expect(await framesOf(page, 1)).toEqual(alone);
    await page.close();
  });

  test('goes to the cycle that the keys ask for, and its ledger sums to it', async () => {
    const page = await openPage(browser, server.url);
    await press(page, '.', 33);
    expect(await page.locator('.place .cycle b').innerText()).toBe('33');
    const lines = await page.locator('#ledger .head .cycles').allInnerTexts();
    expect(lines.reduce((sum, line) => sum + Number(line.replaceAll(',', '')), 0)).toBe(33);
    await press(page, ',', 33);
    expect(await page.locator('.place .cycle b').innerText()).toBe('0');
    await page.close();
  });

  test('names line and column of a mistake in the editor, and runs what is mended', async () => {
    const page = await openPage(browser, server.url);
    await press(page, 'e');
    const area = page.locator('textarea');
    await area.fill('1 mmap A 2 prot=rw flags=private,anon\n1 w B 7\n');
    await page.keyboard.press('Control+Enter');
    expect(await page.locator('#editor-problem').innerText()).toContain(':2:5');
    expect(await page.locator('.editor .numbers .wrong').innerText()).toBe('2\n');
    await area.fill('1 mmap A 2 prot=rw flags=private,anon\n1 w A 7\n');
    await page.keyboard.press('Control+Enter');
    await page.waitForFunction(() => document.querySelector('#editor-problem')?.textContent === '');
    await page.getByRole('button', { name: 'Close' }).click();
    await press(page, 'End');
    expect(await sentence(page)).toContain('a new page was mapped');
    await page.close();
  });

  test('runs a scenario on every machine that the program lists, with the levels of its mode', async () => {
    const page = await openPage(browser, server.url);
    const machines = page.locator('.pick select').nth(1);
    const names = await machines.locator('option').allInnerTexts();
    expect(names.sort()).toEqual([...presetNames()].sort());
    for (const name of names) {
      await machines.selectOption(name);
      await page.waitForFunction(() => document.querySelectorAll('#script .lines button').length > 10);
      await press(page, 'End');
      expect(await sentence(page)).not.toBe('');
    }
    await machines.selectOption('sv39-inorder');
    await page.waitForFunction(() => document.querySelectorAll('#address .field').length === 4);
    expect(errorsOf(page)).toEqual([]);
    await page.close();
  });

  test('makes a link that leads to the same scenario and the same step', async () => {
    const page = await openPage(browser, server.url);
    await page.locator('.pick select').first().selectOption('cow-three-sharers');
    await page.waitForFunction(
      () => document.querySelector('#script h2')?.textContent === 'cow-three-sharers',
    );
    await press(page, 'ArrowDown', 6);
    await press(page, 'ArrowRight', 11);
    await page.getByRole('button', { name: 'Link' }).click();
    await page.waitForFunction(() => location.hash.length > 1);
    const shown = await panels(page);
    const hash = await page.evaluate(() => location.hash);
    const other = await openPage(browser, server.url, { hash });
    await other.waitForFunction(
      () => document.querySelector('#script h2')?.textContent === 'cow-three-sharers',
    );
    expect(await panels(other)).toBe(shown);
    await page.close();
    await other.close();
  });

  test('takes a dropped lackey log, and refuses what is neither scenario nor trace', async () => {
    const page = await openPage(browser, server.url);
    const log = 'I  04000000,3\n S 1ffefff000,8\n L 1ffefff008,8\n M 1ffefff010,4\n';
    await drop(page, 'four.lackey', log);
    await page.waitForFunction(() => document.querySelector('#script h2')?.textContent === 'four.lackey');
    await page.waitForFunction(() =>
      document.querySelector('#script .lines')?.textContent?.includes('store 0x1ffefff010'),
    );
    await press(page, 'End');
    expect(await page.locator('#script .lines li.here').innerText()).toContain(
      'store 0x1ffefff010 4 B (modify)',
    );
    await drop(page, 'tale.txt', 'once upon a time\n');
    await page.waitForSelector('.page-problem');
    expect(await page.locator('.page-problem').innerText()).toContain('tale.txt:1');
    expect(errorsOf(page)).toEqual([]);
    await page.close();
  });

  test('shows a result that is dropped: its ledger as a picture that opens, counters, latencies, memory', async () => {
    const page = await openPage(browser, server.url);
    await drop(page, 'run.json', JSON.stringify(await resultOfRun()));
    await page.waitForSelector('main.result');
    for (const id of ['summary', 'ledger', 'latencies', 'memory', 'faults', 'walks', 'tlb', 'processes'])
      expect(await page.locator(`#result-${id}`).isVisible()).toBe(true);
    const top = page.locator('.icicle .row').first();
    await top.getByRole('button', { name: /^kernel:/ }).click();
    expect(await page.getByLabel('Part of the ledger').innerText()).toContain('kernel');
    expect(await top.getByRole('button', { name: /^kernel\.fault/ }).isVisible()).toBe(true);
    await drop(page, 'other.json', '{"name": "something else"}');
    await page.waitForSelector('.page-problem');
    expect(await page.locator('.page-problem').innerText()).toContain('no result of pagewalk');
    expect(errorsOf(page)).toEqual([]);
    await page.close();
  });

  test('is less than 300 kB for the browser to fetch, gzipped', async () => {
    const files = [...(await readPage()).values()].map((content) => gzipSync(content).length);
    expect(files.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(300_000);
  });

  test.each([
    [360, 780],
    [820, 1180],
    [1440, 900],
    [1920, 1080],
  ])('at %i x %i pixels shows every panel and nothing wider than the window', async (width, height) => {
    const page = await openPage(browser, server.url, { width, height });
    await press(page, 'ArrowDown', 6);
    for (const id of ['script', 'steps', 'address', 'walk', 'memory', 'tlb', 'psc', 'tables', 'ledger'])
      expect(await page.locator(`#${id}`).isVisible()).toBe(true);
    const widest = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(widest).toBeLessThanOrEqual(width);
    await page.close();
  });

  test('follows the system into the dark, and the button out of it', async () => {
    const page = await openPage(browser, server.url, { dark: true });
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    expect(await theme()).toBe('dark');
    await page.getByRole('button', { name: 'Light colours' }).click();
    expect(await theme()).toBe('light');
    await page.reload();
    await page.waitForSelector('.now .sentence');
    expect(await theme()).toBe('light');
    await page.close();
  });

  test('has a name for everything that can be pressed, and says each step aloud', async () => {
    const page = await openPage(browser, server.url);
    const nameless = await page.locator('button, select, input, textarea').evaluateAll((all) =>
      all
        .filter((one) => {
          const labels = (one as HTMLInputElement).labels ?? [];
          const text = [one.textContent, one.getAttribute('aria-label'), one.getAttribute('title')];
          return ![...text, ...[...labels].map((label) => label.textContent)].some((words) => words?.trim());
        })
        .map((one) => one.outerHTML),
    );
    expect(nameless).toEqual([]);
    expect(await page.locator('[aria-live="polite"]').count()).toBe(1);
    await page.close();
  });
});

test('every scenario of the library runs to its end in the browser', async () => {
  const page = await openPage(browser, server.url);
  const names = await page
    .locator('select')
    .first()
    .locator('option')
    .evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value));
  for (const name of names) {
    await page.locator('.pick select').first().selectOption(name);
    await page.waitForFunction(
      (wanted) => document.querySelector('#script h2')?.textContent === wanted,
      name,
    );
    await page.waitForFunction(() => !document.querySelector('#script p.quiet'));
    await press(page, 'End');
    const lines = readFileSync(new URL(`../../traces/scenarios/${name}.scn`, import.meta.url), 'utf8')
      .trimEnd()
      .split('\n');
    expect(await page.locator('#script .lines li.here .number').innerText()).toBe(String(lines.length));
  }
  expect(errorsOf(page)).toEqual([]);
  await page.close();
});
