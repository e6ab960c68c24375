import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';

type Report = (
  stream: AsyncIterable<object>,
  out: { write(chunk: string): void },
  names: readonly string[],
) => Promise<object>;

const { report } = (await import(path.resolve('tools/reporter.mjs'))) as { readonly report: Report };

const ONE = path.resolve('test/one.test.ts');
const TWO = path.resolve('test/two.test.ts');
const SHARED = path.resolve('test/shared.ts');

function passed(name: string, file: string): object {
  return { type: 'test:pass', data: { name, file, nesting: 0, details: { duration_ms: 1000 } } };
}

function failed(name: string, file: string): object {
  const details = { duration_ms: 1, error: { failureType: 'testCodeFailure', cause: 'no' } };
  return { type: 'test:fail', data: { name, file, nesting: 0, line: 3, details } };
}

async function* events(...all: readonly object[]): AsyncGenerator<object> {
  yield* all;
}

function written() {
  let text = '';
  return {
    write(chunk: string) {
      text += chunk;
    },
    text: () => text,
  };
}

test('a test that is written in another module counts for the file that ends next', async () => {
  const stream = events(
    passed('a row', SHARED),
    passed('its own', ONE),
    passed(ONE, ONE),
    failed('a row', SHARED),
    passed(TWO, TWO),
  );
  const out = written();
  assert.deepEqual(await report(stream, out, ['test/one.test.ts', 'test/two.test.ts']), {
    passed: 2,
    failed: 1,
    failedFiles: [{ name: 'test/two.test.ts', passed: 0, failed: 1 }],
  });
  assert.match(out.text(), /^ok {3}test\/one\.test\.ts {2}2 passed {2}1\.0 s$/m);
  assert.match(out.text(), /^FAIL test\/two\.test\.ts {2}0 passed, 1 FAILED {2}1\.0 s$/m);
});

test('a figure that a test tells is shown where it passes too, and what it prints is not', async () => {
  const told = { type: 'test:diagnostic', data: { file: ONE, nesting: 1, message: 'p99 12.0 ms' } };
  const printed = { type: 'test:stdout', data: { file: ONE, message: 'noise\n' } };
  const out = written();
  await report(events(passed('its own', ONE), told, printed, passed(ONE, ONE)), out, ['test/one.test.ts']);
  assert.equal(out.text(), 'ok   test/one.test.ts  1 passed  1.0 s\n    p99 12.0 ms\n');
});
