import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { formatFinding } from './finding.ts';
import { loadConfig, parseConfig } from './load.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-config-'));
mkdirSync(join(folder, 'policy'));
for (const file of ['kubeconfig', 'policy/b.yaml', 'policy/a.yml', 'policy/a.test.yaml', 'policy/readme.md'])
  writeFileSync(join(folder, file), '');
after(() => rmSync(folder, { recursive: true }));

const GOOD = `apiVersion: sallyport.dev/v1
kind: Gateway
issuers:
  - name: main
    url: https://issuer.test
    audiences: [sallyport]
targets:
  - name: prod
    kubeconfig: { file: kubeconfig }
policy: { files: [policy] }
`;

const known = { guards: new Set(['traffic']) };

function outcome(text: string): string {
  const loaded = parseConfig(join(folder, 'sallyport.yaml'), text, known);
  return 'config' in loaded
    ? 'good'
    : loaded.findings.map((finding) => formatFinding({ ...finding, file: 'f' })).join('\n');
}

test('a good file gives a frozen value with absolute paths and defaults', () => {
  const loaded = parseConfig(join(folder, 'sallyport.yaml'), GOOD, known);
  assert.ok('config' in loaded);
  assert.equal(loaded.config.targets[0]?.kubeconfig?.file, join(folder, 'kubeconfig'));
  assert.equal(loaded.config.journal.folder, join(folder, '.sallyport', 'journal'));
  assert.deepEqual(loaded.config.policyFiles, [join(folder, 'policy/a.yml'), join(folder, 'policy/b.yaml')]);
  assert.equal(loaded.config.listen.port, 8443);
  assert.ok(Object.isFrozen(loaded.config.targets[0]?.kubeconfig));
});

const BAD: readonly (readonly [string, (good: string) => string, string])[] = [
  ['an unknown key', (good) => `${good}typo: 1\n`, 'f:11:1: typo: unknown key `typo`'],
  [
    'an unknown key, deep',
    (good) => good.replace('audiences', 'audience: x\n    audiences'),
    'f:6:5: issuers[0].audience: unknown key `audience`',
  ],
  [
    'an issuer that was not filled in',
    (good) => good.replace('issuer.test', 'issuer.example.com'),
    'f:5:5: issuers[0].url: `https://issuer.example.com` is an example and nobody’s: write the `iss` claim of your callers’ tokens',
  ],
  ['a key given twice', (good) => `${good}kind: Gateway\n`, 'f:11:1: map keys must be unique'],
  [
    'no file there',
    (good) => good.replace('{ file: kubeconfig }', '{ file: gone }'),
    `f:9:19: targets[0].kubeconfig.file: there is no file \`${folder}/gone\``,
  ],
  [
    'a port that is none',
    (good) => `${good}listen: { port: 70000 }\n`,
    'f:11:11: listen.port: expected a port from 0 to 65535',
  ],
  [
    'two targets of a name',
    (good) => good.replace('policy:', '  - { name: prod, kubeconfig: { file: kubeconfig } }\npolicy:'),
    'f:10:7: targets[1].name: `prod` stands here twice',
  ],
  [
    'T63: keys over plain http',
    (good) => good.replace('https:', 'http:'),
    'f:5:5: issuers[0].url: keys are fetched over https, or http on loopback; anyone on the way could change them',
  ],
  [
    'a guard that is none',
    (good) => `${good}unsafe: { openGuards: [trafic] }\n`,
    'f:11:24: unsafe.openGuards[0]: `trafic` is no guard; there are `traffic`',
  ],
  [
    'a guard that is none, opened for some',
    (good) => `${good}unsafe: { openGuards: [{ id: trafic, targets: [prod] }] }\n`,
    'f:11:26: unsafe.openGuards[0].id: `trafic` is no guard; there are `traffic`',
  ],
  [
    'the guard of Secrets, which rules have replaced',
    (good) => `${good}unsafe: { openGuards: [secrets] }\n`,
    'f:11:24: unsafe.openGuards[0]: the guard `secrets` is no more: take it out, and name `secrets` under `resources` of each rule that is to change them: a `*` reaches no change of Secrets, their values are masked, and masks that are written back get their values again',
  ],
  [
    'a guard that is opened on no target',
    (good) => `${good}unsafe: { openGuards: [{ id: traffic, targets: [lab*] }] }\n`,
    'f:11:49: unsafe.openGuards[0].targets[0]: no target is called `lab*`',
  ],
  [
    'a target that is observed for longer than 30 days',
    (good) => `${good}unsafe: { observe: { targets: ["*"], until: "2099-01-01T00:00:00Z" } }\n`,
    'f:11:38: unsafe.observe.until: expected an instant within 30 days: policy is tried for a while, and then enforced',
  ],
  [
    'a guard that is opened with a misspelt key',
    (good) => `${good}unsafe: { openGuards: [{ id: traffic, namespace: [a] }] }\n`,
    'f:11:39: unsafe.openGuards[0].namespace: unknown key `namespace`; did you mean `namespaces`?',
  ],
  [
    'no issuers',
    (good) => good.replace(/issuers:.*?targets/s, 'issuers: []\ntargets'),
    'f:3:1: issuers: expected at least one issuer: without one nobody can be authenticated',
  ],
  [
    'an alias',
    (good) => good.replace('[sallyport]', '&a [sallyport]').replace('[policy]', '*a'),
    'f:10:18: aliases are not taken; write the value where it stands',
  ],
  ['two documents', (good) => `${good}---\na: 1\n`, 'f:1:1: the file holds more than one document'],
  [
    'two issuers that could mint each other’s subjects',
    (good) =>
      good.replace(
        'targets:',
        '  - { name: b, url: "https://b", audiences: [s], subject: { prefix: "b:" } }\ntargets:',
      ),
    'f:7:50: issuers[1].subject: issuer `main` could mint subjects of this one: expected subject prefixes of which none begins with another',
  ],
  [
    'a host name that leads to two targets',
    (good) =>
      good.replace(
        'policy:',
        '    hostNames: [a.b]\n  - { name: b, kubeconfig: { file: kubeconfig }, hostNames: [c.d, a.b] }\npolicy:',
      ),
    'f:11:67: targets[1].hostNames[1]: `a.b` stands here twice; a host name leads to one target',
  ],
  [
    'two places of a name',
    (good) => `${good}journal: { places: [{ name: main, folder: a }, { name: main, folder: b }] }\n`,
    'f:11:50: journal.places[1].name: `main` stands here twice',
  ],
  [
    'somebody of a chat who is two persons',
    (good) =>
      `${good}notifiers:
  - { name: a, teams: { urlFile: kubeconfig }, people: [{ id: U1, subject: p:lea }] }
  - { name: b, teams: { urlFile: kubeconfig }, people: [{ id: U1, subject: p:lea }, { id: U2, subject: p:ada }, { id: U1, subject: p:eve }] }
`,
    'f:13:115: notifiers[1].people[2].id: `U1` stands here twice; an id is one person’s',
  ],
  [
    'a port that two targets have',
    (good) =>
      good.replace('policy:', '    port: 1\n  - { name: b, kubeconfig: { file: kubeconfig }, port: 1 }\npolicy:'),
    'f:11:50: targets[1].port: port 1 is `targets[0].port` already',
  ],
  [
    'a target’s port that is the gateway’s own, by default',
    (good) => good.replace('policy:', '    port: 8443\npolicy:'),
    'f:10:5: targets[0].port: port 8443 is `listen.port` already',
  ],
  [
    'the private port that is the data path’s',
    (good) => `${good}listen: { address: 0.0.0.0, port: 1 }\nprivate: { port: 1 }\n`,
    'f:12:12: private.port: port 1 is `listen.port` already',
  ],
  ['an empty file', () => '', 'f:1:1: the file is empty'],
  ['a list instead of a map', () => '- a\n', 'f:1:1: expected a map, got a list'],
  [
    'a cluster of EKS by its ARN',
    (good) => good.replace('kubeconfig: { file: kubeconfig }', 'eks: { cluster: "arn:aws:eks:x", region: eu-west-1 }'),
    'f:9:12: targets[0].eks.cluster: expected the name of a cluster of EKS',
  ],
  [
    'tags of a session that no role has',
    (good) =>
      good.replace('kubeconfig: { file: kubeconfig }', 'eks: { cluster: a, region: eu-west-1, tags: { team: a } }'),
    'f:9:5: targets[0].eks: expected `roleArn` beside `externalId`, `sourceIdentity` or `tags`',
  ],
  [
    'an endpoint of EKS without its authority',
    (good) =>
      good.replace('kubeconfig: { file: kubeconfig }', 'eks: { cluster: a, region: eu-west-1, server: "https://a" }'),
    'f:9:5: targets[0].eks: expected `server` and `caFile` together',
  ],
  [
    'neither kubeconfig nor server',
    (good) => good.replace('kubeconfig: { file: kubeconfig }', 'hostNames: [a.b]'),
    'f:8:5: targets[0]: expected one of `kubeconfig`, `server` and `eks`',
  ],
];

