import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileRules } from '../../test/support/compile-rules.ts';
import { callerOf } from '../../test/support/operation.ts';
import { fc } from '../../test/support/property.ts';
import { ruleOf } from '../../test/support/rule.ts';
import type { Refusal } from '../model/refusal.ts';
import type { RequestTerms } from '../policy/rule.ts';
import { ask } from './ask.ts';
import { dueEnd, ended, type Grant, given, isFor, underTerms, used } from './grant.ts';

const TERMS: RequestTerms = { forMaxMs: 60_000, livePerCallerMax: 5, bindTo: 'caller', approval: 'none' };

const SCOPE = {
  target: 'demo',
  verbs: ['get'],
  apiGroups: [''],
  resources: ['pods'],
  resourceNames: [],
  namespaces: ['shop'],
};

function asked(terms: Partial<RequestTerms>, more: object = {}, caller = callerOf()): Grant {
  const fields = { verbs: ['get'], apiGroups: [''], resources: ['pods'], namespaces: [{ name: 'shop' }] };
  const rule = ruleOf({ id: 'p/r', effect: 'request', ...fields, request: { ...TERMS, ...terms } });
  const rules = compileRules([rule], { unsafe: new Set() });
  return ask(rules, caller, { scopes: [SCOPE], reason: '', ...more }, 'g', 1_000).grant;
}

type Step = 'give' | 'use' | 'end' | { readonly wait: number };

test('T60: a grant’s life, against a model: uses are never more than allowed, and what has ended stays ended', () => {
  const steps = fc.array(
    fc.oneof(
      fc.constantFrom<Step>('give', 'use', 'end'),
      fc.integer({ min: 1, max: 30_000 }).map((wait): Step => ({ wait })),
    ),
    { maxLength: 30 },
  );
  const bounds = fc.record({
    usesMax: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    idleMaxMs: fc.option(fc.integer({ min: 5_000, max: 20_000 }), { nil: undefined }),
    isAsked: fc.boolean(),
  });
  fc.assert(
    fc.property(bounds, steps, ({ usesMax, idleMaxMs, isAsked }, taken) => {
      const approval = isAsked ? { approvers: [], quorum: 1, waitMaxMs: 10_000 } : 'none';
      let grant = asked({
        approval,
        ...(usesMax === undefined ? {} : { usesMax }),
        ...(idleMaxMs === undefined ? {} : { idleMaxMs }),
      });
      const model = { state: isAsked ? 'pending' : 'live', at: 1_000, startsAt: 1_000, usedAt: 1_000, uses: 0 };
      for (const step of taken) {
        const isDue =
          model.state === 'pending'
            ? model.at >= 11_000
            : model.state === 'live' &&
              (model.at >= model.startsAt + 60_000 ||
                model.uses >= (usesMax ?? Number.POSITIVE_INFINITY) ||
                model.at >= model.usedAt + (idleMaxMs ?? Number.POSITIVE_INFINITY));
        assert.equal(dueEnd(grant, model.at) !== undefined, isDue);
        if (step === 'give') {
          grant = given(grant, model.at, []);
          if (model.state === 'pending') Object.assign(model, { state: 'live', startsAt: model.at, usedAt: model.at });
        } else if (step === 'use') {
          const next = used(grant, model.at);
          assert.equal(next !== undefined, model.state === 'live' && !isDue);
          if (next === undefined) continue;
          grant = next;
          Object.assign(model, { uses: model.uses + 1, usedAt: model.at });
        } else if (step === 'end') {
          grant = ended(grant, 'release', model.at);
          model.state = 'ended';
        } else model.at += step.wait;
        assert.equal(grant.state, model.state);
        assert.equal(grant.uses, model.uses);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('terms that became less hold at once, those that became more do not, and a rule that says something else ends it', () => {
  const grant = asked({ usesMax: 3 });
  const under = (digest: string, terms: Partial<RequestTerms>) =>
    underTerms(grant, () => ({ digest, terms: { ...TERMS, ...terms } }));
  const digest = grant.parts[0]?.ruleDigest as string;
  assert.equal(under(digest, { forMaxMs: 10_000 })?.endsAt, 11_000);
  assert.equal(under(digest, { forMaxMs: 1e9 })?.endsAt, 61_000);
  assert.equal(under(digest, { usesMax: 2 })?.usesMax, 2);
  assert.equal(under(digest, { usesMax: 9 })?.usesMax, 3);
  assert.equal(under('other', {}), undefined);
  assert.equal(
    underTerms(grant, () => undefined),
    undefined,
  );
});

test('T61: a grant that waits for a yes is over once its rule asks others, or otherwise; one that was given lives on', () => {
  const approval = { approvers: [{ groups: ['leads'] }], quorum: 1, waitMaxMs: 60_000 };
  const waiting = asked({ approval });
  const under = (grant: Grant, now: RequestTerms['approval']) =>
    underTerms(grant, () => ({ digest: grant.parts[0]?.ruleDigest as string, terms: { ...TERMS, approval: now } }));
  const others: readonly RequestTerms['approval'][] = [
    { ...approval, approvers: [{ groups: ['security'] }] },
    { ...approval, quorum: 2 },
    { ...approval, freshMs: 60_000 },
    'none',
  ];
  assert.equal(under(waiting, structuredClone(approval))?.state, 'pending');
  for (const other of others) assert.equal(under(waiting, other), undefined);
  const live = given(waiting, 2_000, ['p:lea']);
  for (const other of others) assert.equal(under(live, other)?.state, 'live');
});

test('T60: a grant that is asked for by who acts for a person is used by them alone', () => {
  const by = (...actors: string[]) => callerOf({ actors });
  const own = callerOf();
  const callers = [
    own,
    by('a'),
    by('b'),
    by('a', 'b'),
    by('b', 'a'),
    callerOf({ actors: ['a'], run: 'r1' }),
    by('', 'a'),
  ];
  const usable = (grant: Grant) => callers.flatMap((caller, i) => (isFor(grant, caller) ? [i] : []));
  assert.deepEqual(usable(asked({}, {}, own)), [0], 'what is one’s own is not theirs who act for one');
  assert.deepEqual(usable(asked({}, {}, by('a'))), [1, 5]);
  assert.deepEqual(usable(asked({}, {}, by('a', 'b'))), [3]);
  assert.deepEqual(usable(asked({ bindTo: 'run' }, {}, callerOf({ actors: ['a'], run: 'r1' }))), [5]);
  assert.throws(
    () => asked({}, {}, by('', 'a')),
    (error: Refusal) => error.code === 'GRANT_NOT_OFFERED' && /the token names nobody/.test(error.message),
  );
});

test('a grant that is bound to a run has it from the token, and is not given without', () => {
  assert.equal(asked({ bindTo: 'run' }, {}, callerOf({ run: 'r1' })).run, 'r1');
  assert.equal(asked({}, {}, callerOf({ run: 'r1' })).run, undefined);
  assert.throws(
    () => asked({ bindTo: 'run' }),
    (error: Refusal) => error.code === 'GRANT_NOT_OFFERED' && /names none/.test(error.message),
  );
});
