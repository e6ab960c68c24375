// Long lists: of what is far from the screen nothing is on the page, and keys, jumps, readers of screens, paper and the browser's own search get to all of it all the same.

import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { buildPages, chromiumFor } from '../support/console-browser.ts';
import { startLooking } from './kept.ts';
import { openLongSession } from './long-session.ts';
import { comeTo, settled } from './look-at.ts';
import { sessionList } from './replies.ts';
import { SESSIONS, STORY } from './shown/sessions.ts';
import { STATES } from './states.ts';

const ROWS = 3_000;
/** So many that what is done for each of them is seen from what is done for those on the screen. */
const MANY_ROWS = 300_000;
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

  test('a step of a scroll costs what it draws: nothing of the page runs as often as there are rows', async () => {
    let session: CDPSession | undefined;
    const { page, context } = await openLongSession(browser, MANY_ROWS, {}, async (stage) => {
      session = await stage.context.newCDPSession(stage.page);
      await session.send('Profiler.enable');
      await session.send('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    });
    assert.ok((await mostOften(session)) >= MANY_ROWS, 'what is counted includes the reading of all rows');
    await page.evaluate(SCROLLED_FAR);
    await page.locator('li[aria-posinset]').first().waitFor();
    const times = await mostOften(session);
    assert.ok(times > 0 && times < MANY_ROWS / 5, `${times}`);
    await context.close();
  });

  test('what is seen stays where it is while rows above it turn out higher than they were taken for, also where the browser does not see to it', async () => {
    for (const holds of [true, false]) {
      const { page, context } = await openLongSession(browser, ROWS, {}, async (stage) => {
        if (!holds) await stage.page.addInitScript(WITHOUT_ANCHORS);
      });
      await page.evaluate('scrollTo(0, document.documentElement.scrollHeight / 2)');
      await settled(page);
      const moved = (await page.evaluate(MOVED_UP)) as readonly number[];
      assert.ok(moved.length > 20);
      for (const px of moved) assert.ok(Math.abs(px - STEP_PX) <= 1, `${holds}: ${moved.join(' ')}`);
      await context.close();
    }
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

/** Ten steps down a list, each to rows that were not drawn before, each drawn. */
const SCROLLED_FAR = `(async () => {
  for (let step = 1; step <= 10; step += 1) {
    scrollTo(0, (document.documentElement.scrollHeight / 11) * step);
    for (let frames = 0; frames < 3; frames += 1) await new Promise(requestAnimationFrame);
  }
})()`;

const STEP_PX = 150;

/** By how much the row in the middle moves on the screen at each of many small steps up. */
const MOVED_UP = `(async () => {
  const moved = [];
  for (let step = 0; step < 30; step += 1) {
    const row = document.elementFromPoint(innerWidth / 2, innerHeight / 2).closest('[data-index]');
    const before = row.getBoundingClientRect().top;
    scrollBy(0, -${STEP_PX});
    for (let frames = 0; frames < 3; frames += 1) await new Promise(requestAnimationFrame);
    moved.push(row.getBoundingClientRect().top - before);
  }
  return moved;
})()`;

/** A browser that lets what is seen move when something above it grows, and says so. */
const WITHOUT_ANCHORS = `{
  const supports = CSS.supports.bind(CSS);
  CSS.supports = (...asked) => asked[0] !== 'overflow-anchor' && supports(...asked);
  addEventListener('DOMContentLoaded', () => { document.documentElement.style.overflowAnchor = 'none'; document.body.style.overflowAnchor = 'none'; });
}`;

/** How often that ran of the page's code that ran most often since this was asked last. */
async function mostOften(session: CDPSession | undefined): Promise<number> {
  assert.ok(session);
  const { result } = await session.send('Profiler.takePreciseCoverage');
  const counts = result
    .filter(({ url }) => url.includes('/assets/'))
    .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges.map(({ count }) => count)));
  return Math.max(0, ...counts);
}

function drawn(page: Page): Promise<number> {
  return page.evaluate(`document.querySelectorAll('[data-index]').length`);
}

function focusedRow(page: Page, index: number) {
  return page.locator(`li[data-index="${index}"]:focus-within`);
}
