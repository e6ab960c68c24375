import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { pinnedEndpoint } from '../connectors/kubernetes/eks/pinned-endpoint.ts';
import { eksPinFile } from './eks-pin-file.ts';

const role = (account: string) => `arn:aws:iam::${account}:role/sallyport`;
const shop = { cluster: 'shop', region: 'eu-west-1' };
const endpoint = (letter: string) => ({
  server: `https://${letter}.eks.amazonaws.com`,
  caPem: `-----BEGIN CERTIFICATE-----\n${letter}\n`,
});

test('a target by API that takes a role of another account is not led to the cluster of the first one', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-pins-'));
  t.after(() => rmSync(folder, { recursive: true }));
  // What a target of the configuration with that name has pinned.
  const configured = eksPinFile(folder, 'api-main');
  mkdirSync(dirname(configured), { recursive: true });
  writeFileSync(configured, JSON.stringify({ ...shop, ...endpoint('c') }));
  for (const [account, letter] of [
    ['111122223333', 'a'],
    ['444455556666', 'b'],
  ] as const) {
    const file = eksPinFile(folder, 'main', role(account));
    assert.deepEqual(await pinnedEndpoint(file, shop, async () => endpoint(letter)), endpoint(letter));
    const { server } = await pinnedEndpoint(file, shop, () => assert.fail('AWS was asked'));
    assert.equal(server, endpoint(letter).server);
  }
});
