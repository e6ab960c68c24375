/*
 * T55: values in every part of a request that a caller writes freely, and in what upstream says back. Whatever became of the request, none of them is found in what is kept and told of it: the
 * journal with what is kept beside it, unpacked, its catalog, what each kind of receiver gets in each format, what is copied to a bucket, what a session is exported as, the log, the metrics.
 */
import assert from 'node:assert/strict';
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import { verifierKey } from '../../src/recording/checkpoint.ts';
import { trustedKeys } from '../../src/recording/key-notes.ts';
import { Mirror } from '../../src/storage/places/mirror.ts';
import { s3Place } from '../../src/storage/places/s3-place.ts';
import type { Canary } from '../canary-world/canary.ts';
import { Searcher } from '../canary-world/searcher.ts';
import { zstdFrames } from '../canary-world/zstd-frames.ts';
import { runChild } from '../support/child.ts';
import { CLI } from '../support/gateway-process.ts';
import { PLACED } from '../support/placed-journal.ts';
import { type AskOptions, type SmallWorld, startSmallWorld } from '../support/small-world.ts';
import { startHook, startSyslog, type ToldPlace } from './told-places.ts';

const canaries: Canary[] = [];

/** A token that stands nowhere else, of a look that detectors know; put where `place` says. */
function planted(place: string): string {
  const value = `ghp_${createHash('sha512').update(place).digest('base64').replaceAll(/[+/=]/g, '').slice(0, 36)}`;
  canaries.push({ id: place, value: Buffer.from(value.slice(4)) });
  return value;
}

const own = '/api/v1/namespaces/shop/configmaps';
const json = { 'content-type': 'application/json' };
const configMap = (part: object) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop' }, ...part });

const requests: readonly AskOptions[] = [
  ...[
    `/api/v1/namespaces/${planted('namespace')}/pods`,
    `/api/v1/namespaces/shop/pods/${planted('name')}`,
    `/api/v1/namespaces/shop/${planted('resource')}`,
    `/api/v1/namespaces/shop/pods/web/${planted('subresource')}`,
    `/apis/${planted('group')}/v1/things`,
    `/apis/apps/${planted('version')}/deployments`,
    `/${planted('path')}/healthz`,
    `/version/${planted('path behind')}`,
    `/api/v1/pods?labelSelector=a%3D${planted('label selector')}`,
    `/api/v1/pods?fieldSelector=metadata.name%3D${planted('field selector')}`,
    `/api/v1/pods?continue=${planted('continue')}&resourceVersion=${planted('resource version')}`,
    `/api/v1/pods?${planted('query key')}=x&y=${planted('query value')}`,
    `/api/v1/namespaces/shop/pods/web/log?container=${planted('container of a log')}`,
    `/api/v1/namespaces/shop/pods/web/exec?command=${planted('command')}&container=${planted('container of an exec')}`,
    `/api/v1/namespaces/shop/pods/web/portforward?ports=${planted('ports')}`,
    `/api/v1/namespaces/shop/services/${planted('proxied service')}/proxy/${planted('proxied path')}?a=${planted('proxied query')}`,
  ].map((uri) => ({ uri })),
  {
    uri: own,
    headers: {
      'user-agent': planted('user agent'),
      accept: `application/json;as=${planted('accept')}`,
      cookie: planted('cookie'),
      'kubectl-command': `kubectl get ${planted('command of kubectl')}`,
      'kubectl-session': planted('session of kubectl'),
      'x-request-id': planted('request id'),
      traceparent: planted('trace'),
      'audit-id': planted('audit id'),
    },
  },
  { method: 'POST', uri: own, headers: { 'content-type': `application/json; charset=${planted('charset')}` }, body: configMap({}) },
  { method: 'POST', uri: own, headers: { 'content-type': `text/${planted('media type')}` }, body: configMap({}) },
  { method: 'POST', uri: own, headers: json, body: configMap({ data: { a: planted('data'), [planted('key')]: 'x' } }) },
  { method: 'POST', uri: own, headers: json, body: configMap({ kind: planted('kind'), apiVersion: planted('apiVersion') }) },
  { method: 'POST', uri: own, headers: json, body: configMap({ metadata: { name: planted('other name'), namespace: planted('other namespace') } }) },
  { method: 'POST', uri: own, headers: json, body: `{"a": ${planted('no JSON')}}` },
  { method: 'POST', uri: own, headers: json, body: `{"${planted('twice')}":1,"ghp_${canaries.at(-1)?.value.toString()}":2}` },
  { method: 'POST', uri: own, headers: { 'content-type': 'application/yaml' }, body: `a: [${planted('no YAML')}\nb: &${planted('anchor')} 1` },
  ...(['merge-patch', 'json-patch', 'strategic-merge-patch'] as const).map((type) => ({
    method: 'PATCH' as const,
    uri: `${own}/settings?fieldManager=${planted(`${type}: manager`)}`,
    headers: { 'content-type': `application/${type}+json` },
    body:
      type === 'json-patch'
        ? JSON.stringify([
            { op: 'add', path: `/data/${planted('a place')}`, value: 'x' },
            { op: 'add', path: '', value: planted('the root'), [planted('member')]: planted('of a member') },
            { op: 'test', path: '/data/a', value: planted('a test') },
          ])
        : JSON.stringify({ data: { [planted(`${type}: key`)]: planted(`${type}: value`) } }),
  })),
  { method: 'PATCH', uri: `${own}/settings`, headers: { 'content-type': 'application/json-patch+json' }, body: `[{"op":"${planted('op')}","path":"${planted('no pointer')}"}]` },
  { method: 'DELETE', uri: `${own}/nobody`, headers: json, body: JSON.stringify({ propagationPolicy: planted('policy'), preconditions: { uid: planted('uid') } }) },
  { uri: own, headers: { 'impersonate-user': planted('impersonated') } },
  { uri: own, prefix: `/k8s/${planted('target')}` },
]; // biome-ignore format: a request a line

