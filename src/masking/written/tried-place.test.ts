import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { callerOf } from '../../../test/support/operation.ts';
import type { JsonValue } from '../../model/operation.ts';
import type { MaskRule } from '../../policy/mask-rule.ts';
import { MaskRules } from '../rules/mask-rules.ts';
import { triedPlace } from './tried-place.ts';

const rule: MaskRule = {
  id: 'p/m',
  source: { file: 'p.yaml', line: 1 },
  at: ['spec.token', 'spec.rows[1].name', 'status.**.key'],
  annotations: ['a/secret'],
  labels: ['team'],
  env: [],
  keys: [],
  detect: [],
  compare: 'field',
  honeytoken: false,
};
const kind = { apiGroup: '', resource: 'things', subresource: '' };
const rules = new MaskRules([rule]);
const masks = rules.masksFor(callerOf({}), { ...kind, target: 't', namespace: 'n', name: 'x' });
const { place } = rules.planOf(kind, { masks });

function tried({ labelSelector = '', fieldSelector = '', patch = [] as readonly JsonValue[] }): string | undefined {
  const body = {
    mediaType: '',
    bytes: Buffer.alloc(0),
    object: undefined,
    patch: { type: 'json' as const, operations: patch },
  };
  return triedPlace({ labelSelector, fieldSelector, body }, place, masks);
}

test('T73: a JSON patch does not look at, into or above what policy masks', () => {
  const rows: readonly (readonly [op: string, pointer: string, isTried: boolean, value?: JsonValue])[] = [
    ['test', '/spec/token', true],
    ['test', '/spec/token/deep', true],
    ['test', '/spec', true, { token: 'guess' }],
    ['test', '', true, {}],
    ['test', '/spec', true, ['guess']],
    ['test', '/spec', false],
    ['test', '/spec/replicas', false, 3],
    ['test', '/spec/replicas', false, null],
    ['copy', '/spec/token', true],
    ['move', '/metadata/annotations/a~1secret', true],
    ['test', '/metadata/labels/team', true],
    ['test', '/status/a/b/key', true],
    ['test', '/spec/rows/1/name', true],
    ['test', '/spec/rows/0/name', false],
    ['test', '/spec/rows/-1/name', true],
    ['test', '/spec/rows/01/name', true],
    ['copy', '/spec/rows/-1', true],
    ['test', '/metadata/resourceVersion', false],
    ['test', '/metadata/uid', false],
    ['replace', '/spec/token', false],
    ['add', '/spec', false],
  ];
  for (const [op, pointer, isTried, value = 'guess'] of rows) {
    const operation = op === 'copy' || op === 'move' ? { op, from: pointer, path: '/x' } : { op, path: pointer, value };
    equal(tried({ patch: [operation] }) !== undefined, isTried, `${op} ${pointer}`);
  }
});

test('T73: nothing is selected by what policy masks', () => {
  for (const [selectors, isTried] of [
    [{ labelSelector: 'team=red' }, true],
    [{ labelSelector: 'app=web,team in (red, blue)' }, true],
    [{ labelSelector: '!team' }, true],
    [{ labelSelector: 'app=web' }, false],
    [{ fieldSelector: 'metadata.name=a,spec.token==b' }, true],
    [{ fieldSelector: 'spec.token!=b' }, true],
    [{ fieldSelector: 'metadata.name=a' }, false],
  ] as const)
    equal(tried(selectors) !== undefined, isTried, JSON.stringify(selectors));
});
