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
