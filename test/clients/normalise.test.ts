import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalised, storedForm, withoutFarewell } from './normalise.ts';

const here = { namespace: 'kubectl-1-35-d', servers: ['https://10.200.3.2:6443'], folder: '/tmp/table-x' };
const there = { namespace: 'kubectl-1-35-t', servers: ['https://127.0.0.1:8443/k8s/main'], folder: '/tmp/table-y' };

const same: readonly (readonly [why: string, here: string, there: string])[] = [
  ['ages and column widths', 'web   1/1   Running   0     9s', 'web   1/1   Running   0          2m10s'],
  ['the namespace', 'Namespace: kubectl-1-35-d', 'Namespace: kubectl-1-35-t'],
  ['the server', 'running at https://10.200.3.2:6443', 'running at https://127.0.0.1:8443/k8s/main'],
  [
    'uids and times',
    'uid: 6b1d8f6e-6f8e-4a39-8f0e-0d6a0c1f1a11 2026-01-02T03:04:05Z',
    'uid: 00000000-6f8e-4a39-8f0e-0d6a0c1f1a11 2026-02-02T03:04:06.7Z',
  ],
  ['random suffixes', 'pod/app-794bf4c4cb-x2x4z', 'pod/app-794bf4c4cb-bcdfg'],
  ['random suffixes that look like ages', '"kube-api-access-24d5s"', '"kube-api-access-x2x4z"'],
  ['resource versions', '"resourceVersion":"12"', '"resourceVersion":"3456"'],
  ['local ports as kubectl 1.37 logs them', 'localPort=41233 remotePort=9', 'localPort=38001 remotePort=9'],
  [
    'how client-go paces itself',
    'I1129 18:20:00.000000    12 request.go:752] "Waited before sending request" delay="1.0s" verb="GET"\ndone',
    'done',
  ],
  [
    'a watch that client-go gave up itself',
    'I1130 09:12:00.000000    12 reflector.go:578] "Warning: watch ended with error" err="unable to decode an event from the watch stream: context canceled"\ndone',
    'done',
  ],
  ['addresses of pods', 'IP: 10.244.3.7', 'IP: 10.244.3.101'],
];

const different: readonly (readonly [why: string, one: string, other: string])[] = [
  ['an indentation', 'a:\n  b: 1', 'a:\n    b: 1'],
  ['a count', 'web  1/1  Running  0', 'web  1/1  Running  1'],
  ['a remote port', 'localPort=1 remotePort=9', 'localPort=1 remotePort=80'],
  ['a value', 'colour: blue', 'colour: red'],
  ['a content’s sum', '6bde2aa6394fde37e21748bc0578113b  back', 'c9fc2d3dd83ab67a129ac10b09c9ebbb  back'],
  [
    'a watch that somebody else ended',
    'I1130 09:12:00.000000    12 reflector.go:578] "Warning: watch ended with error" err="unexpected EOF"\ndone',
    'done',
  ],
  ['an error’s reason', 'Error from server (Forbidden): no', 'Error from server (NotFound): no'],
];

for (const [why, one, other] of same) {
  test(`${why} that differ make no difference`, () => assert.equal(normalised(one, here), normalised(other, there)));
}
for (const [why, one, other] of different) {
  test(`${why} that differs is a difference`, () => assert.notEqual(normalised(one, here), normalised(other, there)));
}

test('of a client that was interrupted, only what it says of its own request goes', () => {
  assert.equal(withoutFarewell('context canceled\n'), '');
  assert.equal(withoutFarewell('lost\nerror: context canceled\n'), 'lost\n');
  assert.equal(withoutFarewell('error: stream: context canceled\n'), 'error: stream: context canceled\n');
});

test('of a stored object, what a client set is kept and what controllers add is not', () => {
  const managed = (manager: string, time: string) => ({
    manager,
    operation: 'Update',
    time,
    fieldsV1: { 'f:data': {} },
  });
  const stored = (time: string, controllers: readonly unknown[], colour: string) =>
    storedForm(
      JSON.stringify({
        metadata: { name: 'one', resourceVersion: '7', managedFields: [...controllers, managed('kubectl', time)] },
        data: { colour },
        status: { observedGeneration: controllers.length },
      }),
      here,
    );
  const early = stored('2026-01-02T03:04:05Z', [], 'blue');
  assert.equal(
    early,
    stored('2026-01-02T03:04:09Z', [managed('kube-controller-manager', '2026-01-02T03:04:08Z')], 'blue'),
  );
  assert.notEqual(early, stored('2026-01-02T03:04:05Z', [], 'red'));
  assert.notEqual(early, stored('2026-01-02T03:04:05Z', [managed('another', '2026-01-02T03:04:05Z')], 'blue'));
});
