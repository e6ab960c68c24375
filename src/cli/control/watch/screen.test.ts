import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApprovalView } from '../../../control/approval-contract.ts';
import { coloured, plain } from '../paint.ts';
import { draw, readingLines, readingRows } from './draw.ts';
import { keysIn } from './keys.ts';
import { due, EMPTY, pressed, type Screen, selectedOf, told, UNDO_MS } from './screen.ts';

const SIZE = { columns: 60, rows: 10 };

function question(id: string, part: Partial<ApprovalView> = {}): ApprovalView {
  return {
    id,
    state: 'pending',
    exchange: 'waiting',
    digest: `digest-${id}`,
    preview: 'shown',
    asker: { subject: 'ci:dev', issuer: 'https://issuer.example', kind: 'autonomous' },
    target: 'prod',
    namespace: 'shop',
    rules: [],
    shown: {
      operation: 'delete pods `web`',
      asked: 'DELETE /api/v1/namespaces/shop/pods/web',
      risk: 'high',
      risks: ['ends 1 running pod'],
      mayDiffer: [],
      missing: [],
      reason: '',
    },
    answers: [],
    words: [],
    askedAt: '2026-01-01T00:00:00Z',
    closesAt: '2026-01-01T00:10:00Z',
    mayAnswer: true,
    ...part,
  };
}

/** The screen after keys, as a terminal of this size has them. */
function after(screen: Screen, text: string, nowMs = 0): Screen {
  return keysIn(text).reduce((now, key) => {
    const shown = selectedOf(now);
    const lines = shown === undefined ? 0 : readingLines(shown, SIZE, plain).length;
    return pressed(now, key, { lines, height: readingRows(SIZE), nowMs });
  }, screen);
}

const long = { ...question('a').shown, body: Array.from({ length: 30 }, (_, at) => `line ${at}`).join('\n') };

test('T78: a yes is taken only of a question that is open and was read to its end', () => {
  const screen = told(EMPTY, question('a', { shown: long }));
  assert.equal(after(screen, 'a').pending, undefined, 'not open');
  assert.equal(after(screen, '\ra').pending, undefined, 'not read');
  assert.match(after(screen, '\ra').note, /read it to its end/);
  const read = after(screen, `\r${' '.repeat(10)}a`);
  assert.deepEqual([read.pending?.id, read.pending?.digest, read.pending?.answer], ['a', 'digest-a', 'approve']);
  assert.equal(after(told(EMPTY, question('a', { preview: 'looking' })), '\ra').pending, undefined);
});

test('T76: a question that changes while it is read is closed, and has to be read again', () => {
  const read = after(told(EMPTY, question('a', { shown: long })), `\r${' '.repeat(10)}`);
  assert.ok(read.isRead);
  const changed = told(read, question('a', { shown: long, digest: 'other' }));
  assert.deepEqual([changed.open, changed.isRead], [undefined, false]);
  assert.match(changed.note, /a has changed: read it again/);
  assert.equal(after(changed, 'a').pending, undefined);
});

test('an answer is sent when its time has come, and one key takes it back before', () => {
  const [short] = [told(EMPTY, question('a'))];
  const said = after(short, `\r${' '.repeat(10)}a`, 1_000);
  assert.equal(due(said, 1_000 + UNDO_MS - 1)[1], undefined);
  assert.equal(due(said, 1_000 + UNDO_MS)[1]?.answer, 'approve');
  const back = after(said, 'u');
  assert.equal(due(back, 1_000 + UNDO_MS)[1], undefined);
  assert.equal(after(said, '\u0003').pending, undefined, 'whoever leaves sends nothing');
});

test('a no takes words, and needs no reading', () => {
  const said = after(told(EMPTY, question('a')), 'rno, not now\u007f!\r');
  assert.deepEqual([said.pending?.answer, said.pending?.reason], ['reject', 'no, not no!']);
  assert.equal(after(told(EMPTY, question('a')), 'rq\u001b').pending, undefined);
});

test('what others answer goes away, and what nobody here may answer never comes', () => {
  const two = told(told(EMPTY, question('b')), question('a'));
  assert.deepEqual(
    two.questions.map(({ id }) => id),
    ['a', 'b'],
  );
  assert.equal(selectedOf(two)?.id, 'b', 'the selection stays with its question');
  assert.deepEqual(
    told(two, question('b', { state: 'approved' })).questions.map(({ id }) => id),
    ['a'],
  );
  assert.deepEqual(told(two, question('c', { mayAnswer: false })).questions.length, 2);
});

test('T54, T78: what is drawn is safe and whole: nothing moves the cursor, and what is too long goes on below', () => {
  const evil = '\u001b[2Jdelete \u202egone';
  const shown = { ...question('a').shown, operation: evil, body: 'x'.repeat(200) };
  const screen = after(told(EMPTY, question('a', { shown })), '\r');
  const lines = [...readingLines(question('a', { shown }), SIZE, plain), ...draw(screen, SIZE, plain, 0)];
  for (const line of lines) assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u202e]/);
  assert.equal(
    readingLines(question('a', { shown }), SIZE, plain)
      .filter((line) => /^ *x+$/.test(line))
      .join('')
      .match(/x/g)?.length,
    200,
  );
  for (const line of draw(screen, SIZE, plain, 0)) assert.ok([...line].length <= 200);
  const bare = readingLines(question('a', { shown }), SIZE, coloured).map((line) =>
    line.replaceAll(/\u001b\[\d+m/g, ''),
  );
  assert.deepEqual(bare, readingLines(question('a', { shown }), SIZE, plain));
});

test('a plan is read whole, each of its requests; a yes to it, as to a release, is widened to nothing', () => {
  const rest = { verbs: ['patch'], usesMax: 2, forMs: 600_000, earlier: [] };
  const one = (operation: string) => ({
    ...question('a').shown,
    operation,
    changes: [{ at: '/data/a', after: operation }],
  });
  const planned = [one('patch configmaps `one`'), one('patch configmaps `two`')];
  const shown = { ...question('a').shown, rest: { ...rest, covers: ['one', 'two'] }, planned };
  const lines = readingLines(question('a', { shown }), { columns: 200, rows: 10 }, plain);
  for (const line of [
    /^1\. patch configmaps `one`$/,
    /^2\. patch configmaps `two`$/,
    /^ {5}\+ patch configmaps `two`$/,
  ])
    assert.ok(
      lines.some((each) => line.test(each)),
      `${line}: ${lines.join('\n')}`,
    );
  assert.ok(lines.includes('a yes covers exactly these 2, each once, for 600 s, when the command is run'));
  const read = (of: ApprovalView['shown']) => after(told(EMPTY, question('a', { shown: of })), `\r${' '.repeat(20)}A`);
  assert.match(read(shown).note, /the rest of its command cannot be approved with it/);
  assert.equal(read({ ...question('a').shown, rest }).pending?.answer, 'approve');
});
