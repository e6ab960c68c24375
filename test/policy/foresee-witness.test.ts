/* T32: where a review is told yes although guards look at what is sent, something can be sent that passes them all. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { KNOWN_KINDS, type KnownKind } from '../../src/cli/policy/known-kinds.ts';
import { askedAbout } from '../../src/connectors/kubernetes/reviews/supposed.ts';
import type { Caller } from '../../src/model/caller.ts';
import { decide } from '../../src/policy/decide.ts';
import type { Facts } from '../../src/policy/facts.ts';
import { foresee } from '../../src/policy/foresee.ts';
import { compileRules } from '../support/compile-rules.ts';
import { callerOf, operationOf } from '../support/operation.ts';
import { ALLOW_ALL } from '../support/rule.ts';

const scopes = {
  isNamespaced: async (group: string, resource: string) =>
    KNOWN_KINDS.find((kind) => kind.group === group && kind.resource === resource)?.isNamespaced,
};

const HARMLESS = { metadata: { name: 'web' } };
const FACTS: Facts = { existing: HARMLESS, result: HARMLESS, pod: { labels: {}, dangers: [] } };

/** The most harmless request that a verb can be on an object named `web`. */
function harmless(
  { group, version, resource, isNamespaced }: KnownKind,
  verb: string,
  subresource: string,
  namespace: string,
) {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const collection = `${root}${isNamespaced ? `/namespaces/${namespace}` : ''}/${resource}`;
  const one = `${collection}/web${subresource === '' ? '' : `/${subresource}`}`;
  switch (verb) {
    case 'create':
      return operationOf({ method: 'POST', uri: subresource === '' ? collection : one, body: HARMLESS });
    case 'update':
      return operationOf({ method: 'PUT', uri: one, body: HARMLESS });
    case 'patch':
      return operationOf({ method: 'PATCH', uri: one, mediaType: 'application/merge-patch+json', body: HARMLESS });
    default:
      return operationOf({ method: 'DELETE', uri: verb === 'delete' ? one : collection });
  }
}

suite('T32: a yes that guards can still take back is kept by some request', () => {
  const rules = compileRules([ALLOW_ALL], { unsafe: new Set(), judgesResult: true });
  const counted = new Map<string, number>();

  async function holds(caller: Caller, kind: KnownKind, verb: string, subresource: string, namespace: string) {
    const { group, version, resource, isNamespaced } = kind;
    const attributes = { verb, group, version, resource, subresource, ...(isNamespaced ? { namespace } : {}) };
    const asked = await askedAbout('demo', { resourceAttributes: attributes }, scopes);
    const [supposed] = asked?.supposed ?? [];
    assert.ok(supposed !== undefined);
    const foresight = foresee(rules, caller, supposed, 0);
    counted.set(foresight.effect, (counted.get(foresight.effect) ?? 0) + 1);
    if (foresight.effect !== 'allow') return;
    const operation = harmless(kind, verb, subresource, namespace);
    const decision = decide(rules, { caller, operation, facts: FACTS, nowMs: 0 });
    assert.equal(decision.effect, 'allow', JSON.stringify({ attributes, unless: foresight.unless, decision }));
  }

  for (const kind of ['autonomous', 'person'] as const) {
    test(`over every kind, subresource and verb that changes, for a caller of kind ${kind}`, async () => {
      const caller = callerOf({ kind });
      for (const known of KNOWN_KINDS)
        for (const subresource of ['', ...known.subresources])
          for (const verb of ['create', 'update', 'patch', 'delete', 'deletecollection'])
            for (const namespace of ['shop', 'kube-system', 'kube-node-lease'])
              await holds(caller, known, verb, subresource, namespace);
    });
  }

  test('and each answer was met', () => {
    assert.ok((counted.get('allow') ?? 0) > 500, JSON.stringify([...counted]));
    assert.ok((counted.get('deny') ?? 0) > 500, JSON.stringify([...counted]));
  });
});
