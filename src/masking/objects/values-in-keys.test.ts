/* Values that stand in keys: in managed fields, which tell elements of lists apart by them; and of maps. */
import { equal, notEqual, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { callerOf } from '../../../test/support/operation.ts';
import type { MaskRule } from '../../policy/mask-rule.ts';
import { MaskKey } from '../form/mask-key.ts';
import { type MaskedOperation, MaskRules, type MaskView } from '../rules/mask-rules.ts';
import { putBack } from '../written/put-back.ts';
import { sourceOf } from '../written/source.ts';
import { ReplyMasker } from './reply-masker.ts';

const dev = callerOf({ subject: 'dev' });
const things: MaskedOperation = {
  target: 'prod',
  apiGroup: 'example.com',
  resource: 'things',
  subresource: '',
  namespace: 'shop',
  name: 'a',
};
const keying = { key: new MaskKey(Buffer.alloc(32, 7)), target: 'prod', exchange: 'x', isComparable: true };
const token = `ghp_${'a1B2'.repeat(9)}`;

/** How things are shown where places are masked. */
function planFor(at: readonly string[], view: MaskView = {}) {
  const rule: MaskRule = {
    ...{ id: 'p/m', source: { file: 'p.yaml', line: 1 }, at, annotations: [], labels: [], env: [], keys: [] },
    ...{ detect: [], compare: 'field', honeytoken: false },
  };
  const rules = new MaskRules(at.length === 0 ? [] : [rule]);
  return rules.planOf(things, { masks: rules.masksFor(dev, things), ...view });
}

/** A thing as it leaves, masks put as MASK; also in a list that is cut anywhere, which says the same. */
function seen(text: string, at: readonly string[] = [], view: MaskView = {}): string {
  const plan = planFor(at, view);
  const out = (written: string, shape: 'object' | 'list', cut = written.length) => {
    const masker = new ReplyMasker({ plan, keying, shape, mayBeTable: plan.mayBeTable, listStepBytes: 0 });
    const [first, second] = [written.slice(0, cut), written.slice(cut)];
    return Buffer.concat([
      masker.write(Buffer.from(first)),
      masker.write(Buffer.from(second)),
      masker.end(),
    ]).toString();
  };
  const alone = out(text, 'object');
  const list = `{"items":[${text}]}`;
  for (let cut = 0; cut < list.length; cut += 7) equal(out(list, 'list', cut), `{"items":[${alone}]}`);
  return alone.replace(/masked-by-sallyport-[a-z2-7]{20}/g, 'MASK');
}

const managed = (fields: string) =>
  `{"metadata":{"managedFields":[{"manager":"m","operation":"Update","fieldsV1":${fields}},{"manager":"n"}],"uid":"u"}}`;

test('T46: what managed fields say of an element is masked where policy masks its place', () => {
  for (const [at, fields, expected] of [
    [
      'spec.codes',
      '{"f:spec":{"f:codes":{".":{},"v:\\"a\\"":{}}}}',
      '{"f:spec":{"f:codes":{".":{},"v:\\"MASK\\"":{}}}}',
    ],
    [
      'spec.codes[*]',
      '{"f:spec":{"f:codes":{"v:4711":{},"v:true":{}}}}',
      '{"f:spec":{"f:codes":{"v:0":{},"v:true":{}}}}',
    ],
    ['spec.codes[2]', '{"f:spec":{"f:codes":{"v:\\"a\\\\\\"b\\"":{}}}}', '{"f:spec":{"f:codes":{"v:\\"MASK\\"":{}}}}'],
    [
      'spec.users[*].pin',
      '{"f:spec":{"f:users":{"k:{\\"name\\":\\"bob\\",\\"pin\\":\\"12\\"}":{".":{},"f:pin":{}}}}}',
      '{"f:spec":{"f:users":{"k:{\\"name\\":\\"bob\\",\\"pin\\":\\"MASK\\"}":{".":{},"f:pin":{}}}}}',
    ],
    [
      'spec.**.pin',
      '{"f:spec":{"f:sites":{"k:{\\"id\\":7,\\"pin\\":12}":{"f:doors":{"k:{\\"pin\\":\\"x\\"}":{}}}}}}',
      '{"f:spec":{"f:sites":{"k:{\\"id\\":7,\\"pin\\":0}":{"f:doors":{"k:{\\"pin\\":\\"MASK\\"}":{}}}}}}',
    ],
    ["spec['a\"b']", '{"f:spec":{"f:a\\"b":{"v:\\"x\\"":{}}}}', '{"f:spec":{"f:a\\"b":{"v:\\"MASK\\"":{}}}}'],
    [
      'spec.sets',
      '{"f:spec":{"f:sets":{"v:{\\"a\\":[\\"x\\",1]}":{}}}}',
      '{"f:spec":{"f:sets":{"v:{\\"a\\":[\\"MASK\\",0]}":{}}}}',
    ],
    [
      'spec.tokens[*].x',
      '{"f:spec":{"f:tokens":{"v:\\"x9y8z7w6v5\\"":{}}}}',
      '{"f:spec":{"f:tokens":{"v:\\"MASK\\"":{}}}}',
    ],
  ] as const)
    equal(seen(managed(fields), [at]), managed(expected), at);
});

test('T46: and what stands elsewhere, is shown by a rule or only tells whose fields they are stays as it came', () => {
  const fields =
    '{"f:metadata":{"f:finalizers":{"v:\\"a/b\\"":{}}},"f:spec":{"f:codes":{"v:\\"a\\"":{}},"f:list":{"i:3":{}}}}';
  equal(seen(managed(fields), ['spec.other[*]']), managed(fields));
  equal(seen(managed(fields), ['metadata.**', 'spec.list']), managed(fields));
  equal(seen(managed(fields), ['spec'], { unmask: ['spec.codes'] }), managed(fields));
  equal(seen(managed(fields)), managed(fields));
});

test('T46: a token in whose fields they are is masked, too', () => {
  const of = (manager: string) =>
    `{"metadata":{"managedFields":[{"manager":"${manager}","operation":"Apply","time":"2026-01-01T00:00:00Z","fieldsV1":{"f:data":{".":{}}}}],"uid":"u"}}`;
  equal(seen(of(token)), of('ghp_MASK'));
  equal(seen(of('kubectl-client-side-apply')), of('kubectl-client-side-apply'));
});

test('T46: masks of two elements differ, and hang on whose they are', () => {
  const plan = planFor(['spec.codes']);
  const shown = (text: string) => JSON.stringify(sourceOf(Buffer.from(text), { plan, keying }).shown);
  const text = managed('{"f:spec":{"f:codes":{"v:\\"a\\"":{},"v:\\"b\\"":{}}}}');
  const masks = [...shown(text).matchAll(/masked-by-sallyport-[a-z2-7]{20}/g)].map(([mask]) => mask);
  equal(new Set(masks).size, 2);
  notEqual(shown(text.replace('"u"', '"w"')).includes(masks[0] ?? ''), true);
});

test('T46: a token that is a key is masked as one that is a value, in managed fields too', () => {
  const of = (key: string) => `{"spec":{"owners":{"${key}":{"by":"bob"},"x":1}},"metadata":{"uid":"u"}}`;
  equal(seen(of(token)), of('ghp_MASK'));
  equal(seen(of(token.replace('g', '\\u0067'))), of('\\u0067hp_MASK'));
  equal(
    seen(of(`https://bot:hunter2@git.example.com/${'a'.repeat(200)}`)),
    of(`https://bot:MASK@git.example.com/${'a'.repeat(200)}`),
  );
  equal(seen(managed(`{"f:data":{"f:${token}":{}}}`)), managed('{"f:data":{"f:ghp_MASK":{}}}'));
  for (const key of ['ghp_short', 'password', 'arn:aws:secretsmanager:eu:1:secret:db-a1B2c3d4', 'tls.crt'])
    equal(seen(of(key)), of(key));
});

test('T49: a mask that is written as a key is refused: nothing puts one back', () => {
  const plan = planFor(['spec.codes']);
  for (const text of [
    `{"spec":{"${token}":1},"metadata":{"uid":"u"}}`,
    managed('{"f:spec":{"f:codes":{"v:\\"a\\"":{}}}}'),
  ]) {
    const source = sourceOf(Buffer.from(text), { plan, keying });
    const done = putBack({ object: source.shown }, [source], { plan, keying });
    ok(done.kind === 'key' && /masked-by-sallyport/.test(done.path.at(-1) ?? ''), JSON.stringify(done));
  }
});

test('T46: each secret of a kubeconfig’s user that is an object is masked however it looks, those of its provider too', () => {
  const of = (value: string) =>
    `{"spec":{"user":{"token":"${value}","auth-provider":{"name":"oidc","config":{"client-id":"kubernetes","id-token":"${value}","refresh-token":"${value}","access-token":"${value}","client-secret":"${value}"}}}}}`;
  equal(seen(of('abc')), of('MASK'));
});
