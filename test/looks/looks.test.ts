// Every page of the console in every state, at each width, in light, dark and high contrast: nothing is cut, laid over another or wider than the screen, everybody can
// read it (WCAG 2.2 AA by axe), keys reach all of it, nothing moves for who asks for rest, and it looks as it was kept. `npm run looks` keeps it anew.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { buildPages, chromiumFor } from '../support/console-browser.ts';
import { leftOut } from '../support/left-out.ts';
import { root } from '../tidy/tree.ts';
import { keptChromium, keptFolder, majorOf, startLooking } from './kept.ts';
import { keyboardFaults } from './keyboard.ts';
import { atRest, comeTo, pictureOf, resize, SCHEMES, WIDTHS } from './look-at.ts';
import { difference, keptPicture, smallPicture } from './picture.ts';
import { STATES } from './states.ts';
import { structureFaults } from './structure.ts';

/** The share of a picture's cells that may be others than kept. */
const DIFFERENT_MAX = 0.03;

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

const program = chromiumFor('how the console’s pages look');
if (program !== undefined) suite('how the console’s pages look', () => inBrowser(program));

function inBrowser(chromium: string): void {
  let browser: Browser;
  let helper: Page;
  let isSameChromium = false;
  before(async () => {
    await buildPages();
    browser = await startLooking(chromium);
    helper = await browser.newPage();
    isSameChromium = majorOf(browser.version()) === keptChromium();
    if (!isSameChromium)
      leftOut(
        'pages beside the pictures that are kept of them',
        `Chromium ${keptChromium()}, by which they were kept; this is ${majorOf(browser.version())}. Everything else about them was looked at`,
      );
  });
  after(() => browser.close());

  for (const state of STATES)
    for (const colorScheme of SCHEMES)
      test(`${state.name}, ${colorScheme}: ${state.path.split('?')[0]}`, async () => {
        const { page, context, faults: gone } = await comeTo(browser, state, { colorScheme });
        const faults = [...(await atEachWidth(page, state.name, colorScheme)), ...gone];
        await context.close();
        assert.deepEqual(faults, []);
      });

  async function atEachWidth(page: Page, name: string, colorScheme: 'light' | 'dark'): Promise<readonly string[]> {
    const faults: string[] = [];
    for (const width of WIDTHS) {
      await resize(page, width);
      await atRest(page);
      const say = (found: readonly string[]) => faults.push(...found.map((fault) => `${width}: ${fault}`));
      say(await structureFaults(page));
      // What is only wider, or only darker, has the same parts.
      if (colorScheme === 'light' ? width !== 1920 : width === 1280) say(await axeFaults(page, colorScheme));
      say(await unlikeKept(page, `${name}-${width}-${colorScheme}`));
    }
    await resize(page, 1280);
    if (colorScheme === 'light') return [...faults, ...(await keyboardFaults(page))];
    await page.evaluate(`document.documentElement.dataset.contrast = 'more'`);
    return [...faults, ...(await axeFaults(page, 'contrast')).map((fault) => `high contrast: ${fault}`)];
  }

  /** Whether a page looks as it was kept; one of which nothing is kept is not compared. */
  async function unlikeKept(page: Page, name: string): Promise<readonly string[]> {
    const file = join(root, keptFolder, `${name}.png`);
    if (!isSameChromium || !existsSync(file)) return [];
    const share = difference(
      await keptPicture(helper, readFileSync(file)),
      await smallPicture(helper, await pictureOf(page)),
    );
    if (share <= DIFFERENT_MAX) return [];
    return [`looks otherwise than kept in ${Math.round(share * 100)} of 100 parts: look at it, then \`npm run looks\``];
  }
}

async function axeFaults(page: Page, what: 'light' | 'dark' | 'contrast'): Promise<readonly string[]> {
  const runOnly = { light: WCAG, dark: ['color-contrast'], contrast: ['color-contrast-enhanced'] }[what];
  await page.evaluate(axe.source);
  const options = {
    runOnly: { type: what === 'light' ? 'tag' : 'rule', values: runOnly },
    resultTypes: ['violations'],
  };
  const { violations } = (await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`)) as {
    readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
  };
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}
