import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Serve } from '../../listener/exchange.ts';
import type { RawRequest } from '../../model/request.ts';
import { tracedServe } from './traced-serve.ts';
import type { SpanFacts, Tracing } from './tracing.ts';

test('a method that is none is told as `_OTHER`, and names no step', async () => {
  const begun: (readonly [string, unknown])[] = [];
  const tracing: Tracing = {
    begin(_, name, facts: SpanFacts) {
      begun.push([name, facts['http.request.method']]);
      return { context: { traceId: '1'.repeat(32), spanId: '1'.repeat(16), isSampled: true } as never, end() {} };
    },
    async close() {},
  };
  const answered = { status: 405 } as unknown as Awaited<ReturnType<Serve>>;
  const serve = tracedServe(
    async () => answered,
    tracing,
    () => false,
  );
  for (const method of ['GET', 'x'.repeat(9_000), 'get'])
    await serve(
      'prod',
      { method, httpVersion: '1.1', id: 'x', peer: '192.0.2.1', rawHeaders: [] } as unknown as RawRequest,
      new AbortController().signal,
    );
  assert.deepEqual(begun, [
    ['GET prod', 'GET'],
    ['HTTP prod', '_OTHER'],
    ['HTTP prod', '_OTHER'],
  ]);
});
