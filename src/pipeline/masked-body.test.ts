import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testMasking } from '../../test/support/masking.ts';
import { callerOf, operationOf } from '../../test/support/operation.ts';
import { MaskRules } from '../masking/rules/mask-rules.ts';
import type { JsonValue } from '../model/operation.ts';
import type { MaskRule } from '../policy/mask-rule.ts';
import { maskedBody } from './masked-body.ts';

const token = `ghp_${'a1B2'.repeat(9)}`;
const mask: MaskRule = {
  ...{ id: 'p/m', source: { file: 'p.yaml', line: 1 }, at: ['spec.pins[3]', 'spec.codes["7"]'], compare: 'field' },
  ...{ annotations: [], labels: [], env: [], keys: [], detect: [], honeytoken: false },
};
const masking = testMasking(new MaskRules([mask]));

/** A JSON patch of one operation as it is kept, masks put as MASK. */
function kept(step: JsonValue, resource = 'deployments'): string {
  const uri = `/${resource === 'secrets' ? 'api/v1' : 'apis/apps/v1'}/namespaces/a/${resource}/b`;
  const operation = operationOf({ method: 'PATCH', uri, mediaType: 'application/json-patch+json', body: [step] });
  const body = maskedBody(masking, callerOf(), operation, 'x') as readonly JsonValue[];
  return JSON.stringify(body[0])
    .replaceAll(/[A-Za-z0-9+/]{50,}={0,2}/g, (base64) => Buffer.from(base64, 'base64').toString())
    .replaceAll(/masked-by-sallyport-[a-z0-9-]+/g, 'MASK');
}

const add = (path: string, value: JsonValue): JsonValue => ({ op: 'add', path, value });

for (const [step, expected, resource] of [
  // At the root, in a list that is none, and where nothing is an object.
  [add('', { data: { a: 'hunter2' } }), '{"op":"add","path":"","value":{"data":{"a":"MASK"}}}', 'secrets'],
  [add('', token), '{"op":"add","path":"","value":"ghp_MASK"}'],
  [add('', [{ password: 'c0rrect-h0rse' }]), '{"op":"add","path":"","value":[{"password":"MASK"}]}'],
  [add('/0', token), '{"op":"add","path":"/0","value":"ghp_MASK"}'],
  [add('/-/password', 'c0rrect-h0rse'), '{"op":"add","path":"/-/password","value":"MASK"}'],
  // A number is a place in a list, or a key.
  [add('/spec/pins/3', 'ab'), '{"op":"add","path":"/spec/pins/3","value":"MASK"}'],
  [add('/spec/codes/7', 'ab'), '{"op":"add","path":"/spec/codes/7","value":"MASK"}'],
  [add('/data/12', 'ab'), '{"op":"add","path":"/data/12","value":"MASK"}', 'secrets'],
  // What is beside the value is not said.
  [add('/spec/template/spec/containers/0/env/2/value', 'ab'), '{"op":"add","path":"/spec/template/spec/containers/0/env/2/value","value":"MASK"}'],
  [add('/spec/template/spec/containers/0/env/-1/value', 'ab'), '{"op":"add","path":"/spec/template/spec/containers/0/env/-1/value","value":"MASK"}'],
  [add('/spec/env/0/value', '$(OTHER)'), '{"op":"add","path":"/spec/env/0/value","value":"$(OTHER)"}'],
  [add('/spec/replicas', 3), '{"op":"add","path":"/spec/replicas","value":3}'],
  [add('/spec/env/0', { name: 'A', value: 'b' }), '{"op":"add","path":"/spec/env/0","value":{"name":"A","value":"b"}}'],
  // Nor is the option that gives a word of a command its meaning.
  [add('/spec/containers/0/args/1', 'c0rrect-h0rse'), '{"op":"add","path":"/spec/containers/0/args/1","value":"MASK"}'],
  [add('/spec/containers/0/command/-', 'c0rrect-h0rse'), '{"op":"add","path":"/spec/containers/0/command/-","value":"MASK"}'],
  ...['--replicas=3', 'serve', '-v', ':8080', '/etc/web/config.yaml', 'web.shop.svc:8443', 'v1.37.1', '500m', '10.0.0.1', 'key=value', '--flag=a1b2c3d4e5'].map((word) => [add('/spec/containers/0/args/1', word), `{"op":"add","path":"/spec/containers/0/args/1","value":"${word}"}`] as const),
  // Places say something too, and so would what nobody reads.
  [add(`/metadata/labels/${token}`, 'a'), '{"op":"add","path":"/metadata/labels/ghp_MASK","value":"a"}'],
  [{ op: 'move', from: `/metadata/labels/${token}`, path: '/metadata/labels/a' }, '{"op":"move","path":"/metadata/labels/a","from":"/metadata/labels/ghp_MASK"}'],
  [{ op: 'remove', path: '/spec/a', note: token }, '{"op":"remove","path":"/spec/a"}'],
] as const) // biome-ignore format: a table
  test(`T55: of a JSON patch is kept: ${expected}`, () => assert.equal(kept(step, resource), expected));
