/*
 * Pictures of pages, made small: a cell for each 16 by 16 pixels with how bright it is on the whole. How letters are drawn differs between machines and is gone by
 * then; what has moved, is missing or has another colour is not. Kept as a PNG of its own, which can be looked at.
 */
import { crc32, deflateSync } from 'node:zlib';
import type { Page } from 'playwright-core';

/** How bright each cell is, from 0 to 255, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly cells: Uint8Array;
}

const CELL = 16;
/** Limit: pixels of a page's height that are looked at. */
const HEIGHT_MAX = 3_200;

/** A PNG made small by the browser `helper`, a page of nobody's. */
export async function smallPicture(helper: Page, png: Buffer): Promise<Picture> {
  return read(helper, png, CELL, HEIGHT_MAX);
}

/** A small picture as it was kept. */
export async function keptPicture(helper: Page, png: Buffer): Promise<Picture> {
  return read(helper, png, 1, HEIGHT_MAX);
}

async function read(helper: Page, png: Buffer, cell: number, heightMax: number): Promise<Picture> {
  const { width, height, cells } = (await helper.evaluate(
    `(${reduce.toString()})(${JSON.stringify(png.toString('base64'))}, ${cell}, ${heightMax})`,
  )) as { readonly width: number; readonly height: number; readonly cells: string };
  return { width, height, cells: new Uint8Array(Buffer.from(cells, 'base64')) };
}

/* Runs in the browser, which reads PNGs anyway. */
async function reduce(base64: string, cell: number, heightMax: number) {
  // biome-ignore lint/suspicious/noExplicitAny: the browser's own globals, which this project's types do not have
  const { createImageBitmap, OffscreenCanvas, Blob, atob, btoa } = globalThis as any;
  const bytes = Uint8Array.from(atob(base64), (char: string) => char.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const [width, height] = [Math.floor(bitmap.width / cell), Math.floor(Math.min(bitmap.height, heightMax) / cell)];
  const canvas = new OffscreenCanvas(width * cell, height * cell);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width * cell, height * cell);
  const sums = new Float64Array(width * height);
  for (let y = 0; y < height * cell; y += 1)
    for (let x = 0; x < width * cell; x += 1) {
      const at = (y * width * cell + x) * 4;
      const index = Math.floor(y / cell) * width + Math.floor(x / cell);
      sums[index] = (sums[index] ?? 0) + 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
    }
  const cells = Array.from(sums, (sum) => String.fromCharCode(Math.round(sum / (cell * cell)))).join('');
  return { width, height, cells: btoa(cells) };
}

/** Cells that differ by more than this are others, out of 255. */
const OTHER_FROM = 22;
/** So far may a cell have moved up or down: a line that wraps elsewhere by a hair is no other page. */
const MOVED_CELLS_MAX = 2;

/** The share of cells that are others, from 0 to 1; a picture of another size is another one where it is longer or shorter by more than a tenth. */
export function difference(kept: Picture, now: Picture): number {
  if (kept.width !== now.width) return 1;
  if (Math.abs(kept.height - now.height) > Math.max(3, kept.height / 10)) return 1;
  const height = Math.min(kept.height, now.height);
  let others = 0;
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < kept.width; x += 1) if (!isAlike(kept, now, x, y)) others += 1;
  return others / (height * kept.width);
}

function isAlike(kept: Picture, now: Picture, x: number, y: number): boolean {
  const cell = now.cells[y * now.width + x] ?? 0;
  for (let by = -MOVED_CELLS_MAX; by <= MOVED_CELLS_MAX; by += 1) {
    if (y + by < 0 || y + by >= kept.height) continue;
    if (Math.abs((kept.cells[(y + by) * kept.width + x] ?? 0) - cell) <= OTHER_FROM) return true;
  }
  return false;
}

/** A picture as a grey PNG. Source: PNG, third edition, W3C */
export function pngOf({ width, height, cells }: Picture): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 0, 0, 0, 0], 8);
  const lines = Array.from({ length: height }, (_, y) =>
    Buffer.from([0, ...cells.subarray(y * width, (y + 1) * width)]),
  );
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.concat(lines), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}
