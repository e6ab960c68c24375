import { deepEqual, equal, notDeepEqual, notEqual, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { callerOf } from '../../../test/support/operation.ts';
import type { MaskRule } from '../../policy/mask-rule.ts';
import { patternDetector } from '../detect/pattern-detector.ts';
import { MaskKey } from '../form/mask-key.ts';
import { ReplyMasker } from '../objects/reply-masker.ts';
import { textMask } from '../text/text-mask.ts';
import { type MaskedOperation, MaskRules, type MaskView } from './mask-rules.ts';

const key = new MaskKey(Buffer.alloc(32, 7));
const dev = callerOf({ subject: 'dev' });

function ruleOf(part: Partial<MaskRule>): MaskRule {
  return {
    id: 'p/m',
    source: { file: 'p.yaml', line: 1 },
    at: [],
    annotations: [],
    labels: [],
    env: [],
    keys: [],
    detect: [],
    compare: 'field',
    honeytoken: false,
    ...part,
  };
}

function operation(resource: string, part: Partial<MaskedOperation> = {}): MaskedOperation {
  const [name = '', subresource = ''] = resource.split('/');
  return { target: 'prod', apiGroup: '', resource: name, subresource, namespace: 'shop', name: 'x', ...part };
}

/** An object as `dev` sees it. */
function seen(
  masks: readonly Partial<MaskRule>[],
  resource: string,
  object: unknown,
  view: MaskView = {},
  part: Partial<MaskedOperation> = {},
) {
  const rules = new MaskRules(
    masks.map((mask, i) => ruleOf({ id: `p/m${i}`, ...mask })),
    patternDetector,
  );
  const asked = operation(resource, part);
  const plan = rules.planOf(asked, { masks: rules.masksFor(dev, asked), ...view });
  const masker = new ReplyMasker({
    plan,
    keying: { key, target: 'prod', exchange: 'x1', isComparable: true },
    shape: 'object',
    mayBeTable: plan.mayBeTable,
  });
  const text = typeof object === 'string' ? object : JSON.stringify(object);
  const out = Buffer.concat([masker.write(Buffer.from(text)), masker.end()]).toString();
  return { out, shown: masker.shown, count: masker.count };
}

const mask = /masked-by-sallyport-[a-z2-7]{20}/g;
const short = (text: string) => text.replace(mask, 'MASK');

test('a place masks its strings and numbers, and all that is below; booleans and what the object is stay', () => {
  const object = {
    apiVersion: 'example.com/v1',
    kind: 'Thing',
    metadata: { name: 'a', uid: 'u', resourceVersion: '7', labels: { kind: 'x' } },
    spec: { token: 'abc', on: true, n: 5, deep: [{ token: 'def', other: 'stays' }] },
  };
  const of = (at: string) => short(seen([{ at: [at] }], 'things', object).out);
  const spec = (text: string) => JSON.stringify(object).replace(/"spec":.*/, `"spec":${text}}`);
  equal(of('spec.token'), spec('{"token":"MASK","on":true,"n":5,"deep":[{"token":"def","other":"stays"}]}'));
  equal(of('spec.**.token'), spec('{"token":"MASK","on":true,"n":5,"deep":[{"token":"MASK","other":"stays"}]}'));
  equal(of('spec.deep[*].token'), spec('{"token":"abc","on":true,"n":5,"deep":[{"token":"MASK","other":"stays"}]}'));
  equal(of('spec.deep[1].token'), JSON.stringify(object));
  equal(of('spec'), spec('{"token":"MASK","on":true,"n":0,"deep":[{"token":"MASK","other":"MASK"}]}'));
  const all = of('**');
  ok(
    all.startsWith(
      '{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"a","uid":"u","resourceVersion":"7"',
    ),
  );
  ok(all.includes('"labels":{"kind":"MASK"}'));
});

test('a place in base64 has a mask in base64; keys of ConfigMaps have both', () => {
  const out = seen([{ keys: ['*.pem', 'plain'] }], 'configmaps', {
    metadata: { uid: 'u' },
    data: { plain: 'abc', other: 'abc', 'a.pem': 'abc' },
    binaryData: { 'b.pem': 'YWJj', x: 'YWJj' },
  }).out;
  const { data, binaryData } = JSON.parse(out) as Record<'data' | 'binaryData', Record<string, string>>;
  deepEqual([short(data['plain'] ?? ''), data['other'], short(data['a.pem'] ?? '')], ['MASK', 'abc', 'MASK']);
  equal(short(Buffer.from(binaryData['b.pem'] ?? '', 'base64').toString()), 'MASK');
  equal(binaryData['x'], 'YWJj');
  equal(seen([{ keys: ['plain'] }], 'things', { data: { plain: 'abc' } }).out, '{"data":{"plain":"abc"}}');
  const hook = seen(
    [{ at: ['webhooks[*].clientConfig'] }],
    'validatingwebhookconfigurations',
    '{"webhooks":[{"clientConfig":{"caBundle":"YWJj","url":"u"}}]}',
    {},
    { apiGroup: 'admissionregistration.k8s.io' },
  );
  const config = (JSON.parse(hook.out) as { webhooks: { clientConfig: { caBundle: string; url: string } }[] })
    .webhooks[0]?.clientConfig;
  equal(short(Buffer.from(config?.caBundle ?? '', 'base64').toString()), 'MASK');
  equal(short(config?.url ?? ''), 'MASK');
});

test('annotations, labels and environment variables are masked by their names, in templates and as they were applied too', () => {
  const applied = JSON.stringify({
    metadata: { annotations: { 'a/secret': 'S.3' } },
    env: [{ name: 'MY_URL', value: 'v' }],
  });
  const pod = { metadata: { labels: { team: 'R.ed', app: 'web' }, annotations: { 'a/secret': 'S.2' } } };
  const { out } = seen([{ annotations: ['a/*'] }, { labels: ['team'] }, { env: ['MY_*'] }], 'deployments', {
    metadata: {
      uid: 'u',
      labels: { team: 'R.ed' },
      annotations: { 'a/secret': 'S.1', b: 'x', 'kubectl.kubernetes.io/last-applied-configuration': applied },
    },
    spec: {
      selector: { matchLabels: { team: 'R.ed', app: 'web' } },
      template: {
        ...pod,
        spec: {
          containers: [
            {
              env: [
                { name: 'MY_URL', value: 'v' },
                { name: 'HOST', value: 'v' },
              ],
            },
          ],
        },
      },
    },
  });
  for (const leaked of ['S.1', 'S.2', 'S.3', 'R.ed']) ok(!out.includes(leaked), out);
  equal(out.match(mask)?.length, 8);
  ok(out.includes('{"name":"HOST","value":"v"}'));
});

test('a pod template is shown equal in a Deployment and in its ReplicaSet where a mask compares over the target, and else is not', () => {
  const template = { spec: { containers: [{ name: 'web', env: [{ name: 'DB_PASSWORD', value: 'c0rrect-h0rse' }] }] } };
  const templateOf = (masks: readonly object[], resource: string, uid: string) => {
    const owner = { kind: 'Deployment', uid: 'u-deployment', controller: true };
    const metadata = { uid, ...(resource === 'replicasets' ? { ownerReferences: [owner] } : {}) };
    const { out } = seen(masks as Parameters<typeof seen>[0], resource, { metadata, spec: { template } });
    ok(!out.includes('c0rrect'));
    return (JSON.parse(out) as { spec: { template: unknown } }).spec.template;
  };
  const both = (masks: readonly object[]) =>
    [templateOf(masks, 'deployments', 'u-deployment'), templateOf(masks, 'replicasets', 'u-set')] as const;
  deepEqual(...both([{ env: ['*PASSWORD*'], compare: 'target' }]));
  notDeepEqual(...both([]));
});

test('detectors that look only where they are named, and patterns, mask anywhere; in what a program says by the name of the mask', () => {
  const card = '4111 1111 1111 1111';
  equal(seen([], 'things', { a: card }).out, JSON.stringify({ a: card }));
  equal(short(seen([{ detect: ['card-number'] }], 'things', { a: card }).out), '{"a":"MASK"}');
  const pattern = { id: 'payments/acme.customer-number', pattern: 'ACME-[0-9]{8}' };
  equal(short(seen([pattern], 'things', { a: 'x ACME-12345678 y', b: 'ACME-1' }).out), '{"a":"x MASK y","b":"ACME-1"}');
  const rules = new MaskRules([ruleOf(pattern)], patternDetector);
  const spans = rules
    .textDetection(rules.masksFor(dev, operation('pods/log')))
    .inString('got ACME-12345678, DB_PASSWORD=c0rrect-h0rse');
  deepEqual(
    spans.map(({ detector }) => textMask(detector)),
    ['masked-by-sallyport-acme-customer-number', 'masked-by-sallyport-keyed-secret'],
  );
  ok(textMask('payments/acme.customer-number').length <= 40);
  equal(rules.textDetection([]), new MaskRules().textDetection([]));
});

test('masks narrow by caller, target, namespace, group and resource; a resource has its subresources, and all namespaces at once are each of them', () => {
  const speaks = (part: Partial<MaskRule>, resource: string, more: Partial<MaskedOperation> = {}) => {
    const rules = new MaskRules([ruleOf({ at: ['spec'], ...part })]);
    return rules.masksFor(dev, operation(resource, more)).length === 1;
  };
  for (const [expected, part, resource, more] of [
    [true, {}, 'pods', {}],
    [true, { callers: [{ subjects: ['d*'] }] }, 'pods', {}],
    [false, { callers: [{ subjects: ['other'] }] }, 'pods', {}],
    [true, { targets: ['pr*'] }, 'pods', {}],
    [false, { targets: ['dev'] }, 'pods', {}],
    [true, { namespaces: ['sh*'] }, 'pods', {}],
    [false, { namespaces: ['other'] }, 'pods', {}],
    [true, { namespaces: ['other'] }, 'pods', { namespace: '', name: '' }],
    [false, { namespaces: ['other'] }, 'nodes', { namespace: '', name: 'n1' }],
    [true, { apiGroups: [''], resources: ['pods'] }, 'pods/status', {}],
    [true, { apiGroups: ['*'], resources: ['*'] }, 'pods', { apiGroup: 'x' }],
    [false, { apiGroups: ['apps'] }, 'pods', {}],
    [true, { resources: ['pods/log'] }, 'pods/log', {}],
    [false, { resources: ['pods/log'] }, 'pods', {}],
    [false, { resources: ['nodes'] }, 'pods', {}],
  ] as const)
    equal(speaks(part, resource, more), expected, JSON.stringify([part, resource, more]));
});

test('where no mask of policy speaks, the plan is the very one that stands without policy', () => {
  const rules = new MaskRules([ruleOf({ at: ['spec.a'], resources: ['things'] })]);
  equal(
    rules.planOf(operation('pods'), { masks: rules.masksFor(dev, operation('pods')) }),
    rules.planOf(operation('pods')),
  );
  ok(rules.planOf(operation('pods')).mayBeTable);
});

test('T73: masks compare along one field; along an object or a target where a rule says so, and no further', () => {
  const at = ['spec.a', 'spec.b'];
  const masksOf = (compare: MaskRule['compare'], uid: string) =>
    seen([{ at, compare }], 'things', { metadata: { uid }, spec: { a: 'same', b: 'same' } }).out.match(mask) ?? [];
  const [fieldA, fieldB] = masksOf('field', 'u');
  notEqual(fieldA, fieldB);
  const [objectA, objectB] = masksOf('object', 'u');
  equal(objectA, objectB);
  notEqual(objectA, masksOf('object', 'v')[0]);
  equal(masksOf('target', 'u')[0], masksOf('target', 'v')[1]);
});

test('what a rule opens is shown and counted at that place alone, in what was applied as well', () => {
  const applied = JSON.stringify({ kind: 'Secret', data: { user: 'dXNlcg==', password: 'aHVudGVyMg==' } });
  const secret = {
    kind: 'Secret',
    metadata: { uid: 'u', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': applied } },
    data: { user: 'dXNlcg==', password: 'aHVudGVyMg==' },
  };
  const { out, shown, count } = seen([], 'secrets', secret, { unmask: ['data.user'] });
  const back = JSON.parse(out) as typeof secret;
  equal(back.data.user, 'dXNlcg==');
  ok(!out.includes('aHVudGVyMg'));
  deepEqual([shown, count], [2, 2]);
  const env = {
    spec: { containers: [{ env: [{ name: 'DB_PASSWORD', value: 'hunter2' }], args: ['--password=c0rrect-h0rse'] }] },
  };
  const opened = seen([], 'pods', env, { unmask: ['spec.containers[*].env[*].value'] }).out;
  ok(opened.includes('hunter2') && !opened.includes('c0rrect'), opened);
  equal(
    seen([{ at: ['spec.a'] }], 'things', '{"spec":{"a":"x","b":"y"}}', { unmask: ['spec.a'] }).out,
    '{"spec":{"a":"x","b":"y"}}',
  );
});

test('default masks that are open stay masked where policy names them, and places that policy masks though all are open', () => {
  const open = new Set(['jwt', 'keyed-secret', 'secret-values', 'embedded-secret']);
  const secret = '{"kind":"Secret","data":{"a":"YWJj","b":"YWJj"}}';
  equal(seen([], 'secrets', secret, { open }).out, secret);
  const { data } = JSON.parse(seen([{ at: ['data.a'] }], 'secrets', secret, { open }).out) as {
    data: Record<string, string>;
  };
  equal(short(Buffer.from(data['a'] ?? '', 'base64').toString()), 'MASK');
  equal(data['b'], 'YWJj');
  equal(
    short(seen([{ detect: ['keyed-secret'] }], 'things', { password: 'c0rrect-h0rse' }, { open }).out),
    '{"password":"MASK"}',
  );
});

test('what policy masks in a kind is masked in the manifests of Helm’s releases too', () => {
  const manifest = `apiVersion: example.com/v1
kind: Policy
metadata: { name: a }
spec: { token: manifest-canary, other: stays }
---
apiVersion: apps/v1
kind: Deployment
spec: { template: { spec: { containers: [{ env: [{ name: MY_URL, value: env-canary }] }] } } }
`;
  const record = Buffer.from(gzipSync(JSON.stringify({ name: 'r', manifest })).toString('base64')).toString('base64');
  const secret = { type: 'helm.sh/release.v1', metadata: { uid: 'u' }, data: { release: record } };
  const masks = [
    { resources: ['policies'], apiGroups: ['example.com'], at: ['spec.token'] },
    { resources: ['deployments'], env: ['MY_*'] },
  ];
  const { data } = JSON.parse(seen(masks, 'secrets', secret).out) as typeof secret;
  const back = gunzipSync(Buffer.from(Buffer.from(data.release, 'base64').toString(), 'base64')).toString();
  ok(!back.includes('canary'), back);
  ok(back.includes('other: stays'));
});

test('a table may not show what is masked at a place outside of metadata', () => {
  const isTabled = (part: Partial<MaskRule>) => {
    const rules = new MaskRules([ruleOf(part)]);
    return rules.planOf(operation('things'), { masks: rules.masksFor(dev, operation('things')) }).mayBeTable;
  };
  deepEqual(
    [
      isTabled({ at: ['spec.a'] }),
      isTabled({ at: ['**.a'] }),
      isTabled({ annotations: ['a'] }),
      isTabled({ env: ['A'] }),
    ],
    [false, false, true, true],
  );
});
