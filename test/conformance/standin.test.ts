import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startStandin } from '../../demo/standin/standin.ts';
import { apiServerExchanges } from './api-server-exchanges.ts';
import { type Observed, runExchanges } from './exchange.ts';
import { recordedExchanges } from './recorded-exchanges.ts';

const recorded = recordedExchanges('1.35');
let observed: Readonly<Record<string, Observed>> = {};

before(async () => {
  const standin = await startStandin({ hasShop: false, impersonatedMayAll: false });
  try {
    observed = await runExchanges(
      { url: standin.url, caPem: standin.caPem, token: standin.adminToken },
      apiServerExchanges,
    );
  } finally {
    await standin.close();
  }
});

after(() => {
  observed = {};
});

test('what is recorded is of these exchanges, and each has a name of its own', () => {
  const names = apiServerExchanges.map((exchange) => exchange.name);
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(Object.keys(recorded), names);
  assert.deepEqual(Object.keys(recordedExchanges('1.37')), names);
});

for (const { name } of apiServerExchanges) {
  test(`the stand-in answers as the API server: ${name}`, () => {
    assert.deepEqual(observed[name], recorded[name]);
  });
}
