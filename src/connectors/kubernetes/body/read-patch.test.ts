// What a patch says of its own kind counts where the API server reads it, and nowhere else; test/cluster-suites/bodies.test.ts asks a real one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonValue } from '../../../model/operation.ts';
import { Refusal } from '../../../model/refusal.ts';
import { requestInfo } from '../request/request-info.ts';
import { readOperationBody } from './read-operation-body.ts';

const DEPLOYMENT = '/apis/apps/v1/namespaces/a/deployments/web';
const SCALE = `${DEPLOYMENT}/scale`;
const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const APPLY = 'application/apply-patch+yaml';
const JSON_PATCH = 'application/json-patch+json';

/** What the patch makes the operation equal, or why it is refused. */
function outcome(uri: string, contentType: string, body: JsonValue): string {
  const path = requestInfo('PATCH', uri);
  const scale = { kind: 'Scale', group: 'autoscaling', version: 'v1', isNamespaced: true };
  const deployment = { kind: 'Deployment', group: 'apps', version: 'v1', isNamespaced: true };
  try {
    const bytes = Buffer.from(JSON.stringify(body));
    const expected = path.subresource === 'scale' ? scale : deployment;
    return `reads ${readOperationBody({ bytes, contentType, path, expected }).equivalents.join()}`;
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return `${error.code}: ${error.message}`;
  }
}

/** As Ansible's `k8s_scale` sends it. */
const parent = { kind: 'Deployment', apiVersion: 'apps/v1', metadata: { name: 'web', namespace: 'a' } };

const ROWS: readonly (readonly [uri: string, type: string, body: JsonValue, want: RegExp])[] = [
  [SCALE, STRATEGIC, { ...parent, spec: { replicas: 2 } }, /^reads $/],
  [SCALE, STRATEGIC, { ...parent, spec: { replicas: 0 } }, /^reads scale-to-zero$/],
  [`${DEPLOYMENT}/status`, STRATEGIC, { kind: 'Scale' }, /^reads $/],
  [DEPLOYMENT, STRATEGIC, { kind: 'Pod', apiVersion: null }, /^reads $/],
  [SCALE, STRATEGIC, { ...parent, metadata: { name: 'db' } }, /^BODY_MISMATCH: `metadata.name` is `db`/],
  [SCALE, STRATEGIC, { kind: 7 }, /^BODY_MISMATCH: `kind` in the body is not a string/],
  [SCALE, STRATEGIC, { Spec: {} }, /^BODY_UNREADABLE: `Spec` differs from `spec` in case alone/],
  [SCALE, MERGE, parent, /^BODY_MISMATCH: `kind` is `Deployment`, but this path takes `Scale`/],
  [SCALE, APPLY, parent, /^BODY_MISMATCH: `kind` is `Deployment`, but this path takes `Scale`/],
  [SCALE, JSON_PATCH, [{ op: 'replace', path: '/kind', value: 'Deployment' }], /^BODY_MISMATCH: the JSON patch changes `kind`/],
]; // biome-ignore format: a table

for (const [uri, type, body, want] of ROWS)
  test(`${type} of ${uri}: ${JSON.stringify(body)}`, () => assert.match(outcome(uri, type, body), want));