const said = planted('said by upstream');
const warned = planted('warned by upstream');
let isFailing = false;
let world: SmallWorld;
let places: Readonly<Record<'hook' | 'otel' | 'bucket' | 'syslog', ToldPlace>>;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-planted-'));
const localUrl = ({ port }: ToldPlace) => `http://127.0.0.1:${port}`;
before(async () => {
  const [hook, otel, bucket] = [await startHook(), await startHook(), await startHook()];
  const syslog = await startSyslog();
  places = { hook, otel, bucket, syslog };
  writeFileSync(join(folder, 'syslog.crt'), syslog.caPem);
  world = await startSmallWorld({
    policy: `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: all }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  - { id: all, effect: allow, verbs: ["*"], apiGroups: ["*"], resources: ["*", secrets], record: { bodies: full } }
  - { id: paths, effect: allow, verbs: ["*"], nonResourceURLs: ["*"] }
  - { id: powers, effect: allow, powers: [exec] }
`,
    config: `console: { port: 0 }
journal:
  sealEvery: 1s
  receivers:
    - { name: lines, file: { path: lines.jsonl } }
    - { name: audit, format: audit, file: { path: audit.jsonl } }
    - { name: ocsf, format: ocsf, file: { path: ocsf.jsonl } }
    - { name: hook, webhook: { url: "${localUrl(hook)}" } }
    - { name: otel, otlp: { url: "${localUrl(otel)}" } }
    - { name: syslog, syslog: { host: 127.0.0.1, port: ${syslog.port}, caFile: "${join(folder, 'syslog.crt')}" } }
    - { name: syslog-ocsf, format: ocsf, syslog: { host: 127.0.0.1, port: ${syslog.port}, caFile: "${join(folder, 'syslog.crt')}" } }
`,
    onLine(line) {
      // What is thrown where a refusal is logged is thrown out of the data path.
      if (!isFailing || !line.includes('"not authenticated"')) return;
      throw new Error(`unexpected ${planted('message of an unexpected error')}`, { cause: planted('its cause') });
    },
    front: {
      onRequest(asked, response) {
        if (!asked.url?.endsWith('/nobody')) return false;
        response.writeHead(422, { ...json, warning: `299 - "${warned}"` });
        response.end(
          JSON.stringify({
            kind: 'Status',
            apiVersion: 'v1',
            status: 'Failure',
            code: 422,
            message: said,
            details: { name: said, causes: [{ message: said, field: said }] },
          }),
        );
        return true;
      },
    },
  });
});
after(async () => {
  await world.stop();
  for (const place of Object.values(places)) place.close();
  rmSync(folder, { recursive: true });
});

