import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { startChild } from '../support/child.ts';

const FILE = join(import.meta.dirname, '../support/exit-in-order.ts');

for (const [signal, code] of [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const) {
  test(`what started a cluster clears up all that it started at ${signal}`, async () => {
    const program = `
      import { exitInOrder } from ${JSON.stringify(FILE)};
      exitInOrder();
      process.once('exit', () => console.log('cleared up'));
      console.log('started');
      setInterval(() => {}, 1000);`;
    const child = startChild(process.execPath, ['--input-type=module', '--eval', program]);
    await child.until(/started/);
    child.kill(signal);
    assert.equal(await child.ended, code);
    assert.match(child.said(), /cleared up/);
  });
}
