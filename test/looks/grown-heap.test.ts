// What happens all day leaves nothing on a page that is open all day: after ten times as many events it keeps as much.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildPages, chromiumFor } from '../support/console-browser.ts';
import { grownHeap } from './grown-heap.ts';
import { startLooking } from './kept.ts';

const GROWN_MAX = 1.1;

const program = chromiumFor('what events leave in the memory of a page');
if (program !== undefined)
  test(`after 10,000 events the heap is at most ${GROWN_MAX} times that after 1,000`, async () => {
    await buildPages();
    const browser = await startLooking(program);
    const grown = await grownHeap(browser, { few: 1_000, many: 10_000 });
    await browser.close();
    assert.ok(grown <= GROWN_MAX, `${grown.toFixed(2)} times`);
  });
