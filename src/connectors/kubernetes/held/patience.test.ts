import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operationOf } from '../../../../test/support/operation.ts';
import type { Request } from '../../../model/request.ts';
import type { Patience } from '../../connector.ts';
import { HELD_LIMITS, patience } from './patience.ts';

const CLIENT_GO = 'kubectl/v1.35.4 (linux/amd64) kubernetes/abc1234';
const POD = '/api/v1/namespaces/shop/pods/web';

function patienceOf(method: string, uri: string, userAgent: string, upgrade?: 'websocket'): Patience {
  const request = {
    headers: new Map([['user-agent', [userAgent]]]),
    ...(upgrade === undefined ? {} : { upgrade: {} }),
  } as unknown as Request;
  return patience(request, operationOf({ method, uri }));
}

test('T81: each client waits as long as it was seen to wait, and only one that follows a 429 is answered one', () => {
  const [long, short] = [HELD_LIMITS.patientMs, HELD_LIMITS.unknownMs];
  assert.deepEqual([long, short], [50_000, 9_000], 'fabric8 gives up after 10 s, balancers after 60 s');
  const rows: readonly (readonly [string, string, string, number, Patience['after']])[] = [
    ['DELETE', POD, CLIENT_GO, long, 'again'],
    ['DELETE', POD, 'Helm/4.0.0', long, 'again'],
    ['DELETE', POD, 'my-operator/v0.1 (linux/arm64) kubernetes/0000000', long, 'again'],
    ['DELETE', POD, 'fabric8-kubernetes-client/7.4.0', short, 'told'],
    ['DELETE', POD, 'OpenAPI-Generator/34.1.0/python', short, 'told'],
    ['DELETE', POD, 'kube-rs/2.0', short, 'told'],
    ['DELETE', POD, '', short, 'told'],
    ['POST', `${POD}/eviction`, CLIENT_GO, long, 'told'],
    ['GET', '/api/v1/namespaces/shop/pods', CLIENT_GO, 0, 'told'],
    ['GET', '/api/v1/namespaces/shop/pods?watch=true', CLIENT_GO, 0, 'told'],
    ['POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', CLIENT_GO, 0, 'told'],
    ['DELETE', `${POD}?timeout=20s`, CLIENT_GO, 19_000, 'again'],
    ['DELETE', `${POD}?timeout=5s`, 'other', 4_000, 'told'],
    ['DELETE', `${POD}?timeout=1s`, CLIENT_GO, 0, 'again'],
    ['DELETE', `${POD}?timeout=0`, CLIENT_GO, long, 'again'],
  ];
  for (const [method, uri, userAgent, waitMs, after] of rows)
    assert.deepEqual(patienceOf(method, uri, userAgent), { waitMs, after }, `${method} ${uri} ${userAgent}`);
});

test('T36, T81: an upgrade waits by its rule, whatever its client, and is never answered 429', () => {
  for (const userAgent of [CLIENT_GO, 'other'])
    assert.deepEqual(patienceOf('GET', `${POD}/exec?command=ls`, userAgent, 'websocket'), {
      waitMs: 'upgrade',
      after: 'told',
    });
});
