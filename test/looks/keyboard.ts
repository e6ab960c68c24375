import type { Page } from 'playwright-core';

/** Limit: presses of Tab on one page. */
const TABS_MAX = 160;

/**
 * What a keyboard does not reach on a page, or reaches without being seen to, or reaches twice on one way through: each in words. What scrolls and what is an editor
 * may be reached too.
 */
export async function keyboardFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(MARK);
  const count = (await page.evaluate('globalThis.toReach.length')) as number;
  const faults: string[] = [];
  for (let tabs = 0; tabs < Math.min(count + 12, TABS_MAX); tabs += 1) {
    await page.keyboard.press('Tab');
    const fault = (await page.evaluate(LOOK)) as string;
    if (fault === 'over') break;
    // In an editor Tab indents; Escape before it leaves, as the page says.
    if (fault === 'editor') await page.keyboard.press('Escape');
    else if (fault !== '') faults.push(fault);
  }
  if (count + 12 > TABS_MAX) return faults;
  return [...faults, ...((await page.evaluate(LEFT)) as readonly string[])];
}

const MARK = `globalThis.reached = new Set();
document.activeElement?.blur?.();
globalThis.toReach = [...(document.querySelector('dialog:modal') ?? document).querySelectorAll('a[href], button, input, select, textarea, summary')]
  .filter((e) => !e.disabled && e.tabIndex >= 0 && e.checkVisibility({ visibilityProperty: true }) && !(e.closest('details:not([open])') && e.localName !== 'summary'));
getSelection().removeAllRanges();`;

/* A ring or another border: one that cannot be told from the same element without the focus is none. */
const LOOK = `(() => {
  const e = document.activeElement;
  // After the last comes the browser itself, then the first again.
  if (e === null || e === document.body) return '';
  if (e.shadowRoot !== null) return 'editor';
  if (globalThis.reached.has(e)) return 'over';
  globalThis.reached.add(e);
  const style = getComputedStyle(e);
  const isSeen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
  return isSeen ? '' : 'reached, and not seen to be: ' + e.outerHTML.slice(0, 120);
})()`;

const LEFT = `globalThis.toReach.filter((e) => !globalThis.reached.has(e)).map((e) => 'not reached: ' + e.outerHTML.slice(0, 120))`;
