import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ReplayTerms, replay } from './replay.ts';
import { SafeTerminal, TERMINAL_RESET } from './safe-terminal.ts';

async function play(lines: readonly unknown[], terms: Partial<ReplayTerms> = {}) {
  const [out, error, pauses]: [string[], string[], number[]] = [[], [], []];
  const exitCode = await replay(
    (async function* () {
      for (const line of lines) yield typeof line === 'string' ? line : JSON.stringify(line);
    })(),
    { speed: 1, idleMaxMs: 2_000, fromMs: 0, isText: false, ...terms },
    {
      out: async (text) => void out.push(text),
      error: async (text) => void error.push(text),
      pause: async (ms) => void pauses.push(ms),
    },
  );
  return { out: out.join(''), error: error.join(''), pauses, exitCode };
}

const CAST = [
  { version: 3, term: { cols: 80, rows: 24 } },
  [1, 'o', '$ top\r\n'],
  '# a comment',
  [60, 'o', '\u001b[31mred\u001b[0m'],
  [0.5, 'r', '100x40'],
  [0.5, 'o', '!'],
  [1, 'x', '17'],
];

test('a terminal is played with its pauses, those that are long cut short, and its exit code is told', async () => {
  const { out, pauses, exitCode } = await play(CAST);
  assert.equal(out, `$ top\r\n\u001b[31mred\u001b[0m!${TERMINAL_RESET}`);
  assert.deepEqual([pauses, exitCode], [[1_000, 2_000, 500, 500, 1_000], 17]);
  assert.deepEqual((await play(CAST, { speed: 4 })).pauses, [250, 500, 125, 125, 250]);
  assert.deepEqual((await play(CAST, { fromMs: 61_000 })).pauses, [500, 500, 1_000]);
  assert.deepEqual((await play(CAST, { fromMs: 60_700 })).pauses, [300, 500, 500, 1_000], 'the rest of a pause');
});

test('as text it is for reading: no pause, no colour', async () => {
  const { out, pauses } = await play(CAST, { isText: true });
  assert.deepEqual([out, pauses], ['$ top\nred!', []]);
});

test('what a command said on its two outputs stays apart', async () => {
  const events = [
    { version: 'sallyport-events/1' },
    [0, 'stdout', 'out\u001b[2J\n'],
    [0, 'stderr', 'error\n'],
    [0, 'stdout', { base64: 'AAEC' }],
    [0, 'exit', '0'],
  ];
  const { out, error, exitCode } = await play(events);
  assert.deepEqual([out, error, exitCode], ['out\n[3 bytes that are no text]\n', 'error\n', 0]);
});

const HARMFUL: readonly (readonly [what: string, said: string])[] = [
  ['a title', '\u001b]0;title\u0007'],
  ['a title, ended in two characters', '\u001b]2;title\u001b\\'],
  ['the clipboard', '\u001b]52;c;cm0gLXJm\u0007'],
  ['a link', '\u001b]8;;https://evil.test\u001b\\'],
  ['a question who the terminal is', '\u001b[c'],
  ['the same, asked otherwise', '\u001b[>c'],
  ['a question where the cursor is', '\u001b[6n'],
  ['the window', '\u001b[21t'],
  ['a device string', '\u001bP$q"p\u001b\\'],
  ['a program’s own string', '\u001b_G\u001b\\'],
  ['a mode of mice', '\u001b[?1000h'],
  ['a mode of pasting beside one that is harmless', '\u001b[?25;2004h'],
  ['a reset', '\u001bc'],
  ['an answerback', '\u0005'],
  ['a bell', '\u0007'],
  ['text that runs the other way', '\u202e'],
  ['a character that nobody sees', '\u200b'],
  ['a tag', '\u{e0041}'],
  ['a sequence without an end', `\u001b[${'1;'.repeat(5_000)}m`],
  ['a repeated character', 'x\u001b[99999999b'.slice(1)],
];

for (const [what, said] of HARMFUL)
  test(`T54: ${what} is not played, however it is cut`, () => {
    const all = `before${said}after`;
    for (let at = 0; at < Math.min(all.length, 200); at++) {
      const terminal = new SafeTerminal();
      const out = terminal.take(all.slice(0, at)) + terminal.take(all.slice(at));
      assert.equal(out, 'beforeafter');
    }
  });

test('T54: the one-character forms of sequences begin none', () => {
  const out = new SafeTerminal().take('\u009d52;c;cm0\u009c \u009b6n');
  assert.equal(out, '52;c;cm0 6n');
});

test('what moves, erases and colours is played as it was', () => {
  const said = 'a\u001b[1;31mb\u001b[2J\u001b[H\u001b[?25l\u001b[?1049h\u001b(0q\u001b(B\u001b7\u001b8\r\n\t\b☃';
  assert.equal(new SafeTerminal().take(said), said);
});
