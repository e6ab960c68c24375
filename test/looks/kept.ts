import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { root } from '../tidy/tree.ts';

/** Where the small pictures of the pages are kept, from the project's root. */
export const keptFolder = 'test/looks/kept';
/** Where it stands by which Chromium they were kept: another major version may draw otherwise. */
export const keptChromiumFile: string = join(root, keptFolder, 'chromium.txt');

/** The major version by which the pictures were kept. */
export function keptChromium(): string {
  return existsSync(keptChromiumFile) ? readFileSync(keptChromiumFile, 'utf8').trim() : 'none';
}

export function majorOf(version: string): string {
  return version.split('.')[0] ?? '';
}

/** A browser that draws letters in one way whatever the machine is set to. */
export function startLooking(program: string): Promise<Browser> {
  return chromium.launch({
    executablePath: program,
    args: [
      '--no-sandbox',
      '--font-render-hinting=none',
      '--disable-lcd-text',
      '--force-color-profile=srgb',
      '--hide-scrollbars',
    ],
  });
}
