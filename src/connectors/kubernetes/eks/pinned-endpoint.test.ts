import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { changedEndpoint, pinnedEndpoint } from './pinned-endpoint.ts';

const folder = mkdtempSync(join(tmpdir(), 'pin-'));
after(() => rmSync(folder, { recursive: true }));
const prod = { cluster: 'prod', region: 'eu-west-1' };
const here = { server: 'https://a.eks.amazonaws.com', caPem: '-----BEGIN CERTIFICATE-----\na\n' };
const there = { server: 'https://b.eks.amazonaws.com', caPem: '-----BEGIN CERTIFICATE-----\nb\n' };

test('what AWS said first is in force from then on, whatever it says later', async () => {
  const file = join(folder, 'deep', 'one.json');
  assert.deepEqual(await pinnedEndpoint(file, prod, async () => here), here);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const { server, caPem } = await pinnedEndpoint(file, prod, () => assert.fail('AWS was asked'));
  assert.deepEqual({ server, caPem }, here);
  assert.equal(await changedEndpoint(file, here, async () => here), '');
  const said = await changedEndpoint(file, here, async () => there);
  assert.match(
    said,
    /^AWS now names the endpoint https:\/\/b\S+, not https:\/\/a\S+ and another certificate authority: .* remove /,
  );
});

test('the same target for another cluster is asked for anew', async () => {
  const file = join(folder, 'two.json');
  await pinnedEndpoint(file, prod, async () => here);
  assert.deepEqual(await pinnedEndpoint(file, { ...prod, cluster: 'other' }, async () => there), there);
  assert.match(readFileSync(file, 'utf8'), /"cluster": "other"/);
});

test('a file that is no pin is told, and not written over', async () => {
  const file = join(folder, 'three.json');
  writeFileSync(file, '{"server":"http://plain"}');
  await assert.rejects(
    pinnedEndpoint(file, prod, async () => here),
    /is not what the gateway wrote: remove it/,
  );
  assert.equal(readFileSync(file, 'utf8'), '{"server":"http://plain"}');
});
