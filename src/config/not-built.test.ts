import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { z } from 'zod';
import { parseConfig } from './load.ts';
import { parsePolicies } from './parse-policies.ts';
import { policySchema } from './policy-schema.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-not-built-'));
writeFileSync(join(folder, 'kubeconfig'), '');
writeFileSync(join(folder, 'p.yaml'), '');
after(() => rmSync(folder, { recursive: true }));

function configFindings(more: string): readonly string[] {
  const text = `apiVersion: sallyport.dev/v1
kind: Gateway
issuers: [{ name: main, url: https://issuer.test, audiences: [a] }]
targets: [{ name: prod, kubeconfig: { file: kubeconfig } }]
policy: { files: [p.yaml] }
${more}
`;
  const loaded = parseConfig(join(folder, 'sallyport.yaml'), text, { guards: new Set() });
  return 'config' in loaded ? [] : loaded.findings.map(({ path, line, message }) => `${line} ${path}: ${message}`);
}

/** The keys of an object in a JSON Schema, by the way to it. */
function keysAt(schema: object, way: readonly string[]): readonly string[] {
  type Node = { readonly items?: Node; readonly properties?: Readonly<Record<string, Node>> };
  const found = way.reduce(
    (node, key) => (key === 'items' ? node.items : node.properties?.[key]) ?? {},
    schema as Node,
  );
  return Object.keys(found.properties ?? {});
}

function policyFindings(rule: string, more = ''): readonly string[] {
  const text = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ everyone: true }]
targets: ['*']
rules:
  - { verbs: [get], apiGroups: [''], resources: [pods], ${rule} }