/** Copies the journal to a bucket, until what was asked last is there. */
async function copyToBucket(): Promise<void> {
  const key = createPublicKey(createPrivateKey(readFileSync(join(world.folder, 'data', 'journal-signing.key'))));
  const trusted = (origin: string) => trustedKeys(verifierKey(origin, key), '');
  const keys = { accessKeyId: 'a', secretAccessKey: 'b' };
  const bucket = s3Place({ endpoint: localUrl(places.bucket), bucket: 'b' }, async () => keys);
  const mirror = new Mirror(join(world.folder, 'data', 'journal'), new Map([['far', bucket]]), trusted);
  while (!Buffer.concat(zstdFrames(places.bucket.said())).includes('pods/last')) {
    const { faults } = await mirror.copy([{ ...PLACED, targets: ['*'] }]);
    assert.deepEqual(faults, []);
    await pause(100);
  }
  mirror.close();
}

/** Every session, in each form in which one is exported. */
async function exported(): Promise<readonly Buffer[]> {
  const [program, ...cli] = CLI;
  const begun = (await world.events()).flatMap((event) => (event.type === 'exchange.begun' ? [event.session] : []));
  const outputs: Buffer[] = [];
  for (const session of new Set(begun))
    for (const format of ['jsonl', 'audit', 'ocsf', 'proven']) {
      const args = ['sessions', 'export', session, '--format', format, '--config', world.configFile];
      const { code, output } = await runChild(program, [...cli, ...args]);
      assert.equal(code, 0, output);
      outputs.push(Buffer.from(output));
    }
  return outputs;
}

test('T55: nothing that a caller writes anywhere in a request, or upstream says, is kept or told where it is known by its look', async () => {
  const token = await world.token('dev');
  for (const asked of requests) await world.ask({ token, ...asked });
  await world.ask({ uri: own, token: planted('token') });
  isFailing = true;
  const fault = await world.ask({ uri: own });
  isFailing = false;
  assert.deepEqual([fault.status, fault.body], [500, '']);
  assert.match(world.log(), /"error":"Error: unexpected [^"]*","msg":"a fault of the gateway"/);
  const last = await world.ask({ token, uri: '/api/v1/namespaces/shop/pods/last' });
  assert.equal(last.status, 404);
  for (;;) {
    const files = ['lines', 'audit', 'ocsf'].map((name) => readFileSync(join(world.folder, `${name}.jsonl`)));
    const told = [...files, places.hook.said(), places.otel.said(), places.syslog.said()];
    if (told.every((bytes) => bytes.includes('pods/last'))) break;
    await pause(20);
  }
  await copyToBucket();
  const searcher = new Searcher(canaries);
  const files = readdirSync(world.folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const read = files.map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name))] as const);
  const metrics = await (await request(`${world.gateway.privateUrl}/metrics`)).body.text();
  const all = [
    ...read,
    ...(await exported()).map((bytes) => ['exported', bytes] as const),
    ...Object.entries(places).map(([name, place]) => [name, place.said()] as const),
    ['log', Buffer.from(world.log())],
    ['metrics', Buffer.from(metrics)],
  ] as const;
  const unpacked = all.flatMap(([name, bytes]) => zstdFrames(bytes).map((frame) => [name, frame] as const));
  assert.ok(unpacked.length > 3, 'what is kept is packed');
  const hits = [...all, ...unpacked].flatMap(([name, bytes]) =>
    searcher.in(bytes).map(({ canary, around }) => `${name}: ${canary}: ${around}`),
  );
  assert.deepEqual(hits, []);
});
