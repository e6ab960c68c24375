import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { explainCommand } from '../../src/cli/policy/explain.ts';
import { maskCommand } from '../../src/main/mask-command.ts';
import { maskTestCommand } from '../../src/main/mask-test-command.ts';
import { readRequest } from '../../src/main/read-request.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-mask-'));
after(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

async function printed(
  command: { parseAsync(words: string[]): Promise<unknown> },
  words: readonly string[],
): Promise<string> {
  const write = process.stdout.write;
  let out = '';
  process.stdout.write = ((text: string) => {
    out += text;
    return true;
  }) as typeof process.stdout.write;
  try {
    await command.parseAsync(['node', 'sallyport', ...words]);
  } finally {
    process.stdout.write = write;
  }
  return out;
}

const POLICY = file(
  'p.yaml',
  `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
targets: [prod]
rules:
  - id: reader
    effect: allow
    callers: [{ subjects: [reader] }]
    verbs: [get]
    apiGroups: ['']
    resources: [secrets]
    unmask: [{ at: data.user }]
masks:
  - { id: tokens, apiGroups: [example.com], resources: [sites], at: ['spec.**.token'] }
`,
);
const OBJECTS = file(
  'objects.yaml',
  `apiVersion: v1
kind: Secret
metadata: { name: db, namespace: shop }
data: { user: dXNlcg==, "tls.key": aHVudGVyMg== }
---
apiVersion: example.com/v1
kind: Site
metadata: { name: a, namespace: shop }
spec: { a: [{ token: c4nary, n: 7 }], deep: { token: 8 } }
`,
);

test('mask test tells what a caller would see, and which mask stands where', async () => {
  const words = ['-f', OBJECTS, '--policy', POLICY, '--target', 'prod'];
  const told = async (...more: string[]) =>
    JSON.parse(await printed(maskTestCommand(), [...words, '-o', 'json', ...more])).items as {
      what: string;
      isAllowed: boolean;
      masked: unknown[];
      shown: string[];
      object: { data?: Record<string, string>; spec?: { deep: { token: number } } };
    }[];
  const [secret, site] = await told('--as', 'reader');
  assert.equal(secret?.what, '/api/v1/namespaces/shop/secrets/db');
  assert.deepEqual(
    [secret?.isAllowed, secret?.shown, secret?.object.data?.['user']],
    [true, ['data.user'], 'dXNlcg=='],
  );
  assert.deepEqual(secret?.masked, [{ at: 'data["tls.key"]', by: 'secret-values' }]);
  assert.deepEqual(site?.masked, [
    { at: 'spec.a[0].token', by: 'p/tokens' },
    { at: 'spec.deep.token', by: 'p/tokens' },
  ]);
  assert.equal(site?.object.spec?.deep.token, 0);
  const [other] = await told();
  assert.deepEqual([other?.isAllowed, other?.shown, other?.masked.length], [false, [], 2]);
  const text = await printed(maskTestCommand(), words);
  assert.match(text, /^# masked data\["tls\.key"\] {2}secret-values$/m);
  assert.ok(!text.includes('c4nary') && !text.includes('aHVudGVyMg'));
});

test('mask rotate-key puts the old key beside the new one', async () => {
  file('kubeconfig', '');
  const config = file(
    'sallyport.yaml',
    `apiVersion: sallyport.dev/v1
kind: Gateway
dataFolder: data
issuers: [{ name: main, url: https://issuer.test, audiences: [a] }]
targets: [{ name: prod, kubeconfig: { file: kubeconfig } }]
policy: { files: [p.yaml] }
`,
  );
  assert.match(await printed(maskCommand(), ['rotate-key', '--config', config]), /restart the gateways/);
  assert.match(readdirSync(join(folder, 'data')).join(), /^mask\.key,mask\.key\.retired-[0-9a-f]{16}$/);
});

test('policy explain tells the masks that speak to a caller, and the places that a rule shows it', async () => {
  const asked = ['--policy', POLICY, '--target', 'prod', '--as', 'reader', '--', 'get', 'secret', 'db', '-n', 'shop'];
  const explained = (words: readonly string[]) => printed(explainCommand(readRequest), words);
  const text = await explained(asked);
  assert.match(text, /^ {2}shows {6}data\.user$/m);
  assert.doesNotMatch(text, /^ {2}masks /m);
  const sites = asked.map((word) => ({ secret: 'sites.v1.example.com', db: 'a' })[word] ?? word);
  assert.match(await explained(sites), /^ {2}masks {6}p\/tokens, beside the default ones$/m);
  process.exitCode = 0;
});
