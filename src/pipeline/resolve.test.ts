import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileRules } from '../../test/support/compile-rules.ts';
import { callerOf, operationOf } from '../../test/support/operation.ts';
import { parsePolicies } from '../config/parse-policies.ts';
import type { Probe } from '../connectors/connector.ts';
import type { Operation } from '../model/operation.ts';
import { decide } from '../policy/decide.ts';
import type { GuardId } from '../policy/guards/guard.ts';
import { GUARD_IDS } from '../policy/guards/table.ts';
import { noNovelty } from './novelty.ts';
import { resolve } from './resolve.ts';

const EVERY_GUARD = new Set([...GUARD_IDS] as GuardId[]);
const caller = callerOf({ subject: 'dev', groups: ['ops'] });

const RULES: Record<string, string> = {
  plain: '{ id: r, effect: allow, verbs: [get], apiGroups: [""], resources: [configmaps] }',
  labels:
    '{ id: labels, effect: allow, verbs: [get], apiGroups: [""], resources: [configmaps], namespaces: [{ selector: { matchLabels: { team: a } } }] }',
  existing:
    '{ id: existing, effect: allow, verbs: [get], apiGroups: [""], resources: [configmaps], when: "existing.metadata.name == \\"a\\"" }',
  denied: '{ id: d, effect: deny, verbs: [get], apiGroups: [""], resources: [configmaps] }',
  other: '{ id: other, effect: allow, verbs: [get], apiGroups: [""], resources: [pods] }',
  'denied when':
    '{ id: d, effect: deny, verbs: [get], apiGroups: [""], resources: [configmaps], when: "existing.metadata.name == \\"a\\"" }',
};

async function outcome(
  rules: readonly string[],
  operation: Operation,
  probe: Partial<Probe>,
  openGuards: ReadonlySet<GuardId> = EVERY_GUARD,
) {
  const text = `apiVersion: sallyport.dev/v1\nkind: Policy\nmetadata: { name: p }\ncallers: [{ groups: [ops] }]\ntargets: [demo]\nrules:\n${rules.map((rule) => `  - ${RULES[rule]}\n`).join('')}`;
  const parsed = parsePolicies([{ path: 'p.yaml', text }]);
  assert.ok('rules' in parsed, JSON.stringify(parsed));
  const compiled = compileRules(parsed.rules, { unsafe: openGuards });
  const looked: string[] = [];
  const nobody = async () => 'unknown' as const;
  const counting = Object.fromEntries(
    (['existing', 'result', 'pod', 'namespaceLabels', 'services'] as const).map((kind) => [
      kind,
      (...args: Parameters<Probe['existing']>) => {
        looked.push(kind);
        return ((probe[kind] ?? nobody) as Probe['existing'])(...args);
      },
    ]),
  ) as unknown as Probe;
  const recorded: string[] = [];
  const gateway = { probe: counting, novelty: noNovelty, clock: { now: () => 0, monotonic: () => 0 } };
  const question = await resolve(
    gateway,
    { probed: (facts) => recorded.push(...Object.keys(facts)), timed: (work) => work() },
    compiled,
    caller,
    operation,
  );
  assert.deepEqual(recorded, looked, 'each look-up is recorded');
  return `${decide(compiled, question).effect} after ${looked.length === 0 ? 'nothing' : looked.join(', ')}`;
}

const get = operationOf({ method: 'GET', uri: '/api/v1/namespaces/shop/configmaps/a' });
const existing = async () => ({ metadata: { name: 'a' } });
const labelled = async () => ({ team: 'a' });

const TABLE: readonly (readonly [string, readonly string[], Partial<Probe>, string])[] = [
  ['a static allow needs nothing', ['plain'], {}, 'allow after nothing'],
  ['a static deny needs nothing', ['denied', 'existing'], { existing }, 'deny after nothing'],
  ['silence needs nothing', ['other'], {}, 'deny after nothing'],
  ['an allow that stands makes other allows’ facts needless', ['plain', 'labels', 'existing'], {}, 'allow after nothing'],
  ['a rule with labels needs them alone', ['labels'], { namespaceLabels: labelled }, 'allow after namespaceLabels'],
  ['a condition on the live object needs it', ['existing'], { existing }, 'allow after existing'],
  ['an allow whose fact is unknown does not match', ['existing'], {}, 'deny after existing'],
  ['a deny whose fact is unknown does', ['plain', 'denied when'], {}, 'deny after existing'],
  ['a deny whose fact says no does not', ['plain', 'denied when'], { existing: async () => ({ metadata: { name: 'b' } }) }, 'allow after existing'],
]; // biome-ignore format: a table

for (const [name, rules, probe, expected] of TABLE) {
  test(`facts: ${name}`, async () => assert.equal(await outcome(rules, get, probe), expected));
}