for (const [name, change, expected] of BAD) {
  test(`a mistake: ${name}`, () => assert.equal(outcome(change(GOOD)), expected));
}

test('every mistake is listed at once, in the order of the file', () => {
  const text = `${GOOD.replace('audiences: [sallyport]', 'audiences: []').replace('{ file: kubeconfig }', '{ file: gone, contxt: a }')}typo: 1\n`;
  assert.deepEqual(
    outcome(text)
      .split('\n')
      .map((line) => line.split(':')[1]),
    ['6', '9', '9', '11'],
  );
});

test('what clashes is listed beside a value of the wrong type, not after it was mended', () => {
  const target = '  - { name: prod, kubeconfig: { file: kubeconfig } }\n';
  const text = `${GOOD.replace('policy:', `${target}policy:`)}limits: { bodyBytesMax: many }\n`;
  assert.equal(
    outcome(text),
    'f:10:7: targets[1].name: `prod` stands here twice\nf:12:11: limits.bodyBytesMax: expected whole bytes',
  );
});

test('ports do not clash where the system picks them, or the addresses differ', () => {
  assert.equal(outcome(`${GOOD}listen: { port: 0 }\nprivate: { port: 0 }\n`), 'good');
  assert.equal(outcome(`${GOOD}listen: { address: 10.0.0.1, port: 1 }\nprivate: { port: 1 }\n`), 'good');
});

test('several workers need the store of a control plane; there is one at least, and no more than 64', () => {
  assert.equal(outcome(`${GOOD}workers: 1\n`), 'good');
  assert.equal(outcome(`${GOOD}workers: 2\nconsole: { port: 0 }\n`), 'good');
  assert.match(outcome(`${GOOD}workers: 2\n`), /workers: expected a `console`/);
  for (const [workers, why] of [
    ['0', 'at least 1'],
    ['65', 'at most 64'],
    ['many', 'a whole number'],
  ])
    assert.match(outcome(`${GOOD}console: { port: 0 }\nworkers: ${workers}\n`), new RegExp(`workers: expected ${why}`));
});

test('a file that is not there is a finding', () => {
  const loaded = loadConfig(join(folder, 'nothing.yaml'), known);
  assert.ok('findings' in loaded);
  assert.match(loaded.findings[0]?.message ?? '', /no such file/);
});
