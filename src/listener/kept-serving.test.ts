import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { CertificatePair } from './certificates.ts';
import { keptServing } from './kept-serving.ts';
import { openLocalCa } from './local-ca.ts';

const root = mkdtempSync(join(tmpdir(), 'kept-serving-'));
after(() => rmSync(root, { recursive: true }));
const NOW = Date.now();
const DAY = 86_400_000;
const clockAt = (nowMs: number) => ({ now: () => nowMs, monotonic: () => nowMs });
const NAMES = ['localhost', 'gateway.test', '127.0.0.1', '::1'];

/** Chain and key without the white space between them. */
function blocks({ certPem, keyPem }: CertificatePair): CertificatePair {
  const chain = certPem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  assert.equal(chain.length, 2);
  return { certPem: chain.join('\n'), keyPem: keyPem.trim() };
}

/** A folder in which a certificate is kept, and what the next start does with it. */
async function kept() {
  const folder = mkdtempSync(join(root, 'data-'));
  const path = join(folder, 'local-serving.pem');
  const serving = async (nowMs = NOW, names: readonly string[] = NAMES): Promise<CertificatePair> =>
    keptServing(await openLocalCa(folder, clockAt(nowMs)), folder, clockAt(nowMs))
      .certify(names)
      .then(blocks);
  return { folder, path, serving, first: await serving() };
}

test('the certificate of one start is that of the next, and its owner alone reads it', async () => {
  const { folder, path, serving, first } = await kept();
  assert.deepEqual(await serving(), first);
  assert.deepEqual(await serving(NOW + 19 * DAY, ['localhost', '::1']), first);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(folder).sort(), ['local-ca.pem', 'local-serving.pem']);
});

const OTHERS: readonly (readonly [string, (folder: string, path: string) => unknown, number?, (readonly string[])?])[] =
  [
    ['it is due to be renewed', () => {}, NOW + 21 * DAY],
    ['it is of a later time than the clock’s', () => {}, NOW - DAY],
    ['a name is new', () => {}, NOW, [...NAMES, 'other.test']],
    ['an address is new', () => {}, NOW, [...NAMES, '10.0.0.1']],
    ['others may read its key', (_folder, path) => chmodSync(path, 0o640)],
    ['it is gone', (_folder, path) => rmSync(path)],
    ['it is damaged', (_folder, path) => writeFileSync(path, readFileSync(path, 'utf8').slice(0, 300))],
    ['the authority is another', (folder) => rmSync(join(folder, 'local-ca.pem'))],
    [
      'its key is another’s',
      async (_folder, path) => {
        const other = await kept();
        writeFileSync(path, `${new X509Certificate(readFileSync(path)).toString()}\n${other.first.keyPem}`);
      },
    ],
  ];

for (const [name, change, nowMs, names] of OTHERS) {
  test(`a new one is made and kept where ${name}`, async () => {
    const { folder, path, serving, first } = await kept();
    await change(folder, path);
    const second = await serving(nowMs, names);
    assert.notEqual(second.certPem, first.certPem);
    assert.deepEqual(await serving(nowMs, names), second);
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });
}
