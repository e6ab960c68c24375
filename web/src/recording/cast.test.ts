import assert from 'node:assert/strict';
import { test } from 'node:test';
import { castOf, placesOf, sizeOf, withoutPauses } from './cast.ts';

/** Lines as the gateway makes them: what was said at which instants, and the end after 20 seconds. */
function recorded(form: 'terminal' | 'events', said: readonly (readonly [number, string])[]): string {
  const isTerminal = form === 'terminal';
  const head = isTerminal
    ? { version: 3, term: { cols: 100, rows: 30 }, timestamp: 1, command: 'sh' }
    : { version: 'sallyport-events/1', timestamp: 1, command: 'sh' };
  let before = 0;
  const events = [
    ...said.map(([at, data]) => [at, isTerminal ? 'o' : 'stdout', data] as const),
    [20_000, 'x', '0'] as const,
  ];
  const lines = events.map(([at, channel, data]) => {
    const line = [(at - before) / 1_000, channel, data];
    before = at;
    return line;
  });
  return [head, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
}

test('what the gateway records is read back, with its times', () => {
  const cast = castOf(
    recorded('terminal', [
      [250, '$ ls\r\n'],
      [1_250, 'a\r\n'],
    ]),
  );
  assert.ok(cast !== undefined);
  assert.deepEqual(
    [cast.isTerminal, cast.columns, cast.rows, cast.command, cast.durationMs],
    [true, 100, 30, 'sh', 20_000],
  );
  assert.deepEqual(
    cast.events.map(({ atMs, channel, data }) => [atMs, channel, data]),
    [
      [250, 'o', '$ ls\r\n'],
      [1_250, 'o', 'a\r\n'],
      [20_000, 'x', '0'],
    ],
  );
  assert.equal(castOf(recorded('events', [[0, 'out']]))?.isTerminal, false);
});

test('what is no recording is none, and a line that cannot be read is passed over', () => {
  for (const text of ['', 'x', '[]', '{}', 'null', '{"code":"NOT_FOUND"}']) assert.equal(castOf(text), undefined, text);
  const cast = castOf(
    '{"version":3,"term":{"cols":99999,"rows":-1}}\n# c\nx\n[1]\n[1,"o"]\n["1","o","a"]\n[-5,"o","a"]\n',
  );
  assert.deepEqual([cast?.columns, cast?.rows, cast?.events.length, cast?.durationMs], [1_000, 24, 2, 1_000]);
  assert.deepEqual(
    [sizeOf('120x40'), sizeOf('0x0'), sizeOf('x')],
    [{ columns: 120, rows: 40 }, { columns: 80, rows: 24 }, undefined],
  );
});

test('long pauses are made short, and the order stays', () => {
  const cast = castOf(
    recorded('terminal', [
      [100, 'a'],
      [9_100, 'b'],
    ]),
  );
  assert.ok(cast !== undefined);
  const { events, durationMs } = withoutPauses(cast, 1_000);
  assert.deepEqual(
    events.map(({ atMs }) => atMs),
    [100, 1_100, 2_100],
  );
  assert.equal(durationMs, 2_100);
});

test('words are found in the output though colours cut them, or two events', () => {
  const cast = castOf(
    recorded('terminal', [
      [100, 'per\u001b[31mmis\u001b[0msion de'],
      [200, 'nied\r\n'],
      [300, '\u001b]0;title\u0007Permission denied'],
    ]),
  );
  assert.ok(cast !== undefined);
  assert.deepEqual(placesOf(cast, 'permission'), [100, 300]);
  assert.deepEqual(placesOf(cast, 'permission DENIED'), [200, 300]);
  assert.deepEqual([placesOf(cast, 'title'), placesOf(cast, '')], [[], []]);
});
