/** Requests for one version of their object, or for there being none: what is done, what is a conflict, and what is overlooked. */

import type { Exchange } from '../exchange.ts';
import { configMap, core } from './paths.ts';

const map = `${core}/configmaps/pinned`;
const missing = `${core}/configmaps/not-there`;
const apply = { 'content-type': 'application/apply-patch+yaml' };
const body = 'whole' as const;
/** A version that no object has. */
const never = '9223372036854775807';
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'pinned-service', resourceVersion: never },
  spec: { type: 'ExternalName', externalName: 'example.test' },
};
const scale = '/apis/apps/v1/namespaces/conformance/deployments/pinned/scale';
const labels = { app: 'pinned' };
const patches = [
  ['merge', { metadata: { resourceVersion: '{old}' }, data: { a: '2' } }],
  ['strategic-merge', { metadata: { resourceVersion: '{old}' }, data: { a: '2' } }],
] as const;

const applied = (name: string, metadata: object): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data: { a: '1' },
});

export const preconditionExchanges: readonly Exchange[] = [
  {
    name: 'create to pin',
    method: 'POST',
    path: `${core}/configmaps`,
    body: configMap('pinned', { a: '1' }),
    save: { old: 'metadata.resourceVersion', uid: 'metadata.uid' },
    look: {},
  },
  {
    name: 'merge patch for the version that is there',
    method: 'PATCH',
    path: map,
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { metadata: { resourceVersion: '{old}' }, data: { b: '1' } },
    save: { now: 'metadata.resourceVersion' },
    look: { body: ['data'] },
  },
  ...patches.map(
    ([type, patch]): Exchange => ({
      name: `${type} patch for an older version`,
      method: 'PATCH',
      path: map,
      headers: { 'content-type': `application/${type}-patch+json` },
      body: patch,
      look: { body },
    }),
  ),
  {
    name: 'JSON patch that adds an older version last',
    method: 'PATCH',
    path: map,
    headers: { 'content-type': 'application/json-patch+json' },
    body: [
      { op: 'remove', path: '/metadata/resourceVersion' },
      { op: 'add', path: '/metadata/resourceVersion', value: '{old}' },
    ],
    look: { body },
  },
  {
    name: 'JSON patch that tests for an older version',
    method: 'PATCH',
    path: map,
    headers: { 'content-type': 'application/json-patch+json' },
    body: [{ op: 'test', path: '/metadata/resourceVersion', value: '{old}' }],
    look: { body },
  },
  {
    name: 'JSON patch that adds the version that is there',
    method: 'PATCH',
    path: map,
    headers: { 'content-type': 'application/json-patch+json' },
    body: [{ op: 'add', path: '/metadata/resourceVersion', value: '{now}' }],
    look: { body: ['data'] },
  },
  {
    name: 'apply for an older version',
    method: 'PATCH',
    path: `${map}?fieldManager=pinning`,
    headers: apply,
    body: applied('pinned', { resourceVersion: '{old}', uid: '{uid}' }),
    look: { body },
  },
  {
    name: 'apply for a version of what is not there',
    method: 'PATCH',
    path: `${missing}?fieldManager=pinning`,
    headers: apply,
    body: applied('not-there', { resourceVersion: '{old}', uid: '{uid}' }),
    look: { body },
  },
  {
    name: 'apply for no version, where there is one',
    method: 'PATCH',
    path: `${map}?fieldManager=pinning`,
    headers: apply,
    body: applied('pinned', { resourceVersion: never }),
    look: { body },
  },
  {
    name: 'apply for no version, where there is none',
    method: 'PATCH',
    path: `${core}/configmaps/made?fieldManager=pinning`,
    headers: apply,
    body: applied('made', { resourceVersion: never }),
    look: { body },
  },
  {
    name: 'update for an older version',
    method: 'PUT',
    path: map,
    body: applied('pinned', { resourceVersion: '{old}', uid: '{uid}' }),
    look: { body },
  },
  {
    name: 'update for no version, of what is not there',
    method: 'PUT',
    path: missing,
    body: applied('not-there', { resourceVersion: never }),
    look: { body },
  },
  {
    name: 'update that creates, for no version',
    method: 'PUT',
    path: `${core}/services/pinned-service`,
    body: service,
    look: { body: ['kind', 'metadata.name', 'spec.externalName'] },
  },
  {
    name: 'update that would have created, for no version',
    method: 'PUT',
    path: `${core}/services/pinned-service`,
    body: service,
    look: { body },
  },
  {
    name: 'delete without a body, for an older version',
    method: 'DELETE',
    path: `${map}?resourceVersion=7`,
    look: { body },
  },
  {
    name: 'delete without a body, of another life',
    method: 'DELETE',
    path: `${map}?uid=nobody`,
    look: { body },
  },
  {
    name: 'delete for no version, of what is not there',
    method: 'DELETE',
    path: `${missing}?resourceVersion=${never}`,
    look: { body },
  },
  {
    name: 'delete without a body, for the version that is there',
    method: 'DELETE',
    path: `${map}?resourceVersion={now}&uid={uid}`,
    look: { body: ['status'] },
  },
  {
    name: 'create a deployment to scale for a version',
    method: 'POST',
    path: '/apis/apps/v1/namespaces/conformance/deployments',
    body: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'pinned' },
      spec: {
        replicas: 0,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
      },
    },
    look: {},
  },
  {
    name: 'update of a scale for an older version',
    method: 'PUT',
    path: scale,
    body: { metadata: { name: 'pinned', resourceVersion: '1' }, spec: { replicas: 1 } },
    look: { body },
  },
  {
    name: 'merge patch of a scale for an older version',
    method: 'PATCH',
    path: scale,
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { metadata: { resourceVersion: '1' }, spec: { replicas: 1 } },
    look: { body },
  },
  {
    name: 'delete the deployment that was scaled for a version',
    method: 'DELETE',
    path: '/apis/apps/v1/namespaces/conformance/deployments/pinned',
    look: {},
  },
];
