/*
 * `npm run looks`: keeps small pictures of every page in every state, for the test that compares them, and writes the whole ones into a folder to be looked at (default
 * `.sallyport/looks`, or `-- --folder DIR`); `-- --only PATTERN` takes those whose names match. The pictures of README are made of the same pages.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findChromium } from '../support/chromium.ts';
import { buildPages } from '../support/console-browser.ts';
import { root } from '../tidy/tree.ts';
import { keptChromiumFile, keptFolder, majorOf, startLooking } from './kept.ts';
import { atRest, comeTo, pictureOf, resize, SCHEMES, WIDTHS } from './look-at.ts';
import { pngOf, smallPicture } from './picture.ts';
import { STATES } from './states.ts';

const { values } = parseArgs({ options: { folder: { type: 'string' }, only: { type: 'string' } } });
const whole = resolve(values.folder ?? join(root, '.sallyport', 'looks'));
const kept = join(root, keptFolder);
const isMeant = (name: string) => values.only === undefined || new RegExp(values.only).test(name);
const program = findChromium();
if (program === undefined) throw new Error('no Chromium on the path: install Debian’s package `chromium`');

await buildPages();
for (const folder of [whole, kept]) mkdirSync(folder, { recursive: true });
const browser = await startLooking(program);
const helper = await browser.newPage();
for (const state of STATES.filter(({ name }) => isMeant(name)))
  for (const colorScheme of SCHEMES) {
    const { page, context } = await comeTo(browser, state, { colorScheme });
    for (const width of WIDTHS) {
      await resize(page, width);
      await atRest(page);
      const [png, name] = [await pictureOf(page), `${state.name}-${width}-${colorScheme}.png`];
      writeFileSync(join(whole, name), png);
      writeFileSync(join(kept, name), pngOf(await smallPicture(helper, png)));
    }
    await context.close();
  }
await readme();
writeFileSync(keptChromiumFile, `${majorOf(browser.version())}\n`);
await browser.close();
// What is no state any more is not kept.
const names = new Set(STATES.map(({ name }) => name));
for (const file of readdirSync(kept))
  if (file.endsWith('.png') && !names.has(file.replace(/-\d+-(light|dark)\.png$/, ''))) rmSync(join(kept, file));
process.stdout.write(`kept in ${keptFolder}; whole in ${whole}\n`);

/** The two pictures of README: the inbox on a laptop, a question on a phone. */
async function readme(): Promise<void> {
  for (const [name, file, colorScheme, width] of [
    ['inbox', 'console-inbox', 'light', 1280],
    ['question-dangerous', 'console-phone', 'dark', 390],
  ] as const) {
    const state = STATES.find((each) => each.name === name);
    if (state === undefined || !isMeant(name)) continue;
    const { page, context } = await comeTo(browser, state, { colorScheme, isPhone: width === 390 }, width);
    writeFileSync(join(root, 'docs', 'images', `${file}.png`), await page.screenshot({ caret: 'hide' }));
    await context.close();
  }
}
