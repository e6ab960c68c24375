/*
 * Long lists, of which only what is near the screen is in the document. A short list is whole: the browser's own search finds all of it and it is printed whole. A long
 * one is whole where the reader says so or prints it (`WholeList`), up to a limit; else rows out of sight are blank space of their height. The row that has the focus stays
 * whatever is scrolled, with those beside it, so that the next press of Tab goes on from it, and rows beside what is seen are there, so that Tab never comes to an end that is none.
 */
import { defaultRangeExtractor, type Range, useWindowVirtualizer } from '@tanstack/react-virtual';
import { type RefCallback, useLayoutEffect, useRef, useState } from 'react';
import { partsOf, type WindowedPart } from './windowed-parts.ts';

/** Limit: so many rows are in the document at once, however many the list has. */
export const WHOLE_ROWS_MAX = 200;
/** Limit: so many rows a list has at most: a browser lays out nothing that is higher than some 33 million pixels. */
export const ROWS_MAX = 500_000;
/** Rows that are there beside those on the screen, on each side. */
const BESIDE_ROWS = 12;

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
  const [top, setTop] = useState(0);
  const virtualizer = useWindowVirtualizer({
    count: isWhole ? 0 : Math.min(count, ROWS_MAX),
    estimateSize: () => rowPx,
    overscan: BESIDE_ROWS,
    gap: betweenPx,
    scrollMargin: top,
    rangeExtractor: (range) => withFocused(range, list.current),
  });
  // What stands above the list grows and shrinks.
  useLayoutEffect(() => {
    if (list.current !== null) setTop(Math.round(list.current.getBoundingClientRect().top + window.scrollY));
  });
  return {
    parts: isWhole
      ? allOf(count)
      : partsOf(virtualizer.getVirtualItems(), { from: top, to: top + virtualizer.getTotalSize(), betweenPx }),
    list: (element) => {
      list.current = element;
    },
    row: virtualizer.measureElement,
    show: (row) => {
      if (isWhole) list.current?.querySelector(`[data-index="${row}"]`)?.scrollIntoView({ block: 'center' });
      else virtualizer.scrollToIndex(row, { align: 'center' });
    },
  };
}

function allOf(count: number): readonly WindowedPart[] {
  return Array.from({ length: count }, (_, row) => ({ row }));
}

/** Those near the screen, and the row that has the focus with those beside it: Tab goes to them, and they bring the list along. */
function withFocused(range: Range, list: HTMLElement | null): number[] {
  const rows = defaultRangeExtractor(range);
  const focused = list?.contains(document.activeElement) ? document.activeElement?.closest('[data-index]') : undefined;
  const row = Number(focused?.getAttribute('data-index') ?? Number.NaN);
  if (!Number.isInteger(row)) return rows;
  const kept = [row - 1, row, row + 1].filter((each) => each >= 0 && each < range.count);
  return [...new Set([...rows, ...kept])].sort((a, b) => a - b);
}
