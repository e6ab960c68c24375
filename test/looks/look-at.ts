import type { Browser, Page } from 'playwright-core';
import { ORDINARY } from './replies.ts';
import { openStage, type Stage, type StageOptions } from './stage.ts';
import type { PageState } from './states.ts';

/** The widths at which pages are looked at: a phone, a laptop, a desk. */
export const WIDTHS = [390, 1280, 1920] as const;
export const SCHEMES = ['light', 'dark'] as const;

/** Brings a page into a state. */
export async function comeTo(
  browser: Browser,
  { path, replies, kept, ready, act }: PageState,
  how: Pick<StageOptions, 'colorScheme' | 'contrast' | 'isPhone'>,
  width = 1280,
): Promise<Stage> {
  const stage = await openStage(browser, {
    replies: { ...ORDINARY, ...replies },
    ...(kept === undefined ? {} : { kept }),
    ...how,
  });
  await resize(stage.page, width);
  await stage.page.goto(path);
  await stage.page.getByText(ready).first().waitFor();
  await act?.(stage.page);
  await settled(stage.page);
  while (stage.underWay() > 0) await settled(stage.page);
  return stage;
}

/** The page at another width, once it has been drawn. */
export async function resize(page: Page, width: number): Promise<void> {
  await page.setViewportSize({ width, height: width < 600 ? 844 : 900 });
}

/** Fonts are there, and it has been drawn twice. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(
    'document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true)))))',
  );
}

/** Limit: how many frames are waited for until nothing moves; a page that always moves is looked at as it is. */
const FRAMES_UNTIL_REST = 60;

/** Each part lies where it lay a frame before: rows of long lists are placed anew after they were measured at another width. */
export async function atRest(page: Page): Promise<void> {
  await settled(page);
  await page.evaluate(`new Promise((done) => {
    const places = () => [...document.querySelectorAll('body *')].flatMap((part) => {
      const { x, y, width, height } = part.getBoundingClientRect();
      return [x, y, width, height];
    }).join();
    const look = (before, left) => requestAnimationFrame(() => {
      const now = places();
      if (now === before || left === 0) done(true);
      else look(now, left - 1);
    });
    look('', ${FRAMES_UNTIL_REST});
  })`);
}

/** The whole page as a PNG. */
export function pictureOf(page: Page): Promise<Buffer> {
  return page.screenshot({ fullPage: true, animations: 'disabled', caret: 'hide' });
}
