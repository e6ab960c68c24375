import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ByteSink, ByteSource } from '../std/byte-source.ts';
import { type BytesEditor, editedSource } from './edited-source.ts';

/** Holds everything until the end, as the masking of one object does. */
function holding(): BytesEditor {
  const chunks: Buffer[] = [];
  return {
    write: (chunk) => {
      chunks.push(Buffer.from(chunk));
      return Buffer.alloc(0);
    },
    end: () => Buffer.concat(chunks),
  };
}

/** A source that gives all at once, and a reader that takes one piece at a time. */
function world(editor: BytesEditor, bytes: Buffer) {
  const told: string[] = [];
  const taken: Buffer[] = [];
  const source: ByteSource = {
    start(sink) {
      sink.write(bytes);
      sink.end(['x', '1']);
    },
    resume: () => told.push('resume'),
    cancel: () => told.push('cancel'),
  };
  const sink: ByteSink = {
    write: (chunk) => {
      taken.push(Buffer.from(chunk));
      return false;
    },
    end: (trailers) => told.push(`end ${trailers.join('=')}`),
    fail: (error) => told.push(`fail ${error.message}`),
  };
  return {
    edited: editedSource(source, editor, { timed: (work) => work(), masksTurn: () => undefined }, ([name = '']) => [
      name,
      'edited',
    ]),
    sink,
    told,
    taken,
  };
}

test('T64: what was held whole is handed on as its reader takes it, and has not ended before', () => {
  const bytes = Buffer.alloc(300_000, 'a');
  const { edited, sink, told, taken } = world(holding(), bytes);
  edited.start(sink);
  assert.equal(taken.length, 1);
  for (let resumes = 1; told.length === 0; resumes++) {
    edited.resume();
    assert.equal(taken.length, resumes + 1);
  }
  assert.deepEqual(told, ['end x=edited']);
  assert.deepEqual(Buffer.concat(taken), bytes);
});

test('a reader that goes away gets nothing more', () => {
  const { edited, sink, told, taken } = world(holding(), Buffer.alloc(300_000, 'a'));
  edited.start(sink);
  edited.cancel(new Error('gone'));
  edited.resume();
  assert.deepEqual([told, taken.length], [['cancel'], 1]);
});

test('an editor that throws breaks the reply off on both sides', () => {
  const editor = {
    write: () => {
      throw new Error('no');
    },
    end: () => Buffer.alloc(0),
  };
  const { edited, sink, told, taken } = world(editor, Buffer.from('a'));
  edited.start(sink);
  assert.deepEqual([told, taken.length], [['cancel', 'fail no'], 0]);
});

/** A source of one chunk after the other, each asked for; `turns` are those that are waited for, the first first. */
function turnWorld(chunks: readonly string[]) {
  const told: string[] = [];
  const turns: (() => void)[] = [];
  let [at, room] = [0, true];
  let sink: ByteSink;
  const source: ByteSource = {
    start(own) {
      sink = own;
    },
    resume: () => told.push('resume'),
    cancel: () => told.push('cancel'),
  };
  const edited = editedSource(
    source,
    { write: (chunk) => Buffer.from(chunk.toString().toUpperCase()), end: () => Buffer.from('.') },
    { timed: (work) => work(), masksTurn: () => new Promise((resolve) => turns.push(resolve)) },
    (trailers) => trailers,
  );
  edited.start({
    write(chunk) {
      told.push(Buffer.from(chunk).toString());
      return room;
    },
    end: () => told.push('end'),
    fail: ({ message }) => told.push(message),
  });
  return {
    edited,
    told,
    give: () => sink.write(Buffer.from(chunks[at++] as string)),
    end: () => sink.end([]),
    fail: () => sink.fail(new Error('broken')),
    /** Whether the reader has room. */
    room(has: boolean) {
      room = has;
    },
    async turn() {
      turns.shift()?.();
      await Promise.resolve();
    },
  };
}

test('what waits for its turn is edited then, in order, and the source gives no more meanwhile', async () => {
  const { edited, told, give, end, turn } = turnWorld(['a', 'b', 'c']);
  assert.equal(give(), false);
  edited.resume();
  assert.deepEqual(told, []);
  await turn();
  assert.deepEqual(told.splice(0), ['A', 'resume']);
  give();
  assert.equal(give(), false, 'one that does not pause at once');
  end();
  assert.deepEqual(told, []);
  await turn();
  assert.deepEqual(told, ['B', 'C', '.', 'end']);
});

test('a reader without room resumes the source when it has some, and not before its turn', async () => {
  const { edited, told, give, room, turn } = turnWorld(['a'.repeat(70_000), 'b']);
  room(false);
  give();
  await turn();
  assert.deepEqual(told.splice(0), ['A'.repeat(65_536)]);
  give();
  room(true);
  edited.resume();
  assert.deepEqual(told.splice(0), ['A'.repeat(70_000 - 65_536)]);
  await turn();
  assert.deepEqual(told, ['B', 'resume']);
});

test('what breaks off, or is given up, while it waits for its turn is edited no more', async () => {
  for (const how of ['fail', 'cancel'] as const) {
    const { edited, told, give, fail, turn } = turnWorld(['a']);
    give();
    if (how === 'fail') fail();
    else edited.cancel(new Error('gone'));
    await turn();
    assert.deepEqual(told, [how === 'fail' ? 'broken' : 'cancel']);
  }
});
