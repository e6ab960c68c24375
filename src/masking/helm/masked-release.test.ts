import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { detection } from '../detect/detection.ts';
import type { InsideFound } from '../inside/inside-edits.ts';
import { maskedRelease, releaseBytesMax } from './masked-release.ts';

const builtIn = detection();
/** Written by the Helm that they are named after, of one chart: a Secret, a ConfigMap, a Deployment, a hook, notes and a file with planted values. */
const RELEASES: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL('../../../test/vectors/helm-releases.json', import.meta.url), 'utf8'),
);

const read = (written: string) =>
  gunzipSync(Buffer.from(Buffer.from(written, 'base64').toString('latin1'), 'base64')).toString('utf8');
const written = (json: string | Buffer) =>
  Buffer.from(Buffer.from(gzipSync(json).toString('base64'), 'latin1').toString('base64'), 'latin1');

function masked(record: Buffer): { readonly kind: string; readonly text: string; readonly found: readonly string[] } {
  const found: string[] = [];
  const maskOf = ({ detector, path, form }: InsideFound) => {
    found.push(`${detector} ${path}`);
    return form === 'base64' ? 'TUFTSw==' : 'MASK';
  };
  const release = maskedRelease(record, { detection: builtIn, encodedTimes: 2, maskOf });
  return { kind: release.kind, text: release.kind === 'masked' ? release.text : '', found };
}

for (const [helm, record] of Object.entries(RELEASES)) {
  test(`T46: a release of ${helm} is read, masked inside and written so that it reads as before`, () => {
    const { kind, text, found } = masked(Buffer.from(record));
    assert.equal(kind, 'masked');
    const before = read(record);
    const after = read(text);
    for (const canary of [
      'g1ven-c4nary-2',
      'v4lues-c4nary-0ne',
      'c0nfig-c4nary-1',
      'm4nifest c4nary',
      'of two lines',
      'kub3-c4nary',
      'env-c4nary-word',
      'h00k c4nary',
      'n0tes-c4nary',
      'f1le-c4nary',
    ]) {
      const forms = [canary, Buffer.from(canary).toString('base64').replaceAll('=', '')];
      for (const form of forms) assert.ok(!after.includes(form), `${canary} as ${form}`);
      assert.ok(!everyDecoded(after).some((inside) => inside.includes(canary)), `${canary} in a file`);
    }
    const [one, other] = [JSON.parse(before), JSON.parse(after)];
    assert.deepEqual(Object.keys(other), Object.keys(one));
    assert.equal(other.config.database.password, 'MASK');
    assert.equal(other.config.extra, one.config.extra);
    assert.equal(
      other.info.notes,
      `Your password is MASK and your word is m0re-c4nary.\nURL: postgres://app:MASK@db.prod.svc/app\n`,
    );
    assert.match(after, /"replicas":9007199254740992\}/);
    assert.match(
      other.manifest,
      /data:\n {2}password: TUFTSw==\n {2}word: "TUFTSw=="\nstringData:\n {2}written: \|\n {4}MASK\n/,
    );
    assert.match(other.manifest, /# <kept & as it is>\n {4}users:\n {4}- name: a\n {6}user: \{token: MASK\}/);
    assert.match(other.manifest, /checksum\/config: "[0-9a-f]{64}"/);
    assert.ok(found.includes('embedded-secret manifest.0.data.password'), found.join('\n'));
    assert.ok(found.includes('known info.notes'));
    assert.ok(found.includes('embedded-secret hooks.0.manifest.stringData.token'));
  });

  test(`T83: a release of ${helm} that holds nothing to mask stays as it is written; equal ones give equal bytes`, () => {
    assert.equal(masked(Buffer.from(record)).text, masked(Buffer.from(record)).text);
    const options = { detection: builtIn, encodedTimes: 2, maskOf: () => undefined } as const;
    assert.deepEqual(maskedRelease(Buffer.from(record), options), { kind: 'unchanged' });
    const once = Buffer.from(record, 'base64');
    assert.equal(maskedRelease(once, { ...options, encodedTimes: 1, maskOf: () => 'MASK' }).kind, 'masked');
  });
}

test('the objects of a manifest are judged by rules where there are some', () => {
  const manifest =
    'apiVersion: v1\nkind: ConfigMap\ndata: {a: "b c"}\n---\napiVersion: v1\nkind: Secret\ndata: {a: Yg==}\n';
  const seen: string[] = [];
  const release = maskedRelease(written(JSON.stringify({ manifest, config: { a: 1 } })), {
    detection: builtIn,
    encodedTimes: 2,
    maskOf: ({ path }) => `MASK-${path}`,
    *objectValues(object, path) {
      for (const { key, node } of object.entries) {
        seen.push(`${path}.${key}`);
        const [first] = node.kind === 'map' ? node.entries : [];
        if (first?.node.kind === 'scalar')
          yield {
            scalar: first.node,
            path: `${path}.${key}.${first.key}`,
            key: first.key,
            form: 'text',
            detector: 'rule',
          };
      }
    },
  });
  assert.equal(release.kind, 'masked');
  assert.equal(
    JSON.parse(read(release.kind === 'masked' ? release.text : '')).manifest,
    'apiVersion: v1\nkind: ConfigMap\ndata: {a: "MASK-manifest.0.data.a"}\n---\napiVersion: v1\nkind: Secret\ndata: {a: MASK-manifest.1.data.a}\n',
  );
  assert.deepEqual(seen, [
    'manifest.0.apiVersion',
    'manifest.0.kind',
    'manifest.0.data',
    'manifest.1.apiVersion',
    'manifest.1.kind',
    'manifest.1.data',
  ]);
});

test('what is no release, or unpacks to more than its bound, is to be masked whole', () => {
  const bomb = gzipSync(Buffer.alloc(releaseBytesMax + 1, 0x20), { level: 9 });
  const rows = [
    Buffer.from('no base64!'),
    Buffer.from('aGVsbG8='),
    written('[]'),
    written('{"manifest":'),
    written(Buffer.alloc(10)),
    Buffer.from(Buffer.from(bomb.toString('base64')).toString('base64')),
    Buffer.from(Buffer.from(gzipSync('{}').subarray(0, 12).toString('base64')).toString('base64')),
  ];
  for (const row of rows) assert.equal(masked(row).kind, 'unreadable', row.toString('latin1').slice(0, 20));
});

test('fields of a shape that Helm does not write are masked all the same, however often they stand there', () => {
  const json =
    '{"manifest":{"password":"c0rrect-h0rse"},"manifest":"kind: Secret\\ndata: {a: eDF5Mno=}\\n","hooks":[{"manifest":["token=x9y8z7w6v5"]},"token=x9y8z7w6v5"],"hooks":{"password":"c0rrect-h0rse"},"chart":[{"password":"c0rrect-h0rse"}],"config":"password: c0rrect-h0rse"}';
  const after = read(masked(written(json)).text);
  assert.doesNotMatch(after, /h0rse|x9y8|eDF5/);
  assert.doesNotThrow(() => JSON.parse(after));
});

/** All that stands in base64 in a text. */
function everyDecoded(text: string): readonly string[] {
  return [...text.matchAll(/[A-Za-z0-9+/]{16,}={0,2}/g)].map(([found]) =>
    Buffer.from(found, 'base64').toString('utf8'),
  );
}
