import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerOf, operationOf } from '../../test/support/operation.ts';
import type { Probe } from '../connectors/connector.ts';
import type { Budget } from '../policy/budget.ts';
import { budgetAmount } from './budget-amount.ts';

const BUDGET = { of: 'replicas' } as Budget;
const ABOVE = Number.POSITIVE_INFINITY;

/** How many replicas a JSON patch of a deployment that has two takes. */
async function patched(...body: readonly object[]): Promise<number> {
  const operation = operationOf({
    method: 'PATCH',
    uri: '/apis/apps/v1/namespaces/shop/deployments/web',
    mediaType: 'application/json-patch+json',
    body,
  });
  const probe = { existing: async () => ({ kind: 'Deployment', spec: { replicas: 2 } }) } as unknown as Probe;
  return budgetAmount(BUDGET, operation, callerOf(), probe, new AbortController().signal);
}

const ROWS: readonly (readonly [name: string, body: readonly object[], amount: number])[] = [
  ['the field', [{ op: 'replace', path: '/spec/replicas', value: 9 }], 7],
  ['the spec', [{ op: 'replace', path: '/spec', value: { replicas: 9 } }], 7],
  ['the whole', [{ op: 'add', path: '', value: { kind: 'Deployment', spec: { replicas: 9 } } }], 7],
  ['the whole of a scale, which leaves out 0', [{ op: 'replace', path: '', value: { kind: 'Scale', spec: {} } }], 2],
  ['a spec without them', [{ op: 'replace', path: '/spec', value: {} }], ABOVE],
  ['no spec', [{ op: 'replace', path: '/spec', value: null }], ABOVE],
  ['nothing', [{ op: 'replace', path: '', value: null }], ABOVE],
  ['removed', [{ op: 'remove', path: '/spec' }], ABOVE],
  ['copied, beside a value that nobody reads', [{ op: 'copy', from: '/a', path: '/spec/replicas', value: 2 }], ABOVE],
  ['moved there', [{ op: 'move', from: '/a', path: '/spec' }], ABOVE],
  ['moved away', [{ op: 'move', from: '/spec/replicas', path: '/metadata/a' }], ABOVE],
  [
    'written, and tested to be few afterwards',
    [
      { op: 'add', path: '/spec/replicas', value: 9 },
      { op: 'test', path: '/spec/replicas', value: 2 },
    ],
    7,
  ],
  ['only tested', [{ op: 'test', path: '/spec/replicas', value: 9 }], 0],
  ['something else', [{ op: 'add', path: '/spec/paused', value: true }], 0],
];

for (const [name, body, amount] of ROWS)
  test(`replicas of a JSON patch: ${name}`, async () => {
    assert.equal(await patched(...body), amount);
  });
