// Long lists: of what is far from the screen nothing is on the page, and keys, jumps, readers of screens, paper and the browser's own search get to all of it all the same.

import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { buildPages, chromiumFor } from '../support/console-browser.ts';
import { startLooking } from './kept.ts';
import { comeTo } from './look-at.ts';
import { sessionList } from './replies.ts';
import { SESSIONS, STORY } from './shown/sessions.ts';
import { STATES } from './states.ts';

const ROWS = 3_000;
/** A screen of rows and those beside it; far less than there are. */
const DRAWN_MAX = 150;

const program = chromiumFor('long lists of the console');
if (program !== undefined) suite('long lists of the console', () => inBrowser(program));

function inBrowser(chromium: string): void {
  let browser: Browser;
  before(async () => {
    await buildPages();
    browser = await startLooking(chromium);
  });
  after(() => browser.close());

  const state = (name: string) => {
    const found = STATES.find((each) => each.name === name);
    assert.ok(found);
    return found;
  };
  /** A session whose only change is its call with this index. */
  const long = async (change = ROWS - 1) => {
    const [first] = STORY.items;
    const items = Array.from({ length: ROWS }, (_, index) => ({
      ...first,
      id: `e-${index}`,
      name: `pod-${index}`,
      isChange: index === change,
    }));
    const json = { ...STORY, items, stories: [] };
    return comeTo(browser, { ...state('session'), ready: 'pod-0', replies: { '/sessions/s-1': { json } } }, {});
  };

  test('of thousands of calls some are drawn, and each says which of how many it is', async () => {
    const { page, context, faults } = await long();
    assert.ok((await drawn(page)) < DRAWN_MAX);
    await page.getByText(`${ROWS.toLocaleString('en')} rows`).waitFor();
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    const last = page.locator(`li[aria-posinset="${ROWS}"]`);
    await last.waitFor();
    assert.equal(await last.getAttribute('aria-setsize'), String(ROWS));
    assert.ok((await drawn(page)) < DRAWN_MAX);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('a key jumps to a change that is not drawn, which has the focus then; Tab goes on from there, also after scrolling away', async () => {
    const { page, context } = await long(2_000);
    await page.keyboard.press('c');
    await focusedRow(page, 2000).waitFor();
    for (let presses = 1; presses <= 40; presses += 1) await page.keyboard.press('Tab');
    await focusedRow(page, 2040).waitFor();
    await page.evaluate('scrollTo(0, 0)');
    await page.locator('li[aria-posinset="1"]').waitFor();
    await page.keyboard.press('Tab');
    await focusedRow(page, 2041).waitFor();
    await context.close();
  });

  test('an address that names a call leads to it', async () => {
    const { page, context } = await long();
    await page.evaluate(`location.hash = 'call-e-1500'`);
    await focusedRow(page, 1500).and(page.locator('#call-e-1500[data-named]')).waitFor();
    await context.close();
  });

  test('what is printed, and what its reader wants whole, is whole', async () => {
    const { page, context } = await long();
    await page.evaluate(`dispatchEvent(new Event('beforeprint'))`);
    assert.equal(await drawn(page), ROWS);
    await page.evaluate(`dispatchEvent(new Event('afterprint'))`);
    await page.locator('li[data-index="200"]').waitFor({ state: 'detached' });
    assert.ok((await drawn(page)) < DRAWN_MAX);
    await page.getByRole('button', { name: /^Put all on the page/ }).click();
    await page.locator(`li[data-index="${ROWS - 1}"]`).waitFor();
    assert.equal(await drawn(page), ROWS);
    await context.close();
  });

  test('so it is with sessions, as a table and as cards on a phone', async () => {
    const items = Array.from({ length: ROWS }, (_, index) => ({ ...SESSIONS[0], id: `s-${index}` }));
    for (const [width, isPhone] of [
      [1280, false],
      [390, true],
    ] as const) {
      const replies = { '/sessions': sessionList(items) };
      const { page, context } = await comeTo(browser, { ...state('sessions'), replies }, { isPhone }, width);
      assert.ok((await drawn(page)) < DRAWN_MAX, `${width}`);
      assert.equal(await page.getByRole('table').getAttribute('aria-rowcount'), String(ROWS + 1));
      await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
      await page.locator(`tr[aria-rowindex="${ROWS + 1}"]`).waitFor();
      assert.ok((await drawn(page)) < DRAWN_MAX, `${width}`);
      await context.close();
    }
  });
}

function drawn(page: Page): Promise<number> {
  return page.evaluate(`document.querySelectorAll('[data-index]').length`);
}

function focusedRow(page: Page, index: number) {
  return page.locator(`li[data-index="${index}"]:focus-within`);
}
