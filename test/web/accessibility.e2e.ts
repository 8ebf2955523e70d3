import { source as AXE } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPage } from '../../src/cli/view/page.ts';
import { type PageServer, servePage } from '../../src/cli/view/server.ts';
import { drop, launch, openPage } from './browser.ts';
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

/** What axe-core finds against WCAG 2.2 A and AA: the rule, and where. */
async function violations(page: Page): Promise<string[]> {
  // What the bar at the bottom covers can be scrolled from under it: that is no target too small to hit.
  await page.addStyleTag({ content: 'footer.transport { position: static !important }' });
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const axe = (globalThis as unknown as { axe: typeof import('axe-core') }).axe;
    const { violations: found } = await axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    });
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`),
    );
  });
}

async function press(page: Page, key: string, times = 1): Promise<void> {
  for (let i = 0; i < times; i++) await page.keyboard.press(key);
}

describe('by WCAG 2.2 A and AA', () => {
  test.each([
    ['light, on a wide window', { width: 1440, height: 900 }],
    ['dark, on a wide window', { width: 1440, height: 900, dark: true }],
    ['on a phone', { width: 360, height: 780 }],
  ])('a scenario in the middle of a fault has no violation: %s', async (_name, options) => {
    const page = await openPage(browser, server.url, options);
    await press(page, 'ArrowDown', 5);
    await press(page, 'ArrowRight', 8);
    expect(await violations(page)).toEqual([]);
    await page.close();
  });

  test.each([false, true])('a result has none; dark: %s', async (dark) => {
    const page = await openPage(browser, server.url, { dark });
    await drop(page, 'run.json', JSON.stringify(await resultOfRun()));
    await page.waitForSelector('main.result');
    await page.getByText('All lines').click();
    expect(await violations(page)).toEqual([]);
    await page.close();
  });

  test('editor, its message and the help have none', async () => {
    const page = await openPage(browser, server.url);
    await press(page, 'e');
    await page.locator('textarea').fill('1 w B 7\n');
    await press(page, 'Control+Enter');
    await page.waitForSelector('#editor-problem b');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Help' }).click();
    expect(await violations(page)).toEqual([]);
    await page.close();
  });
});

describe('without a mouse', () => {
  test('every control can be reached with Tab, shows its focus, and none holds it', async () => {
    const page = await openPage(browser, server.url);
    const reached = new Set<string>();
    for (let i = 0; i < 80; i++) {
      await press(page, 'Tab');
      const { name, visible } = await page.evaluate(() => {
        const at = document.activeElement!;
        const ring = [at, at.closest('label')].some(
          (one) => one && getComputedStyle(one).outlineStyle !== 'none',
        );
        return {
          name: at.getAttribute('aria-label') ?? at.textContent!.trim().slice(0, 20),
          visible: at === document.body || ring,
        };
      });
      expect({ name, visible }).toEqual({ name, visible: true });
      reached.add(name);
    }
    for (const name of ['Open', 'Link', 'Help', 'Edit', 'One step forth', 'To the end', 'Position'])
      expect([...reached]).toContain(name);
    await page.close();
  });

  test('the help opens and closes with keys, and the focus comes back', async () => {
    const page = await openPage(browser, server.url);
    await press(page, '?');
    await page.locator('dialog').waitFor();
    await press(page, 'Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    await press(page, 'ArrowRight');
    expect(await page.locator('.place b').first().innerText()).toBe('2');
    await page.close();
  });
});

test.each([2, 4])(
  'at %i times the size in a 1280-pixel window nothing is wider than the window',
  async (zoom) => {
    const width = 1280 / zoom;
    const page = await openPage(browser, server.url, { width, height: 900 / zoom });
    await press(page, 'ArrowDown', 6);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.close();
  },
);
