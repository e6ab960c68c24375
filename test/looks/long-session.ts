import type { Browser } from 'playwright-core';
import { settled } from './look-at.ts';
import { ORDINARY } from './replies.ts';
import { STORY } from './shown/sessions.ts';
import { openStage, type Stage, type StageOptions } from './stage.ts';

/** The page of a session with so many calls. They are made in the page: half a million would be hundreds of megabytes over the wire. `before` is done before the page is there. */
export async function openLongSession(
  browser: Browser,
  rows: number,
  how: Omit<StageOptions, 'replies'> = {},
  before: (stage: Stage) => Promise<void> = async () => {},
): Promise<Stage> {
  const stage = await openStage(browser, { ...how, replies: ORDINARY });
  const { page } = stage;
  await page.addInitScript(`{
    const real = fetch;
    globalThis.fetch = (url, how) => {
      if (!String(url).includes('/sessions/s-1?')) return real(url, how);
      const story = ${JSON.stringify(STORY)};
      const items = Array.from({ length: ${rows} }, (_, i) => ({ ...story.items[i % story.items.length], id: 'e-' + i }));
      return Promise.resolve({ ok: true, status: 200, headers: new Headers(), json: async () => ({ ...story, items, next: null }) });
    };
  }`);
  await before(stage);
  await page.goto('/sessions/s-1');
  await page.getByText('What was run').first().waitFor();
  await settled(page);
  return stage;
}
