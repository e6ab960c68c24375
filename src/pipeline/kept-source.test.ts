import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Keeping } from '../recording/keeping.ts';
import type { BytesEditor } from './edited-source.ts';
import { keptSource } from './kept-source.ts';

/** What becomes of a reply of which `view` makes what is kept: in the order in which it is told. */
function told(view: BytesEditor): readonly string[] {
  const seen: string[] = [];
  const keeping = {
    bytes: (_: string, bytes: Uint8Array) => seen.push(`kept ${Buffer.from(bytes)}`) > 0,
    end: ({ isWhole }: { readonly isWhole: boolean }) => void seen.push(isWhole ? 'kept whole' : 'kept in part'),
  } as unknown as Keeping;
  const source = keptSource(
    {
      start(sink) {
        for (const chunk of ['a', 'b']) sink.write(Buffer.from(chunk));
        sink.end([]);
        sink.fail(new Error('late'));
      },
      resume() {},
      cancel: ({ message }) => void seen.push(`given up: ${message}`),
    },
    () => keeping,
    view,
  );
  source.start({
    write: (chunk) => seen.push(`passed ${Buffer.from(chunk)}`) > 0,
    end: () => void seen.push('ended'),
    fail: ({ message }) => void seen.push(`broke off: ${message}`),
  });
  return seen;
}

const plain: BytesEditor = { write: (chunk) => chunk, end: () => Buffer.alloc(0) };
const broken = () => {
  throw new Error('it is not JSON');
};
const BROKEN_OFF = ['kept in part', 'given up: it is not JSON', 'broke off: it is not JSON'];

test('what others would be shown is kept beside what passes; where it cannot be made, nothing more passes, and the reader is told that it broke off', () => {
  const first = ['kept a', 'passed a', 'kept b', 'passed b'];
  assert.deepEqual(told({ ...plain, write: broken }), BROKEN_OFF);
  assert.deepEqual(told({ ...plain, end: broken }), [...first, ...BROKEN_OFF]);
  assert.deepEqual(told(plain).slice(0, 6), [...first, 'kept whole', 'ended']);
});
