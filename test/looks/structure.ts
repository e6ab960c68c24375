/*
 * What is wrong with how a page stands, by its boxes and not by its pixels, so that it is the same on every machine: it is wider than the screen, text is cut or leaves
 * its box, texts or buttons lie on each other, a button is too small for a finger, or something moves though the reader asked for rest.
 */
import type { Page } from 'playwright-core';

// biome-ignore lint/suspicious/noExplicitAny: elements and globals of the page, which this project's types do not have
type Any = any;
declare const document: Any;
declare const innerWidth: number;
declare const getComputedStyle: (element: Any) => Any;

/** Each fault in words; none: it stands well. */
export async function structureFaults(page: Page): Promise<readonly string[]> {
  const parts = [said, isUnseen, shown, withText, isFloating, seenBox, cut, leaving, onEachOther, small, overlaid];
  return (await page.evaluate(`(() => { ${parts.map(String).join('\n')}
    const all = shown();
    const wide = document.documentElement.scrollWidth;
    const moving = document.getAnimations().filter(({ playState }) => playState === 'running').length;
    return [
      ...(wide > innerWidth + 1 ? ['wider than the screen: ' + wide + ' of ' + innerWidth] : []),
      ...(moving > 0 ? [moving + ' things move though the reader asked for rest'] : []),
      ...cut(all), ...leaving(all), ...overlaid(all), ...small(all),
    ];
  })()`)) as readonly string[];
}

/* What follows runs in the page: each function by its name, and none uses anything of this file but the others. */

function said(what: string, element: Any): string {
  return `${what}: ${element.outerHTML.slice(0, 140)}`;
}

/** Out of sight by design: for readers of screens alone, or pictures beside words. */
function isUnseen(element: Any): boolean {
  for (let at = element; at !== null; at = at.parentElement) if (getComputedStyle(at).clipPath !== 'none') return true;
  return element.closest('[aria-hidden="true"], svg, script, noscript') !== null;
}

/** What is seen; of a page behind a dialog nothing. */
function shown(): Any[] {
  const modal = document.querySelector('dialog:modal');
  return [...(modal ?? document.body).querySelectorAll('*')].filter((element) => {
    const { width, height } = element.getBoundingClientRect();
    return width > 1 && height > 1 && element.checkVisibility({ visibilityProperty: true }) && !isUnseen(element);
  });
}

function withText(elements: Any[]): Any[] {
  return elements.filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''),
  );
}

/** Above the page by its nature. */
function isFloating(element: Any): boolean {
  for (let at = element; at !== null && at !== document.body; at = at.parentElement)
    if (['fixed', 'sticky', 'absolute'].includes(getComputedStyle(at).position)) return true;
  return false;
}

/** What of it is seen: what scrolls hides what is beyond its edges. */
function seenBox(element: Any) {
  let { top, bottom, left, right } = element.getBoundingClientRect();
  for (let at = element.parentElement; at !== null && at !== document.body; at = at.parentElement) {
    if (getComputedStyle(at).overflowY === 'visible') continue;
    const edge = at.getBoundingClientRect();
    [top, bottom] = [Math.max(top, edge.top), Math.min(bottom, edge.bottom)];
    [left, right] = [Math.max(left, edge.left), Math.min(right, edge.right)];
  }
  return { top, bottom, left, right };
}

/** Hidden beyond the box, without the dots that say so. */
function cut(all: Any[]): string[] {
  return all
    .filter((element) => {
      const { overflowX, textOverflow } = getComputedStyle(element);
      if (!['hidden', 'clip'].includes(overflowX) || textOverflow === 'ellipsis') return false;
      return element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 2;
    })
    .map((element) => said('its content is cut', element));
}

/** Text beyond the nearest box around it that is drawn. */
function leaving(all: Any[]): string[] {
  return withText(all)
    .filter((element) => {
      let box = element;
      const isBox = ({ borderLeftWidth, overflowX }: Any) =>
        borderLeftWidth !== '0px' || ['auto', 'scroll'].includes(overflowX);
      while (box !== document.body && !isBox(getComputedStyle(box))) box = box.parentElement;
      if (box === document.body || getComputedStyle(box).overflowX !== 'visible') return false;
      const range = document.createRange();
      range.selectNodeContents(element);
      const [inner, outer] = [range.getBoundingClientRect(), box.getBoundingClientRect()];
      return inner.right > outer.right + 1 || inner.left < outer.left - 1;
    })
    .map((element) => said('its text leaves its box', element));
}

function onEachOther(elements: Any[], what: string): string[] {
  const boxes = elements
    .filter((element) => !isFloating(element) && getComputedStyle(element).display !== 'inline')
    .map((element) => ({ element, box: seenBox(element) }))
    .filter(({ box }) => box.bottom > box.top)
    .sort((a, b) => a.box.top - b.box.top);
  return boxes.flatMap(({ element, box }, index) => {
    const later = boxes.slice(index + 1);
    const end = later.findIndex((other) => other.box.top >= box.bottom - 1);
    return (end < 0 ? later : later.slice(0, end))
      .filter((other) => {
        if (element.contains(other.element) || other.element.contains(element)) return false;
        const wide = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        const high = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        return wide > 2 && high > 3;
      })
      .map((other) => said(`${what}, ${other.element.outerHTML.slice(0, 60)}`, element));
  });
}

function overlaid(all: Any[]): string[] {
  const pressed = all.filter((element) => element.matches('a[href], button, input, select, textarea, summary'));
  return [
    ...onEachOther(pressed, 'can be pressed, and lies on another'),
    ...onEachOther(withText(all), 'its text lies on another'),
  ];
}

/** Source: WCAG 2.2, 2.5.8: 24 by 24; links within a sentence are left out. */
function small(all: Any[]): string[] {
  return all
    .filter((element) => {
      if (!element.matches('a[href], button, input, select, textarea, summary') || element.tabIndex < 0) return false;
      if (getComputedStyle(element).display === 'inline' || element.closest('label') !== null) return false;
      const { width, height } = element.getBoundingClientRect();
      return !element.matches('[type="checkbox"], [type="range"]') && (width < 23.5 || height < 23.5);
    })
    .map((element) => said('smaller than 24 by 24', element));
}
