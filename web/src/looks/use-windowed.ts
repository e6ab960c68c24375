/*
 * Long lists, of which only what is near the screen is in the document. A short list is whole: the browser's own search finds all of it and it is printed whole. A long
 * one is whole where the reader says so or prints it (`WholeList`), up to a limit; else rows out of sight are blank space of their height. The row that has the focus stays
 * whatever is scrolled, with those beside it, so that the next press of Tab goes on from it, and rows beside what is seen are there, so that Tab never comes to an end that is none.
 *
 * A step of a scroll costs what it draws, however long the list is: places come from `RowPlaces`, heights from an observer that makes the browser lay out nothing by itself, and
 * where the list stands is read before anything is changed. What is above and turns out higher than guessed moves nothing that is seen: the browser sees to that, we where it does not.
 */
import { type RefCallback, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { comeToRow } from './come-to-row.ts';
import { RowPlaces } from './row-places.ts';
import { partsOf, type WindowedPart } from './windowed-parts.ts';

/** Limit: so many rows are in the document at once, however many the list has. */
export const WHOLE_ROWS_MAX = 200;
/** Limit: so many rows a list has at most: a browser lays out nothing that is higher than some 33 million pixels. */
export const ROWS_MAX = 500_000;
/** Rows that are drawn beside those on the screen, on each side, and how many of them have to be there at any time. Fewer that are drawn would be drawn twice: once more when they are measured. */
const BESIDE_ROWS = 12;
const BESIDE_ROWS_MIN = 6;

export interface Windowed {
  readonly parts: readonly WindowedPart[];
  /** Where the list stands on the page. */
  readonly list: RefCallback<HTMLElement>;
  /** On each row, with `data-index`: how high it is. */
  readonly row: RefCallback<HTMLElement>;
  /** Brings a row into sight. */
  readonly show: (row: number) => void;
}

interface Options {
  readonly count: number;
  /** Of a row, before it is drawn and measured. */
  readonly rowPx: number;
  /** What the layout puts between two rows. Default: nothing. */
  readonly betweenPx?: number;
  readonly isWhole: boolean;
}

/** What is drawn of a list of `count` rows, each about `rowPx` high; all of them where `isWhole`. */
export function useWindowed({ count, rowPx, isWhole, betweenPx = 0 }: Options): Windowed {
  const list = useRef<HTMLElement>(null);
  const places = useMemo(() => new RowPlaces({ rowPx, betweenPx, rowsMax: ROWS_MAX }), [rowPx, betweenPx]);
  const rows = isWhole ? 0 : Math.min(count, ROWS_MAX);
  const drawn = useDrawn(list, places, rows);
  const row = useMeasured(list, places, rows > 0, drawn.again);
  return {
    parts: isWhole
      ? allOf(count)
      : partsOf(
          drawn.rows.map((index) => ({ index, start: places.startOf(index), end: places.endOf(index) })),
          { from: 0, to: places.endOf(rows - 1), betweenPx },
        ),
    list: useCallback((element) => {
      list.current = element;
    }, []),
    row,
    show: (index) => {
      if (list.current !== null) comeToRow(list.current, index, (each) => places.startOf(each));
    },
  };
}

function allOf(count: number): readonly WindowedPart[] {
  return Array.from({ length: count }, (_, row) => ({ row }));
}

interface Drawn {
  readonly rows: readonly number[];
  /** Draws what is near the screen by now, before the browser paints; nothing where it is drawn. */
  readonly again: () => void;
}

/** The rows that are near the screen. They stay until some are missing that have to be there, so that a slow scroll does not draw at each row. */
function useDrawn(list: { readonly current: HTMLElement | null }, places: RowPlaces, count: number): Drawn {
  const [rows, setRows] = useState<readonly number[]>(() => range(0, BESIDE_ROWS));
  const look = useCallback(() => {
    const element = list.current;
    if (element === null || count === 0) return;
    const near = rowsNear(element, places, count, BESIDE_ROWS_MIN);
    setRows((before) => {
      const drawn = new Set(before);
      return near.every((row) => drawn.has(row)) ? before : rowsNear(element, places, count, BESIDE_ROWS);
    });
  }, [list, places, count]);
  const again = useCallback(() => flushSync(look), [look]);
  useLayoutEffect(look, [look]);
  useEffect(() => {
    if (count === 0) return;
    // What stands above the list grows and shrinks.
    const page = new ResizeObserver(again);
    page.observe(document.body);
    addEventListener('scroll', again, { passive: true });
    addEventListener('resize', again);
    return () => {
      page.disconnect();
      removeEventListener('scroll', again);
      removeEventListener('resize', again);
    };
  }, [again, count]);
  return { rows: rows.filter((row) => row < count), again };
}

/** Those near the screen, and the row that has the focus with those beside it: Tab goes to them, and they bring the list along. */
function rowsNear(list: HTMLElement, places: RowPlaces, count: number, beside: number): readonly number[] {
  const fromPx = -list.getBoundingClientRect().top;
  const last = Math.min(count, places.rowAt(fromPx + innerHeight) + 1 + beside);
  const rows = range(Math.max(0, Math.min(places.rowAt(fromPx), count) - beside), last);
  const focused = list.contains(document.activeElement) ? document.activeElement?.closest('[data-index]') : undefined;
  const row = Number(focused?.getAttribute('data-index') ?? Number.NaN);
  if (!Number.isInteger(row)) return rows;
  const kept = range(Math.max(0, row - 1), Math.min(count, row + 2));
  return [...new Set([...rows, ...kept])].sort((a, b) => a - b);
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}

/**
 * What goes on each row so that its height is known once it is laid out; `changed` is told where one is another than was known. Nothing is drawn anew for the heights
 * themselves: rows are as high as they are, and the space in place of others is as high as they are known to be.
 */
function useMeasured(
  list: { readonly current: HTMLElement | null },
  places: RowPlaces,
  isMeant: boolean,
  changed: () => void,
): RefCallback<HTMLElement> {
  const observer = useRef<ResizeObserver>(undefined);
  useLayoutEffect(() => {
    if (!isMeant) return;
    const rows = new ResizeObserver((entries) => {
      const above = measureAll(entries, places, list.current);
      if (above === undefined) return;
      if (above !== 0 && !HOLDS_WHAT_IS_SEEN) scrollBy(0, above);
      changed();
    });
    observer.current = rows;
    for (const row of list.current?.querySelectorAll(':scope > [data-index]') ?? []) rows.observe(row);
    return () => {
      rows.disconnect();
      observer.current = undefined;
    };
  }, [list, places, isMeant, changed]);
  return useCallback((element) => {
    if (element === null) return;
    observer.current?.observe(element);
    return () => observer.current?.unobserve(element);
  }, []);
}

/** Whether the browser keeps what is seen where it is when something above it grows. */
const HOLDS_WHAT_IS_SEEN = CSS.supports('overflow-anchor', 'auto');

/** Takes the heights of rows; by how many pixels those above the screen are higher than was known, undefined where no row is. */
function measureAll(
  entries: readonly ResizeObserverEntry[],
  places: RowPlaces,
  list: HTMLElement | null,
): number | undefined {
  const fromPx = -(list?.getBoundingClientRect().top ?? 0);
  let above: number | undefined;
  for (const { target, borderBoxSize } of entries) {
    const row = Number(target.getAttribute('data-index'));
    const heightPx = borderBoxSize[0]?.blockSize ?? 0;
    // Out of the document, or not laid out.
    if (heightPx === 0) continue;
    const isAbove = places.startOf(row) < fromPx;
    const grownPx = places.measure(row, heightPx);
    if (grownPx !== 0) above = (above ?? 0) + (isAbove ? grownPx : 0);
  }
  return above;
}
