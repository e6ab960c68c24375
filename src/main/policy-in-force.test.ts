import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { beginReading, type LoadedPolicy, loadPolicyInForce } from './policy-in-force.ts';

const HEAD =
  'apiVersion: sallyport.dev/v1\nkind: Policy\nmetadata: { name: p }\ncallers: [{ everyone: true }]\ntargets: ["*"]\nrules:\n';
const ALLOW = '  - { effect: allow, verbs: ["*"], apiGroups: [""], resources: [pods] }\n';
const DENY = '  - { effect: deny, verbs: [delete], apiGroups: [""], resources: [pods] }\n';
const LOOK_MS = 500;

test('a policy file that is still being written is not read before it is at rest', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-policy-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'policy.yaml');
  writeFileSync(file, HEAD + ALLOW + DENY);
  const config = { policy: { files: [file] }, openHealthPaths: false };
  const loads: number[] = [];
  const next = Promise.withResolvers<void>();
  context.mock.timers.enable({ apis: ['setInterval'] });
  const policy = await loadPolicyInForce({
    config,
    guards: { unsafe: new Set(), openings: [] },
    reading: beginReading(config),
    onLoaded({ rules }: LoadedPolicy) {
      loads.push(rules);
      if (loads.length === 2) next.resolve();
    },
    onRefused: next.reject,
  });
  assert.ok('rules' in policy);
  // Rewritten in place: the first half is a whole policy by itself, and lacks the denies.
  writeFileSync(file, HEAD + ALLOW + ALLOW);
  context.mock.timers.tick(LOOK_MS);
  writeFileSync(file, HEAD + ALLOW + ALLOW + DENY);
  context.mock.timers.tick(LOOK_MS);
  assert.deepEqual(loads, [2], 'nothing is read while it changes');
  context.mock.timers.tick(LOOK_MS);
  await next.promise;
  assert.deepEqual(loads, [2, 3]);
  await policy.stop();
});

test('what changes while it is read is not in force', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-policy-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'policy.yaml');
  writeFileSync(file, HEAD + DENY);
  const config = { policy: { files: [file] }, openHealthPaths: false };
  const loads: number[] = [];
  const policy = await loadPolicyInForce({
    config,
    guards: { unsafe: new Set(), openings: [] },
    reading: beginReading(config),
    onLoaded: ({ rules }) => void loads.push(rules),
    onRefused: () => {},
  });
  assert.ok('rules' in policy);
  writeFileSync(file, HEAD + ALLOW + ALLOW);
  const read = policy.look();
  // The look has begun to read with its first turn; the file goes on changing before it is done.
  await Promise.resolve();
  writeFileSync(file, HEAD + ALLOW + ALLOW + DENY);
  await read;
  assert.deepEqual(loads, [1]);
  await policy.look();
  assert.deepEqual(loads, [1, 3]);
  await policy.stop();
});

test('a policy file that cannot even be looked at is refused, its rules stay in force, and it is read again once it can', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-policy-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'policy.yaml');
  writeFileSync(file, HEAD + ALLOW);
  const config = { policy: { files: [file] }, openHealthPaths: false };
  const told: string[] = [];
  let heard = Promise.withResolvers<void>();
  const tell = (what: string) => {
    told.push(what);
    heard.resolve();
    heard = Promise.withResolvers();
  };
  context.mock.timers.enable({ apis: ['setInterval'] });
  const policy = await loadPolicyInForce({
    config,
    guards: { unsafe: new Set(), openings: [] },
    reading: beginReading(config),
    onLoaded: ({ rules }) => tell(`${rules} rules`),
    onRefused: (findings) => tell(findings.map(({ message }) => message).join()),
  });
  assert.ok('rules' in policy);
  const before = policy.rules();
  const looked = async () => {
    const { promise } = heard;
    for (let i = 0; i < 2; i++) context.mock.timers.tick(LOOK_MS);
    await promise;
    await setImmediate(); // the read has ended, and the next one may begin
  };
  rmSync(file);
  symlinkSync(file, file);
  await looked();
  assert.match(told[1] ?? '', /cannot be read: ELOOP/);
  assert.equal(policy.rules(), before);
  rmSync(file);
  writeFileSync(file, HEAD + ALLOW + DENY);
  await looked();
  assert.equal(told[2], '2 rules');
  await policy.stop();
});
