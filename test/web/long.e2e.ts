import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { longScenario } from '../../bench/page/scenario.ts';
import { readPage } from '../../src/cli/view/page.ts';
import { type PageServer, servePage } from '../../src/cli/view/server.ts';
import { drop, errorsOf, launch, openPage } from './browser.ts';

let browser: Browser;
let server: PageServer;
let page: Page;

beforeAll(async () => {
  server = await servePage(await readPage(), 0);
  browser = await launch();
  page = await openPage(browser, server.url);
  await drop(page, 'long.scn', longScenario(120));
  await page.waitForFunction(() => document.querySelector('#script h2')?.textContent === 'long.scn');
  await page.waitForFunction(() => !document.querySelector('#script p.quiet'));
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

/** How many pages of processes lie in the window. */
function rowsInSight(): Promise<number> {
  return page.locator('li.page').evaluateAll(
    (rows) =>
      rows.filter((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        return bottom > 0 && top < innerHeight;
      }).length,
  );
}

test('of many processes the pages and frames in the window are drawn, wherever it is scrolled to', async () => {
  await page.keyboard.press('End');
  const drawn = await page.locator('li.page').count();
  expect(drawn).toBeLessThan(80);
  const height = await page.evaluate(() => document.querySelector('.memory')!.getBoundingClientRect().height);
  expect(height).toBeGreaterThan(3000);
  for (const share of [0.3, 0.6, 0.9]) {
    await page.evaluate((part) => {
      const { top, height: tall } = document.querySelector('.memory')!.getBoundingClientRect();
      scrollTo(0, scrollY + top + tall * part - innerHeight / 2);
    }, share);
    await expect.poll(rowsInSight).toBeGreaterThan(10);
    expect(await page.locator('li.page').count()).toBeLessThan(80);
  }
  expect(await page.locator('section.process h3').count()).toBeGreaterThan(3);
  await page.evaluate(() => scrollTo(0, 0));
});

test('a row stands where it would stand if all rows were drawn', async () => {
  await page.evaluate(() => scrollTo(0, 1500));
  await expect.poll(rowsInSight).toBeGreaterThan(10);
  const errors = await page.locator('.vma').evaluateAll((all) =>
    all.flatMap((vma) => {
      const rows = [...vma.querySelectorAll('li.page')].map((row) => row.getBoundingClientRect());
      const list = vma.querySelector('ul')!.getBoundingClientRect();
      return rows.filter(({ top, bottom }) => top < list.top - 1 || bottom > list.bottom + 1).length;
    }),
  );
  expect(errors.every((count) => count === 0)).toBe(true);
  await page.evaluate(() => scrollTo(0, 0));
});

test('the steps of a long line can all be reached by scrolling their list', async () => {
  // Line 4 writes 64 pages: some 1,500 steps.
  await page.locator('#script .lines').evaluate((list) => list.scrollTo(0, 0));
  await page.locator('#script .lines button').nth(3).click();
  const steps = page.locator('.steps li');
  expect(await steps.count()).toBe(24);
  for (let before = await steps.count(), i = 0; i < 3; i++) {
    await page.locator('.steps').evaluate((list) => list.scrollTo(0, 0));
    await expect.poll(() => steps.count()).toBeGreaterThan(before);
    before = await steps.count();
    await page.locator('.steps').evaluate((list) => list.scrollTo(0, 200));
  }
  expect(errorsOf(page)).toEqual([]);
});
