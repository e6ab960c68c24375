import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileRules } from '../../test/support/compile-rules.ts';
import { callerOf } from '../../test/support/operation.ts';
import { ruleOf } from '../../test/support/rule.ts';
import { ask } from '../grant/ask.ts';
import { ruleDigest } from '../grant/rule-digest.ts';
import type { GrantScope } from '../model/grant-scope.ts';
import type { Row, Store } from '../store/store.ts';
import { LiveAccess } from './live-access.ts';
import type { Kill } from './row-body.ts';

const request = { forMaxMs: 3_600_000, livePerCallerMax: 10, bindTo: 'caller', approval: 'none' } as const;
const rule = ruleOf({
  id: 'p/new',
  effect: 'request',
  verbs: ['get'],
  apiGroups: [''],
  resources: ['services'],
  request,
});
const [before, after] = [[], [rule]].map((rules) => compileRules(rules, { unsafe: new Set() }));
const caller = callerOf({ subject: 'dev' });

const grant = {
  id: 'g1',
  state: 'live',
  holder: { subject: caller.subject, issuer: caller.issuer },
  parts: [
    {
      rule: rule.id,
      ruleDigest: ruleDigest(rule),
      scope: {
        target: 'prod',
        verbs: ['get'],
        apiGroups: [''],
        resources: ['services'],
        resourceNames: [],
        namespaces: [],
      },
    },
  ],
  reason: '',
  askedAt: 0,
  startsAt: 0,
  endsAt: 3_600_000,
  forMs: 3_600_000,
  uses: 0,
} as const;

/** A gateway whose rules are replaced, with what it ended in the store. */
function gateway(lookAtRules: (replace: () => void) => Promise<void>) {
  let rules = before;
  const ended: string[] = [];
  const replace = () => {
    rules = after;
  };
  const access = new LiveAccess({
    store: { now: () => 0, isHeard: () => true } as unknown as Store,
    rules: () => rules as NonNullable<typeof rules>,
    underWay: { endGrant() {}, endKilled() {}, isStreaming: () => false },
    isHeldKill: () => false,
    lookAtRules: () => lookAtRules(replace),
    writeEnd: async (id, by) => void ended.push(`${id} ${by}`),
    onFailure() {},
  });
  access.start();
  access.stop();
  return { access, ended, lives: () => access.grantsOf(caller) !== undefined };
}

test('T61: a grant that waits for whom its rule asked ends with the reload by which it asks others', () => {
  const approval = { approvers: [{ groups: ['leads'] }], quorum: 1, waitMaxMs: 60_000 };
  const rulesOf = (asked: typeof approval) =>
    compileRules([{ ...rule, request: { ...request, approval: asked } }], { unsafe: new Set() });
  let rules = rulesOf(approval);
  const ended: string[] = [];
  const access = new LiveAccess({
    store: { now: () => 0, isHeard: () => true } as unknown as Store,
    rules: () => rules,
    underWay: { endGrant() {}, endKilled() {}, isStreaming: () => false },
    isHeldKill: () => false,
    writeEnd: async (id, by) => void ended.push(`${id} ${by}`),
    onFailure() {},
  });
  const [scope] = grant.parts.map((part) => part.scope);
  const asked = ask(rules, caller, { scopes: [scope as GrantScope], reason: '' }, 'g1', 0);
  access.take({ grant: asked.grant, version: 1 });
  access.look();
  assert.deepEqual(ended, []);
  rules = rulesOf({ ...approval, approvers: [{ groups: ['security'] }] });
  access.look();
  assert.deepEqual(ended, ['g1 rule']);
});

test('T60: a grant that A asked for S does not serve S through B, nor S alone; what S was granted serves neither', () => {
  const rules = compileRules([rule], { unsafe: new Set() });
  const access = new LiveAccess({
    store: { now: () => 0, isHeard: () => true } as unknown as Store,
    rules: () => rules,
    underWay: { endGrant() {}, endKilled() {}, isStreaming: () => false },
    isHeldKill: () => false,
    writeEnd: async () => {},
    onFailure() {},
  });
  const by = (...actors: string[]) => callerOf({ subject: 'dev', actors });
  const callers = { own: caller, a: by('a'), b: by('b'), unnamed: by('', 'a'), chain: by('b', 'a') };
  const usable = () =>
    Object.fromEntries(
      Object.entries(callers).map(([name, one]) => [
        name,
        access
          .grantsOf(one)
          ?.map((each) => each.grant)
          .join() ?? '',
      ]),
    );
  access.take({ grant, version: 1 });
  assert.deepEqual(usable(), { own: 'g1', a: '', b: '', unnamed: '', chain: '' });
  access.take({ grant: { ...grant, id: 'g2', actors: ['a'] }, version: 1 });
  assert.deepEqual(usable(), { own: 'g1', a: 'g2', b: '', unnamed: '', chain: '' });
});

test('a grant that another worker gave under newer rules has this one look at the files before it ends it', async () => {
  const newer = gateway(async (replace) => replace());
  newer.access.take({ grant, version: 1 });
  assert.equal(newer.lives(), false);
  await new Promise(setImmediate);
  assert.deepEqual([newer.lives(), newer.ended], [true, []]);
  const same = gateway(async () => {});
  same.access.take({ grant, version: 1 });
  await new Promise(setImmediate);
  assert.deepEqual([same.lives(), same.ended], [false, ['g1 rule']]);
});

test('T60: a kill that is set while all are read again holds, though the list does not have it; one that was lifted elsewhere is over', async () => {
  const [old, set] = ['k1', 'k2'].map((id) => ({
    id,
    what: 'caller',
    value: id === 'k1' ? 'other' : caller.subject,
    reason: 'runs wild',
    by: 'ada',
    at: 0,
  })) as [Kill, Kill];
  const lists = Promise.withResolvers<readonly Row[]>();
  const access = new LiveAccess({
    store: { now: () => 0, isHeard: () => true, list: () => lists.promise } as unknown as Store,
    rules: () => before as NonNullable<typeof before>,
    underWay: { endGrant() {}, endKilled() {}, isStreaming: () => false },
    isHeldKill: () => false,
    writeEnd: async () => {},
    onFailure() {},
  });
  access.takeKill(old);
  const read = access.readAgain();
  access.takeKill(set);
  lists.resolve([]);
  await read;
  assert.throws(() => access.refuseKilled(caller, 'prod', 's'), { code: 'KILLED' });
  access.refuseKilled(callerOf({ subject: 'other' }), 'prod', 's');
});
