/** Discovery, OpenAPI, version and health: what clients ask first. */

import type { Exchange } from '../exchange.ts';

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

export const discoveryExchanges: readonly Exchange[] = [
  { name: 'core versions', method: 'GET', path: '/api', look: { body: ['kind', 'versions'] } },
  {
    name: 'aggregated core',
    method: 'GET',
    path: '/api',
    headers: { accept: aggregated },
    look: { body: ['kind', 'apiVersion', 'items.0.versions.0.version', 'items.0.metadata'] },
  },
  {
    name: 'aggregated groups',
    method: 'GET',
    path: '/apis',
    headers: { accept: aggregated },
    look: { body: ['kind', 'apiVersion'] },
  },
  {
    name: 'aggregated, with an older form as the second choice',
    method: 'GET',
    path: '/apis',
    headers: {
      accept: `${aggregated},application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json`,
    },
    look: { body: ['kind'] },
  },
  {
    name: 'aggregated in a version that is gone, with the old form as the second choice',
    method: 'GET',
    path: '/apis',
    headers: { accept: 'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json' },
    look: { body: ['kind', 'apiVersion'] },
  },
  { name: 'groups', method: 'GET', path: '/apis', look: { body: ['kind', 'apiVersion'] } },
  { name: 'one group', method: 'GET', path: '/apis/apps', look: { body: 'whole' } },
  {
    name: 'the resources of a group',
    method: 'GET',
    path: '/apis/coordination.k8s.io/v1',
    look: { body: ['kind', 'apiVersion', 'groupVersion', 'resources.0.name', 'resources.0.verbs', 'resources.0.kind'] },
  },
  { name: 'a group that is not there', method: 'GET', path: '/apis/nope.example', look: { body: 'text' } },
  { name: 'a version that is not there', method: 'GET', path: '/apis/apps/v0', look: { body: 'text' } },
  { name: 'a path that is not there', method: 'GET', path: '/nope', look: { body: 'text' } },
  { name: 'the OpenAPI index', method: 'GET', path: '/openapi/v3', look: {} },
  {
    name: 'an OpenAPI document',
    method: 'GET',
    path: '/openapi/v3/apis/apps/v1',
    look: { body: ['openapi', 'info.title', 'components.schemas.io~k8s', 'info.version'] },
  },
  { name: 'an OpenAPI document that is not there', method: 'GET', path: '/openapi/v3/apis/nope/v1', look: {} },
  { name: 'OpenAPI version 2', method: 'GET', path: '/openapi/v2', look: { body: ['swagger', 'info.title'] } },
  { name: 'the version', method: 'GET', path: '/version', look: { body: ['major', 'minor'] } },
  { name: 'health', method: 'GET', path: '/healthz', look: { body: 'text' } },
  { name: 'liveness', method: 'GET', path: '/livez', look: { body: 'text' } },
  { name: 'readiness', method: 'GET', path: '/readyz', look: { body: 'text' } },
];
