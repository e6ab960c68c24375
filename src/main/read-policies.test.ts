import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { formatFinding } from '../config/finding.ts';
import { readPolicies } from './read-policies.ts';
import { readPolicyFiles } from './read-policy-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-policies-'));
after(() => rmSync(folder, { recursive: true }));

/** A policy of a thousand rules, which is read by a process of its own, and one more. */
function large(name: string, lastRule: string): string {
  const rules = Array.from(
    { length: 1000 },
    (_, i) => `  - { effect: allow, verbs: [get], apiGroups: [""], resources: [pods], namespaces: [n-${i}] }\n`,
  );
  const head = 'apiVersion: sallyport.dev/v1\nkind: Policy\nmetadata: { name: p }\ncallers: [{ everyone: true }]\n';
  const file = join(folder, name);
  writeFileSync(file, `${head}targets: ["*"]\nrules:\n${rules.join('')}  - ${lastRule}\n`);
  return file;
}

const DEEP =
  '{ effect: allow, powers: [exec], when: "caller.subject == \'a\'", times: { windows: [{ from: "09:00", to: "17:00", timeZone: UTC }] } }';

test('what another process reads is what would be read in place, and frozen as deeply', async () => {
  const file = large('good.yaml', DEEP);
  const [elsewhere, here] = [await readPolicies([file]), await readPolicyFiles([file])];
  assert.deepEqual(elsewhere, here);
  assert.ok('rules' in elsewhere);
  const last = elsewhere.rules.at(-1);
  assert.ok(Object.isFrozen(elsewhere.rules) && Object.isFrozen(last?.times?.windows?.[0]?.days));
});

test('mistakes come back with their places, those of conditions too', async () => {
  const file = large('bad.yaml', '{ effect: allow, powers: [exec], when: "nope" }');
  const read = await readPolicies([file, join(folder, 'none.yaml')]);
  assert.match('findings' in read ? read.findings.map(formatFinding).join('\n') : '', /none\.yaml.*cannot be read/);
  const alone = await readPolicies([file]);
  const told = 'findings' in alone ? alone.findings.map(formatFinding) : [];
  assert.equal(told.length, 1);
  assert.match(told[0] ?? '', /bad\.yaml:1007:45: rules\[1000\]\.when: `nope` is no variable/);
});

for (const [name, program, says] of [
  ['breaks off', 'exit 1', /the policy could not be read: its reader ended with 1 and no answer/],
  ['is killed', 'kill -9 $$', /its reader ended with SIGKILL and no answer/],
  [
    'hangs',
    'trap "" TERM; while :; do :; done',
    /reading it took longer than 0\.5 s and was stopped; give the gateway more processor time/,
  ],
  ['is not there', undefined, /the policy could not be read: spawn .*no reader ENOENT/],
] as const) {
  test(`a process that ${name} is a finding`, async () => {
    const file = large('again.yaml', DEEP);
    const { execPath } = process;
    process.execPath = join(folder, 'no reader');
    if (program !== undefined) {
      process.execPath = join(folder, 'a reader');
      writeFileSync(process.execPath, `#!/bin/sh\n${program}\n`, { mode: 0o700 });
    }
    try {
      assert.match(findings(await readPolicies([file], name === 'hangs' ? 500 : undefined)), says);
    } finally {
      process.execPath = execPath;
    }
  });
}

test('what is no file of its own size is not read: a pipe or a device may never end', async () => {
  const inner = join(folder, 'folder.yaml');
  mkdirSync(inner);
  for (const path of [inner, '/dev/zero'])
    assert.match(findings(await readPolicies([path])), /^the file cannot be read: it is no regular file$/);
});

function findings(read: Awaited<ReturnType<typeof readPolicies>>): string {
  return 'findings' in read ? read.findings.map(({ message }) => message).join() : '';
}
