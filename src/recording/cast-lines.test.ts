import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../test/support/property.ts';
import { CastLines } from './cast-lines.ts';

const AT = 1_763_715_000_000;
const head = (form: 'terminal' | 'events') => new CastLines({ form, at: AT, command: ['sh', '-c', 'top'] });
const lines = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => JSON.parse(line));

test('a terminal is asciicast v3: its size, the time from one event to the next, and its exit', () => {
  const cast = head('terminal');
  const text = [
    cast.resize(AT, 120, 40),
    cast.bytes('o', AT + 250, Buffer.from('\u001b[1m$ ')),
    cast.resize(AT + 1250, 100, 30),
    cast.end(AT + 2250, 17),
  ].join('');
  assert.deepEqual(lines(text), [
    {
      version: 3,
      term: { cols: 120, rows: 40, type: 'xterm-256color' },
      timestamp: AT / 1000,
      command: 'sh -c top',
    },
    [0.25, 'o', '\u001b[1m$ '],
    [1, 'r', '100x30'],
    [1, 'x', '17'],
  ]);
});

test('without a terminal the channels have their names, and what nobody knows is empty', () => {
  const cast = head('events');
  const text = [
    cast.bytes('o', AT, Buffer.from('out')),
    cast.bytes('e', AT + 1, Buffer.from('error')),
    cast.end(AT + 1, undefined),
  ].join('');
  assert.deepEqual(lines(text), [
    { version: 'sallyport-events/1', timestamp: AT / 1000, command: 'sh -c top' },
    [0, 'stdout', 'out'],
    [0.001, 'stderr', 'error'],
    [0, 'exit', ''],
  ]);
});

test('however its bytes are cut, text is whole, and what is no text keeps its bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat({ max: 200 }), { maxLength: 6 }), (bytes, cuts) => {
      const all = Buffer.concat([Buffer.from('aé☃😀'), bytes]);
      const cast = head('events');
      let text = '';
      let from = 0;
      for (const cut of [...cuts.sort((a, b) => a - b), all.length]) {
        text += cast.bytes('o', AT, all.subarray(from, Math.max(from, cut)));
        from = Math.max(from, cut);
      }
      text += cast.end(AT, 0);
      const said = lines(text).flatMap((line) => (Array.isArray(line) && line[1] === 'stdout' ? [line[2]] : []));
      const back = said.map((data) =>
        typeof data === 'string' ? Buffer.from(data) : Buffer.from(data.base64, 'base64'),
      );
      assert.ok(Buffer.concat(back).equals(all));
    }),
  );
});

test('a terminal’s bytes that are no text stand beside it, where players step over them', () => {
  const text = head('terminal').bytes('o', AT, Buffer.from([0x61, 0xff, 0x62]));
  assert.match(text, /\n# \{"base64":"Yf9i","of":"stdout"\}\n$/);
});
