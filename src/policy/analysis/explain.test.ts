import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerOf, operationOf } from '../../../test/support/operation.ts';
import { ruleOf } from '../../../test/support/rule.ts';
import { compileCel } from '../cel/compile.ts';
import type { Facts } from '../facts.ts';
import { compileForGateway } from '../gateway-rules.ts';
import { explain } from './explain.ts';

const rules = compileForGateway(
  [ruleOf({ id: 'p/patch', verbs: ['patch'], apiGroups: [''], resources: ['configmaps'] })],
  { unsafe: new Set(), openHealthPaths: false },
  compileCel,
);

function outcome(mediaType: string, facts: Facts): string {
  const uri = '/api/v1/namespaces/shop/configmaps/web';
  const operation = operationOf({ method: 'PATCH', uri, mediaType, body: { data: {} } });
  const { decision, facts: used } = explain(rules, { caller: callerOf(), operation, facts, nowMs: 0 }, 1);
  return [decision.effect, ...used.used, ...used.unknown.map((kind) => `${kind}?`)].join(' ');
}

const APPLY = 'application/apply-patch+yaml';

test('an apply that could create is explained as the gateway answers it', () => {
  assert.equal(outcome(APPLY, {}), 'deny existing?');
  assert.equal(outcome(APPLY, { existing: null }), 'deny existing');
  assert.equal(outcome(APPLY, { existing: { kind: 'ConfigMap' } }), 'allow existing');
  assert.equal(outcome('application/merge-patch+json', {}), 'allow');
});

test('a create is told that it has no name, where a rule allows one by name alone', () => {
  const set = compileForGateway(
    [ruleOf({ id: 'p/db', verbs: ['create'], apiGroups: [''], resources: ['pods'], resourceNames: ['db'] })],
    { unsafe: new Set(), openHealthPaths: false },
    compileCel,
  );
  const body = { metadata: { name: 'db' } };
  const operation = operationOf({ method: 'POST', uri: '/api/v1/namespaces/shop/pods', body });
  const { decision, nearest } = explain(set, { caller: callerOf(), operation, facts: {}, nowMs: 0 }, 1);
  assert.equal(decision.effect, 'deny');
  const question = 'no name, since a create has none in its path';
  assert.deepEqual(nearest[0]?.differences, [{ field: 'resourceNames', rule: 'db', question }]);
});

test('of a namespace’s deletion, each rule that does not match is told with what parts it', () => {
  const held = (id: string, fields: object) =>
    ruleOf({ id, effect: 'hold', apiGroups: [''], resources: ['services'], namespaces: [{ name: 'shop' }], ...fields });
  const set = compileForGateway(
    [
      held('p/written', { verbs: ['create', 'patch'] }),
      held('p/nodes', { verbs: ['delete'], resources: ['nodes'] }),
      held('p/elsewhere', { verbs: ['delete'], namespaces: [{ name: 'blog' }] }),
      held('p/contents', { verbs: ['delete'] }),
    ],
    { unsafe: new Set(), openHealthPaths: false },
    compileCel,
  );
  const operation = operationOf({ method: 'DELETE', uri: '/api/v1/namespaces/shop' });
  const { nearest } = explain(set, { caller: callerOf(), operation, facts: {}, nowMs: 0 }, 9);
  assert.deepEqual(
    nearest.map(({ id, differences }) => `${id} ${differences.map((d) => `${d.field}: ${d.question}`).join(', ')}`),
    ['p/elsewhere namespaces: shop', 'p/written verbs: delete', 'p/nodes resources: namespaces'],
  );
});