${more}
`;
  const parsed = parsePolicies([{ path: 'p.yaml', text }]);
  return 'rules' in parsed ? [] : parsed.findings.map(({ path, line, message }) => `${line} ${path}: ${message}`);
}

suite('what is not built yet is refused at its place, and says what it will be', () => {
  const configs = [
    ['control: { policyByApi: true }', 'control.policyByApi', 'whether policy can be proposed by API'],
  ] as const;
  for (const [text, path, what] of configs) {
    test(`configuration: ${path}`, () => {
      assert.deepEqual(configFindings(text), [`6 ${path}: not built yet: ${what}; leave the key out`]);
    });
  }
});

test('its form is checked all the same: a mistake in it is told as a mistake', () => {
  assert.deepEqual(policyFindings('effect: allow, record: { body: none }'), [
    '7 rules[0].record.body: unknown key `body`',
  ]);
  assert.deepEqual(configFindings('control: { policyByApi: maybe }').length, 1);
});

test('of a hold and of an approval, what nobody serves yet is refused at its place, and the rest is taken', () => {
  const served =
    'approvers: [{ groups: [leads] }, { subjects: [a] }], quorum: 2, waitMax: 10m, answerFrom: [console, cli]';
  const whole = `${served}, upgradeWaitMax: 50s, claimFor: 10m, pin: uid, intent: call, lifts: [namespace-labels], escalate: [{ after: 5m, approvers: [{ groups: [b] }] }]`;
  assert.deepEqual(policyFindings(`effect: hold, hold: { ${whole} }`), []);
  assert.deepEqual(policyFindings(`effect: hold, hold: { ${whole.replace('call', 'command')} }`), []);
  const more =
    'novel: 30d, fresh: 15m, breakGlass: { callers: [{ groups: [sre] }] }, delegate: true, answerFrom: [console, cli], approvers: [{ groups: [leads] }]';
  assert.deepEqual(policyFindings(`effect: hold, hold: { ${more} }`), []);
  assert.deepEqual(policyFindings('effect: hold, helm: true, hold: { intent: helm }'), []);
  assert.deepEqual(policyFindings('effect: hold, hold: { auto: [{ answer: reject, cooldown: 15m }] }'), []);
  for (const mistake of [
    'signed: true, enrolled: true, breakGlass: { callers: [{ groups: [sre] }] }',
    'signed: true, enrolled: true, delegate: true',
    'signed: true, enrolled: true, answerFrom: [cli, slack]',
    'fresh: 15m, answerFrom: [cli, slack]',
    'auto: [{ answer: approve, cooldown: 15m }]',
    'breakGlass: { callers: [{ kind: autonomous }] }',
    'breakGlass: { callers: [{}] }',
    'breakGlass: { callers: [{ groups: [sre] }] }, lifts: [rbac], quorum: 2',
    'intent: helm',
    'signed: true, enrolled: true, auto: [{ answer: approve }]',
  ])
    assert.equal(policyFindings(`effect: hold, hold: { ${mistake} }`).length, 1, mistake);
  const everyone = policyFindings('effect: hold, hold: { breakGlass: { callers: [{ everyone: true }] } }');
  assert.match(everyone.join(), /everyone/);
  const way = ['rules', 'items', 'hold', 'breakGlass', 'callers', 'items'];
  assert.deepEqual(
    keysAt(z.toJSONSchema(policySchema, { io: 'input' }), way),
    ['subjects', 'groups', 'issuers', 'labels', 'kind'],
    'what is refused is no key of the schema',
  );
  assert.deepEqual(
    policyFindings('effect: hold, hold: { breakGlass: { callers: [{ groups: [sre], kind: person }] } }'),
    [],
  );
  const request = 'request: { forMax: 10m, usesMax: 5, idleMax: 5m, livePerCallerMax: 5, bindTo: run, approval:';
  for (const asked of ['none', `{ ${served} }`])
    assert.deepEqual(policyFindings(`effect: request, ${request} ${asked} }`), []);
  for (const [kept, other] of [
    ['cli]', 'cli, slack]'],
    ['{ subjects: [a] }', '{ namespaceLabel: owner }'],
  ] as const)
    assert.match(
      policyFindings(`effect: request, ${request} { ${served.replace(kept, other)} } }`).join(),
      /^7 rules\[0\]\.request\.approval\.\S+: not built yet: /,
      'of a grant',
    );
  const keys = ['answerFrom: [console]', 'answerFrom: [cli, teams]'];
  const escalated = `{ ${served}, escalate: [{ after: 5m, approvers: [{ groups: [b] }] }] }`;
  assert.match(policyFindings(`effect: request, ${request} ${escalated} }`).join(), /not built yet/, 'of a grant');
  for (const key of keys) {
    const found = policyFindings(`effect: hold, hold: { ${key} }`);
    assert.ok(found.length === 1 && / not built yet: /.test(found[0] as string), `${key}: ${found}`);
  }
});

test('who wants signatures says by which keys, and keys are lines that the console shows', () => {
  const line = `webauthn:${'a'.repeat(22)}:${'b'.repeat(100)}`;
  const found = (hold: string) => policyFindings(`effect: hold, hold: { ${hold} }`);
  assert.deepEqual(found(`approvers: [{ subjects: [a], keys: ["${line}"] }], signed: true`), []);
  assert.deepEqual(found('approvers: [{ subjects: [a] }], signed: true, enrolled: true'), []);
  assert.match(found('approvers: [{ subjects: [a] }], signed: true')[0] as string, /nobody could sign/);
  assert.match(found('approvers: [{ subjects: [a] }], enrolled: true')[0] as string, /say `signed: true` too/);
  assert.match(found(`approvers: [{ subjects: [a], keys: ["${line}"] }]`)[0] as string, /say `signed: true` too/);
  assert.match(
    found('approvers: [{ subjects: [a], keys: [k] }], signed: true')[0] as string,
    /as the console shows it/,
  );
  assert.match(found(`approvers: [{ keys: ["${line}"] }], signed: true`)[0] as string, /expected a condition/);
});

test('keys stand beside one person alone', () => {
  const line = `webauthn:${'a'.repeat(22)}:${'b'.repeat(100)}`;
  const keys = `keys: ["${line}"]`;
  const found = (terms: string) => policyFindings(`effect: hold, hold: { ${terms}, signed: true }`);
  const several = [
    'subjects: [a, b]',
    'subjects: ["a*"]',
    'subjects: ["*"]',
    'groups: [leads]',
    'subjects: [a], groups: [leads]',
  ];
  for (const who of several) {
    assert.match(found(`approvers: [{ ${who}, ${keys} }]`).join(), /`keys` are one person’s/, who);
    const later = `escalate: [{ after: 1m, approvers: [{ ${who}, ${keys} }] }]`;
    assert.match(found(`approvers: [{ subjects: [a], ${keys} }], ${later}`).join(), /`keys` are one person’s/, who);
    const asked = policyFindings(
      `effect: request, request: { approval: { approvers: [{ ${who}, ${keys} }], signed: true } }`,
    );
    assert.match(asked.join(), /`keys` are one person’s/, who);
  }
  assert.deepEqual(found(`approvers: [{ subjects: [a], ${keys} }, { subjects: [b], ${keys} }, { groups: [c] }]`), []);
});

test('a guard is lifted by name, where a person may lift it, for what a rule names', () => {
  const lifting = (lifts: string, more = '') => policyFindings(`effect: hold, hold: { lifts: [${lifts}]${more} }`);
  assert.deepEqual(lifting('deletions'), []);
  assert.match(lifting('tokens')[0] as string, /lifted by nobody’s yes/);
  assert.match(lifting('rbac')[0] as string, /lifted by two persons/);
  assert.deepEqual(lifting('rbac', ', quorum: 2'), []);
  assert.deepEqual(lifting('rbac', ', signed: true, enrolled: true'), []);
  assert.match(lifting('nothing')[0] as string, /no guard that can be lifted/);
  assert.match(lifting('deletions', ', auto: [{ answer: approve }]')[0] as string, /asks a person/);
  assert.deepEqual(lifting('deletions', ', auto: [{ answer: reject }]'), []);
  const wide = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ everyone: true }]
targets: ['*']
rules:
  - { effect: hold, verbs: ['*'], apiGroups: [''], resources: [namespaces], hold: { lifts: [deletions] } }
`;
  const parsed = parsePolicies([{ path: 'p.yaml', text: wide }]);
  assert.ok('findings' in parsed);
  assert.match(parsed.findings[0]?.message ?? '', /names its verbs, groups and resources, without `\*`/);
  assert.match(policyFindings('effect: allow, hold: { quorum: 1 }')[0] as string, /only a hold asks a person/);
});

test('what has ended is kept in the store for a day at least, as its idempotency keys are good for', () => {
  assert.deepEqual(configFindings('store: { keepFor: 1d }'), []);
  assert.match(configFindings('store: { keepFor: 23h }')[0] as string, /store\.keepFor: expected at least `1d`/);
});

test('console and store are well formed with every key of theirs', () => {
  const text = `console: { address: 127.0.0.1, port: 8444, hostName: console.test, pathPrefix: /p, audiences: [c] }
store: { postgres: { urlFile: u }, keyFile: k }`;
  // Well formed, and naming files that are not there.
  assert.deepEqual(
    configFindings(text).map((finding) => finding.split(' `')[0]),
    ['7 store.postgres.urlFile: there is no file', '7 store.keyFile: there is no file'],
  );
  assert.deepEqual(configFindings('store: { postgres: { urlFile: u } }')[0]?.split(': ')[1], 'expected `keyFile`');
});
