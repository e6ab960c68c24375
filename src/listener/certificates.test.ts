import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type CertificatePair, watchCertificateFiles } from './certificates.ts';
import { keepRenewed, openLocalCa, renewsAt } from './local-ca.ts';

const root = mkdtempSync(join(tmpdir(), 'certificates-'));
after(() => rmSync(root, { recursive: true }));
let folders = 0;
const newFolder = () => join(root, `${folders++}`);
const DAY = 86_400_000;
const clockAt = (nowMs: number) => ({ now: () => nowMs, monotonic: () => nowMs });
const clock = clockAt(Date.now());

test('an authority is made once, kept so that its owner alone reads it, and certifies names and addresses', async () => {
  const folder = newFolder();
  const ca = await openLocalCa(folder, clock);
  const again = await openLocalCa(folder, clock);
  assert.equal(again.caPem, ca.caPem);
  assert.deepEqual(readdirSync(folder), ['local-ca.pem']);
  assert.equal(statSync(join(folder, 'local-ca.pem')).mode & 0o777, 0o600);
  assert.doesNotMatch(ca.caPem, /PRIVATE/);
  const { certPem, keyPem } = await again.certify(['gateway.example', '127.0.0.1', '::1']);
  const certificate = new X509Certificate(certPem);
  const authority = new X509Certificate(ca.caPem);
  assert.ok(certificate.verify(authority.publicKey) && certificate.checkIssued(authority));
  assert.equal(certificate.ca, false);
  assert.equal(certificate.subjectAltName, 'DNS:gateway.example, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
  assert.match(keyPem, /^-----BEGIN PRIVATE KEY-----/);
  assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
  assert.ok(certificate.validToDate.getTime() - clock.now() <= 30 * DAY);
});

test('of many first starts at once all get one authority', async () => {
  const folder = newFolder();
  const all = await Promise.all([1, 2, 3].map(() => openLocalCa(folder, clock)));
  assert.equal(new Set(all.map((ca) => ca.caPem)).size, 1);
  assert.deepEqual(readdirSync(folder), ['local-ca.pem']);
});

test('an authority that others may read, that is damaged or has ended is refused and not replaced', async () => {
  const folder = newFolder();
  const path = join(folder, 'local-ca.pem');
  const { caPem } = await openLocalCa(folder, clock);
  await assert.rejects(openLocalCa(folder, clockAt(clock.now() + 4000 * DAY)), /it ended on/);
  chmodSync(path, 0o640);
  await assert.rejects(openLocalCa(folder, clock), /others than its owner may read it: `chmod 600` it$/);
  chmodSync(path, 0o600);
  for (const text of ['', caPem, 'garbage']) {
    writeFileSync(path, text);
    await assert.rejects(openLocalCa(folder, clock), /holds no certificate with its key$/);
    assert.equal(readFileSync(path, 'utf8'), text);
  }
});

test('a serving certificate is renewed when a third of its time is left', async () => {
  const ca = await openLocalCa(newFolder(), clock);
  const first = await ca.certify(['localhost']);
  assert.ok(renewsAt(first) > clock.now() + 19 * DAY && renewsAt(first) < clock.now() + 21 * DAY);
  let nowMs = clock.now();
  const renewed = Promise.withResolvers<CertificatePair>();
  const stop = keepRenewed(ca, first, ['localhost'], {
    clock: { now: () => nowMs, monotonic: () => nowMs },
    pollMs: 1,
    onRenewed: renewed.resolve,
    onFailure: renewed.reject,
  });
  nowMs = renewsAt(first);
  assert.notEqual((await renewed.promise).certPem, first.certPem);
  stop();
});

test('a certificate is read again when its files change, and a pair that cannot be used leaves the one before in force', async () => {
  const folder = newFolder();
  const ca = await openLocalCa(folder, clock);
  const [certificateFile, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  const put = ({ certPem, keyPem }: CertificatePair) => {
    for (const [file, text] of [
      [certificateFile, certPem],
      [keyFile, keyPem],
    ] as const) {
      writeFileSync(`${file}.new`, text);
      renameSync(`${file}.new`, file);
    }
  };
  const [one, two] = [await ca.certify(['one']), await ca.certify(['two'])];
  put(one);
  const told: (CertificatePair | Error)[] = [];
  let onTold: () => void = () => {};
  const next = () => new Promise<void>((resolve) => (onTold = resolve));
  const tell = (what: CertificatePair | Error) => {
    told.push(what);
    onTold();
  };
  const files = await watchCertificateFiles({
    certificateFile,
    keyFile,
    onChange: tell,
    onFailure: tell,
    clock,
    pollMs: 50,
  });
  assert.deepEqual(files.current, one);
  const broken: readonly (readonly [CertificatePair, RegExp])[] = [
    [{ certPem: two.certPem, keyPem: one.keyPem }, /the key belongs to another certificate/],
    [{ certPem: 'garbage', keyPem: one.keyPem }, /./],
    [{ certPem: two.certPem, keyPem: two.keyPem.slice(0, 60) }, /./],
    // Of the chain, what the certificate itself does not show: TLS reads all of it.
    [{ certPem: `${two.certPem}\n${two.certPem.slice(0, 200)}\n-----END CERTIFICATE-----\n`, keyPem: two.keyPem }, /./],
  ];
  for (const [pair, message] of broken) {
    const isTold = next();
    put(pair);
    await isTold;
    const failure = told.pop();
    assert.ok(failure instanceof Error && message.test(failure.message));
    assert.equal(files.failure, failure.message);
    assert.deepEqual(files.current, one);
  }
  const isTold = next();
  put(two);
  await isTold;
  assert.deepEqual(told.pop(), two);
  assert.deepEqual([files.current, files.failure], [two, undefined]);

  const isGone = next();
  rmSync(keyFile);
  await isGone;
  assert.match(files.failure ?? '', /ENOENT/);
  put(two); // what is in force is there again: nothing is told, and nothing is wrong any more
  while (files.failure !== undefined) await setImmediate();
  assert.ok(told.every((what) => what instanceof Error && /ENOENT/.test(what.message)));
  files.close();
});

test('a pair that a listener does not take is told, and the next one is shown all the same', async () => {
  const folder = newFolder();
  const ca = await openLocalCa(folder, clock);
  const [certificateFile, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  const put = ({ certPem, keyPem }: CertificatePair) => {
    writeFileSync(keyFile, keyPem);
    writeFileSync(certificateFile, certPem);
  };
  const pairs = await Promise.all(['one', 'two', 'three'].map((name) => ca.certify([name])));
  const [one, two, three] = pairs as [CertificatePair, CertificatePair, CertificatePair];
  put(one);
  const [shown, refused] = [Promise.withResolvers<CertificatePair>(), Promise.withResolvers<Error>()];
  const onChange = (pair: CertificatePair) => {
    if (pair.certPem === two.certPem) throw new Error('not by this one');
    shown.resolve(pair);
  };
  const files = await watchCertificateFiles({
    certificateFile,
    keyFile,
    onChange,
    onFailure: (error) => /not by/.test(error.message) && refused.resolve(error),
    clock,
    pollMs: 50,
  });
  put(two);
  await refused.promise;
  assert.deepEqual([files.current, files.failure], [one, 'not by this one']);
  put(three);
  assert.deepEqual(await shown.promise, three);
  files.close();
});

test('a first certificate that cannot be used is an error, and so is one that has ended', async () => {
  const folder = newFolder();
  const ca = await openLocalCa(folder, clock);
  const { certPem, keyPem } = await ca.certify(['one']);
  const [certificateFile, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  const open = (at = clock) =>
    watchCertificateFiles({ certificateFile, keyFile, onChange: () => {}, onFailure: () => {}, clock: at });
  await assert.rejects(open(), /ENOENT/);
  writeFileSync(certificateFile, certPem);
  writeFileSync(keyFile, keyPem);
  await assert.rejects(open(clockAt(clock.now() + 31 * DAY)), /the certificate ended on/);
});
