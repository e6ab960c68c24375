import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type OwnStatus, statusOfAll } from './status-of-all.ts';

function worker(number: number, part: Partial<OwnStatus> = {}): OwnStatus {
  return {
    worker: number,
    reasons: [],
    warnings: [],
    parts: [
      { part: 'journal', state: 'ok', message: `to line ${number}` },
      { part: 'issuer', name: 'ci', state: 'ok', message: '2 keys' },
    ],
    journal: { folder: `/journal/${number}`, syncedSeq: number },
    ...part,
  };
}

const busOf = (others: readonly OwnStatus[]) => ({ ask: async <Answer>() => others as readonly Answer[] });

test('what each worker has of its own is told of each, and what is well at all of them once', async () => {
  const all = await statusOfAll(worker(1), 2, busOf([worker(2)]));
  assert.deepEqual(all.parts, [
    { part: 'journal', state: 'ok', message: 'to line 1', worker: 1 },
    { part: 'journal', state: 'ok', message: 'to line 2', worker: 2 },
    { part: 'issuer', name: 'ci', state: 'ok', message: '2 keys' },
  ]);
  assert.deepEqual(
    all.journals.map(({ folder, worker: number }) => [folder, number]),
    [
      ['/journal/1', 1],
      ['/journal/2', 2],
    ],
  );
});

test('what is wrong at another worker than the one that serves the console is told, with its number', async () => {
  const ailing = worker(2, {
    reasons: ['the journal is broken: EIO'],
    parts: [{ part: 'issuer', name: 'ci', state: 'failed', message: 'no key' }],
  });
  const all = await statusOfAll(worker(1), 2, busOf([ailing]));
  assert.deepEqual(all.reasons, ['worker 2: the journal is broken: EIO']);
  assert.deepEqual(
    all.parts.filter(({ part }) => part === 'issuer'),
    [{ part: 'issuer', name: 'ci', state: 'failed', message: 'no key', worker: 2 }],
  );
});

test('a key that one worker has fetched is told before that another has not needed it', async () => {
  const idle = worker(1, { parts: [{ part: 'issuer', name: 'ci', state: 'unknown', message: 'none yet' }] });
  const all = await statusOfAll(idle, 2, busOf([worker(2)]));
  assert.equal(all.parts.find(({ part }) => part === 'issuer')?.state, 'ok');
});

test('a worker that says nothing is told of', async () => {
  const all = await statusOfAll(worker(1), 3, busOf([worker(3)]));
  assert.deepEqual(all.warnings, ['worker 2 does not answer']);
});

test('a gateway that is one process has no numbers', async () => {
  const { parts } = await statusOfAll(worker(1), 1, undefined);
  assert.deepEqual(parts, worker(1).parts);
});
