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
  return { edited: editedSource(source, editor, (work) => work()), sink, told, taken };
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
  assert.deepEqual(told, ['end x=1']);
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
