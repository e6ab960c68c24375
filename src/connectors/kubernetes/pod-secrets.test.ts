import assert from 'node:assert/strict';
import { test } from 'node:test';
import { podSecretOf, secretNamesOf } from './pod-secrets.ts';

test('every Secret that containers are given is named, however it is given', () => {
  const pod = {
    spec: {
      imagePullSecrets: [{ name: 'pull' }],
      containers: [
        {
          env: [
            { name: 'A', valueFrom: { secretKeyRef: { name: 'by-env', key: 'a' } } },
            { name: 'B', value: 'b' },
          ],
          envFrom: [{ secretRef: { name: 'by-env-from' } }, { configMapRef: { name: 'map' } }],
        },
      ],
      initContainers: [{ envFrom: [{ secretRef: { name: 'by-init' } }] }],
      ephemeralContainers: [{ envFrom: [{ secretRef: { name: 'by-debug' } }] }],
      volumes: [
        { name: 'v', secret: { secretName: 'by-volume' } },
        {
          name: 'p',
          projected: { sources: [{ secret: { name: 'by-projection' } }, { serviceAccountToken: { path: 't' } }] },
        },
        { name: 'c', csi: { driver: 'd', nodePublishSecretRef: { name: 'by-driver' } } },
        { name: 'again', secret: { secretName: 'by-volume' } },
      ],
    },
  };
  assert.deepEqual([...secretNamesOf(pod)].sort(), [
    'by-debug',
    'by-driver',
    'by-env',
    'by-env-from',
    'by-init',
    'by-projection',
    'by-volume',
  ]);
  assert.deepEqual(secretNamesOf({}), []);
});

test('values are decoded', () => {
  assert.deepEqual(podSecretOf('s', { data: { a: 'aHVudGVyMg==', b: '' } }), {
    name: 's',
    values: [Buffer.from('hunter2'), Buffer.alloc(0)],
  });
  assert.deepEqual(podSecretOf('s', {}), { name: 's', values: [] });
});
