import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonPatched } from '../../demo/standin/patch/json-patch.ts';
import { answerReview, type WayTo } from '../../src/admission/answer-review.ts';

const way = {
  host: 'gw.sallyport.svc',
  port: 8444,
  audience: 'sallyport',
  caPem: '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n',
};
const wayTo: WayTo = (target) => (target === 'here' ? way : { refused: `no target \`${target}\`` });
const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

const review = (object: unknown, more: object = {}) => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: { uid: 'u', operation: 'CREATE', kind: { group: '', version: 'v1', kind: 'Pod' }, object, ...more },
});

/** As the API server has it behind its own plugin for service accounts. */
const pod = {
  metadata: { labels: { 'sallyport.dev/target': 'here' }, annotations: { own: 'x' } },
  spec: {
    initContainers: [{ name: 'first', image: 'i' }],
    containers: [
      {
        name: 'main',
        image: 'i',
        env: [
          { name: 'KUBERNETES_SERVICE_HOST', value: '10.0.0.1' },
          { name: 'OWN', value: '$(KUBERNETES_SERVICE_HOST)' },
        ],
        volumeMounts: [
          { name: 'data', mountPath: '/data' },
          { name: 'kube-api-access-abcde', mountPath: FOLDER, readOnly: true },
        ],
      },
    ],
    volumes: [
      { name: 'data', emptyDir: {} },
      {
        name: 'kube-api-access-abcde',
        projected: { defaultMode: 420, sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: 'token' } }] },
      },
    ],
  },
};

function led(object: unknown) {
  const { response } = answerReview(review(object), wayTo);
  assert.equal(response.allowed, true, JSON.stringify(response));
  const patch = response.patch === undefined ? [] : JSON.parse(Buffer.from(response.patch, 'base64').toString());
  return { response, patch, pod: jsonPatched(structuredClone(object) as never, patch) as unknown as typeof pod };
}

test('every container finds the gateway in place of the API server, by variables, authority and token', () => {
  const { pod: after } = led(pod);
  for (const container of [
    ...after.spec.initContainers,
    ...after.spec.containers,
  ] as (typeof pod.spec.containers)[number][]) {
    assert.deepEqual(container.env.slice(0, 3), [
      { name: 'KUBERNETES_SERVICE_HOST', value: 'gw.sallyport.svc' },
      { name: 'KUBERNETES_SERVICE_PORT', value: '8444' },
      { name: 'KUBERNETES_SERVICE_PORT_HTTPS', value: '8444' },
    ]);
    assert.deepEqual(container.volumeMounts.at(-1), { name: 'sallyport-access', mountPath: FOLDER, readOnly: true });
  }
  assert.deepEqual(after.spec.containers[0]?.env.at(-1), { name: 'OWN', value: '$(KUBERNETES_SERVICE_HOST)' });
  assert.deepEqual(after.metadata.annotations, { own: 'x', 'sallyport.dev/ca': way.caPem });
  assert.deepEqual(
    after.spec.volumes.map(({ name }) => name),
    ['data', 'sallyport-access'],
    'the token for the API server is gone',
  );
  assert.match(JSON.stringify(after.spec.volumes), /"audience":"sallyport"/);
});

test('asked again about its own work, also where another webhook added a container, it changes what is new and nothing else', () => {
  const { pod: after } = led(pod);
  assert.deepEqual(led(after).patch, []);
  const more = structuredClone(after);
  more.spec.containers.push({ name: 'side', image: 'i' } as never);
  const again = led(more);
  assert.deepEqual(
    again.patch.map(({ path }: { path: string }) => path),
    ['/spec/containers/1/env', '/spec/containers/1/volumeMounts'],
  );
  assert.deepEqual(led(again.pod).patch, []);
});

test('a pod without annotations, volumes or mounts is led as well', () => {
  const { pod: after } = led({
    metadata: { labels: pod.metadata.labels },
    spec: { containers: [{ name: 'main', image: 'i' }] },
  });
  assert.equal((after.spec.volumes as unknown[]).length, 1);
  assert.equal(after.spec.containers[0]?.volumeMounts.length, 1);
});

test('a mount that would cover the folder is taken away, however its path is written', () => {
  for (const mountPath of [
    `${FOLDER}/`,
    '/var//run/secrets/kubernetes.io/serviceaccount',
    '/run/secrets/kubernetes.io/serviceaccount',
  ]) {
    const { pod: after } = led({
      ...pod,
      spec: {
        containers: [{ name: 'main', image: 'i', volumeMounts: [{ name: 'data', mountPath }] }],
        volumes: pod.spec.volumes,
      },
    });
    assert.deepEqual(
      after.spec.containers[0]?.volumeMounts.map(({ name }) => name),
      ['sallyport-access'],
      mountPath,
    );
  }
});

test('a token for the API server that a container mounts elsewhere stays, and its author is warned', () => {
  const elsewhere = structuredClone(pod);
  elsewhere.spec.containers[0]?.volumeMounts.push({ name: 'kube-api-access-abcde', mountPath: '/elsewhere' } as never);
  const { response } = led(elsewhere);
  assert.deepEqual(response.warnings, [
    'volume `kube-api-access-abcde` holds a token for the API server itself: what uses it goes round the gateway',
  ]);
});

const REFUSED: readonly (readonly [what: string, review: unknown, says: RegExp])[] = [
  [
    'a target that there is not',
    review({ ...pod, metadata: { labels: { 'sallyport.dev/target': 'nowhere' } } }),
    /no target `nowhere`/,
  ],
  ['a pod that did not ask', review({ ...pod, metadata: {} }), /has no label `sallyport.dev\/target`/],
  ['another kind', review(pod, { kind: { group: 'apps', kind: 'Deployment' } }), /only pods/],
  ['another operation', review(pod, { operation: 'UPDATE' }), /only pods/],
  ['a subresource', review(pod, { subResource: 'ephemeralcontainers' }), /only pods/],
  ['no object', review(undefined), /only pods/],
];

for (const [what, asked, says] of REFUSED) {
  test(`${what} is refused, and never let through as it is`, () => {
    const { response } = answerReview(asked, wayTo);
    assert.equal(response.allowed, false);
    assert.equal(response.patch, undefined);
    assert.match(response.status?.message ?? '', says);
  });
}

test('what is no AdmissionReview is no question', () => {
  for (const none of [
    undefined,
    null,
    7,
    {},
    { ...review(pod), apiVersion: 'admission.k8s.io/v1beta1' },
    { ...review(pod), request: {} },
  ])
    assert.throws(() => answerReview(none, wayTo), TypeError);
});
