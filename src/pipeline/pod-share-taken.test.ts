import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerOf, operationOf } from '../../test/support/operation.ts';
import type { Looked, Probe } from '../connectors/connector.ts';
import { SHARE_PARTS } from '../policy/budget.ts';
import { podShareTaken } from './pod-share-taken.ts';

const ABOVE = Number.POSITIVE_INFINITY;
const NOTHING: Looked = { risks: [], missing: [] };
const POD = '/api/v1/namespaces/shop/pods/web-1';
const WEB = '/apis/apps/v1/namespaces/shop/deployments/web';
const share = { workload: 'ReplicaSet `web-5`', taken: 1, replicas: 3 };
const key = 'deployments shop web';
const states = { before: {}, after: {} };

type Sent = Parameters<typeof operationOf>[0];

const deleted: Sent = { method: 'DELETE', uri: POD };
const evicted: Sent = { method: 'POST', uri: `${POD}/eviction`, body: { kind: 'Eviction', apiVersion: 'policy/v1' } };
const scaled = (query = ''): Sent => ({
  method: 'PATCH',
  uri: `${WEB}/scale${query}`,
  mediaType: 'application/merge-patch+json',
  body: { spec: { replicas: 1 } },
});

const ROWS: readonly (readonly [name: string, sent: Sent, looked: Looked, percent: number, of?: string])[] = [
  ['a pod', deleted, { ...NOTHING, share, shareKey: key }, 100 / 3, key],
  ['an eviction', evicted, { ...NOTHING, share, shareKey: key }, 100 / 3, key],
  ['a pod that nobody wants another of', deleted, NOTHING, 0],
  ['a pod of which that is not known', deleted, { ...NOTHING, isShareUnknown: true }, ABOVE],
  ['a scale to fewer', scaled(), { ...NOTHING, states, scale: { from: 4, to: 1 }, shareKey: key }, 75, key],
  ['a scale to more', scaled(), { ...NOTHING, states, scale: { from: 1, to: 4 }, shareKey: key }, 0],
  ['a change of something else', scaled(), { ...NOTHING, states }, 0],
  ['a rollout', scaled(), { ...NOTHING, states, share: { ...share, taken: 3 } }, 0],
  ['a change that could not be tried', scaled(), NOTHING, ABOVE],
  ['a change that the target refuses', scaled(), { ...NOTHING, rejection: { status: 404, reason: '', message: '' } }, 0],
  ['a dry run', scaled('?dryRun=All'), { ...NOTHING, states, scale: { from: 4, to: 1 }, shareKey: key }, 0],
  ['the workload itself', { method: 'DELETE', uri: WEB }, NOTHING, 100, key],
  ['all pods', { method: 'DELETE', uri: '/api/v1/namespaces/shop/pods' }, NOTHING, ABOVE],
  ['all deployments', { method: 'DELETE', uri: '/apis/apps/v1/namespaces/shop/deployments' }, NOTHING, ABOVE],
  ['a namespace', { method: 'DELETE', uri: '/api/v1/namespaces/shop' }, NOTHING, ABOVE],
  ['a config map', { method: 'DELETE', uri: '/api/v1/namespaces/shop/configmaps/a' }, NOTHING, 0],
  ['a read', { method: 'GET', uri: POD }, { ...NOTHING, share, shareKey: key }, 0],
]; // biome-ignore format: a table

for (const [name, sent, looked, percent, of = ''] of ROWS)
  test(`a share of pods: ${name}`, async () => {
    const probe = { preview: async () => looked } as unknown as Probe;
    const taken = await podShareTaken(operationOf(sent), callerOf(), probe, new AbortController().signal);
    assert.equal(taken.amount, percent === ABOVE ? ABOVE : Math.floor(percent * SHARE_PARTS));
    if (of !== '') assert.ok(taken.workload.endsWith(` ${of}`), taken.workload);
  });
