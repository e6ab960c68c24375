// What is exported as asciicast v3 is played by asciinema's own player, in a browser.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { castOf } from '../../src/cli/export-cast.ts';
import { CastLines } from '../../src/recording/cast-lines.ts';
import { findChromium, STEP_MS_MAX, startChromium } from '../support/chromium.ts';
import { leftOut } from '../support/left-out.ts';

const AT = 1_763_715_000_000;

/** The lines of a recording, as they are kept. */
function kept(form: 'terminal' | 'events'): string {
  const lines = new CastLines({ form, at: AT, command: ['sh', '-c', 'deploy'] });
  const parts = [
    lines.resize(AT, 60, 12),
    lines.bytes('o', AT + 1_000, Buffer.from('\u001b[32mrolling out\u001b[0m\r\n')),
    // A character that is cut between two chunks, and a title that may do nothing to who reads.
    lines.bytes('o', AT + 1_500, Buffer.from('gr\u00fc\u00df').subarray(0, 3)),
    lines.bytes('o', AT + 1_600, Buffer.from('gr\u00fc\u00df').subarray(3)),
    lines.bytes('o', AT + 1_700, Buffer.from('\u001b]0;owned\u0007\r\n')),
    lines.resize(AT + 2_000, 80, 20),
    lines.bytes('o', AT + 3_000, Buffer.from([0xff, 0xfe, 0x0d, 0x0a])),
    lines.bytes('o', AT + 60_000, Buffer.from('done\r\n')),
    lines.told('file', AT + 60_100, { path: 'tmp/f', kind: 'file', bytes: 3, mode: '0644' }),
    lines.end(AT + 61_000, 17),
  ];
  return parts.join('');
}

async function cast(form: 'terminal' | 'events'): Promise<string> {
  const lines: string[] = [];
  const given = (async function* () {
    yield* kept(form).split('\n');
  })();
  for await (const line of castOf(given)) lines.push(line);
  return `${lines.join('\n')}\n`;
}

const folder = process.env.SALLYPORT_ASCIINEMA_PLAYER;
const program = findChromium();
const script = join(folder ?? '', 'node_modules/asciinema-player/dist/bundle/asciinema-player.min.js');
if (program === undefined || folder === undefined || !existsSync(script))
  leftOut(
    'recordings in asciinema’s own player',
    'Chromium, and `npm install --prefix FOLDER asciinema-player@3.17.0` with SALLYPORT_ASCIINEMA_PLAYER=FOLDER',
  );
else
  test('asciinema’s own player plays what is exported, to its end, and shows what it said', async () => {
    const browser = await startChromium(program, []);
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(STEP_MS_MAX);
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      await page.setContent('<div id="player"></div>');
      await page.addScriptTag({ content: readFileSync(script, 'utf8') });
      for (const form of ['terminal', 'events'] as const) {
        const played = await page.evaluate(playToEnd, await cast(form));
        assert.equal(played.duration, 61, form);
        for (const said of ['rolling out', 'gr\u00fc\u00df', 'done'])
          assert.ok(played.text.includes(said), played.text);
        assert.ok(!played.text.includes('owned'), 'a title is shown, or taken out, and never done');
      }
      assert.deepEqual(errors, []);
    } finally {
      await browser.close();
    }
  });

/** Runs in the page: the player’s own interface, and the text that it shows at the end. */
async function playToEnd(data: string): Promise<{ readonly duration: number; readonly text: string }> {
  const { AsciinemaPlayer } = globalThis as unknown as {
    AsciinemaPlayer: {
      create(
        source: { data: string },
        element: unknown,
        options: object,
      ): {
        readonly el: { readonly innerText: string };
        getDuration(): number | undefined;
        play(): Promise<unknown>;
        seek(to: number | string): Promise<unknown>;
        pause(): Promise<unknown>;
        dispose(): void;
      };
    };
  };
  // biome-ignore lint/suspicious/noExplicitAny: of the page, which has no types here
  const element = (globalThis as any).document.getElementById('player');
  const player = AsciinemaPlayer.create({ data }, element, { preload: true, fit: false });
  await player.play();
  await player.pause();
  await player.seek('100%');
  const duration = player.getDuration() ?? 0;
  for (let frames = 0; frames < 600 && !player.el.innerText.includes('done'); frames++)
    await new Promise((resolve) => globalThis.setTimeout(resolve, 50));
  const text = player.el.innerText;
  player.dispose();
  return { duration, text };
}
