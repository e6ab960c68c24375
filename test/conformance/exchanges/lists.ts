/** Lists in pages, at revisions and through selectors, and watches. */

import type { Exchange } from '../exchange.ts';
import { configMap, core } from './paths.ts';

const maps = `${core}/configmaps`;
const one = (query: string): string => `${maps}?labelSelector=page${query}`;
const page = (name: string): Exchange => ({
  name: `create ${name}`,
  method: 'POST',
  path: maps,
  body: configMap(name, { a: '1' }, { page: 'yes', name }),
  look: {},
  ...(name === 'page-1' ? { save: { first: 'metadata.resourceVersion' } } : {}),
});
const names = ['kind', 'metadata', 'items.0.metadata.name', 'items.1.metadata.name', 'items.2.metadata.name'];

export const listExchanges: readonly Exchange[] = [
  page('page-1'),
  page('page-2'),
  page('page-3'),
  {
    name: 'the first page',
    method: 'GET',
    path: one('&limit=2'),
    look: { body: names },
    save: { next: 'metadata.continue', listed: 'metadata.resourceVersion' },
  },
  { name: 'one goes meanwhile', method: 'DELETE', path: `${maps}/page-3`, look: {} },
  {
    name: 'the next page is of the same state',
    method: 'GET',
    path: one('&limit=2&continue={next}'),
    look: { body: names },
  },
  { name: 'the list as it is now', method: 'GET', path: one(''), look: { body: names } },
  {
    name: 'the list as it was',
    method: 'GET',
    path: one('&resourceVersion={listed}&resourceVersionMatch=Exact'),
    look: { body: names },
  },
  {
    name: 'a list that is not older',
    method: 'GET',
    path: one('&resourceVersion={listed}&resourceVersionMatch=NotOlderThan'),
    look: { body: ['kind', 'items.0.metadata.name'] },
  },
  {
    name: 'a list of any age',
    method: 'GET',
    path: one('&resourceVersion=0'),
    look: { body: ['kind', 'items.0.metadata.name'] },
  },
  {
    name: 'a continue that is none',
    method: 'GET',
    path: `${maps}?limit=1&continue=abc`,
    look: { body: ['reason', 'code', 'status'] },
  },
  { name: 'a revision that is none', method: 'GET', path: `${maps}?resourceVersion=abc`, look: { body: 'whole' } },
  {
    name: 'a match without a revision',
    method: 'GET',
    path: `${maps}?resourceVersionMatch=Exact`,
    look: { body: 'whole' },
  },
  { name: 'initial events of a list', method: 'GET', path: `${maps}?sendInitialEvents=true`, look: { body: 'whole' } },
  {
    name: 'by a set of labels',
    method: 'GET',
    path: `${maps}?labelSelector=name%20in%20(page-1,page-2)`,
    look: { body: names },
  },
  {
    name: 'by a label that is not',
    method: 'GET',
    path: `${maps}?labelSelector=page,name!=page-1`,
    look: { body: names },
  },
  {
    name: 'by a label that is absent',
    method: 'GET',
    path: `${maps}?labelSelector=page,!name`,
    look: { body: ['items'] },
  },
  {
    name: 'by a label selector that is none',
    method: 'GET',
    path: `${maps}?labelSelector=a=b=c`,
    look: { body: 'whole' },
  },
  { name: 'by name', method: 'GET', path: `${maps}?fieldSelector=metadata.name%3Dpage-2`, look: { body: names } },
  {
    name: 'by another name than that',
    method: 'GET',
    path: `${maps}?fieldSelector=metadata.name!%3Dpage-2&labelSelector=page`,
    look: { body: names },
  },
  {
    name: 'by a field that cannot be selected by',
    method: 'GET',
    path: `${maps}?fieldSelector=data.a%3D1`,
    look: { body: 'whole' },
  },
  {
    name: 'pods by phase',
    method: 'GET',
    path: `${core}/pods?fieldSelector=status.phase%3DFailed`,
    look: { body: 'whole' },
  },
  {
    name: 'a collection',
    method: 'DELETE',
    path: one('&dryRun=All'),
    look: { body: ['kind', 'items.0.metadata.name', 'items.1.metadata.name'] },
  },
  {
    name: 'watch from the first on',
    method: 'GET',
    path: one('&watch=true&resourceVersion={first}&timeoutSeconds=1'),
    look: { body: 'lines' },
  },
  {
    name: 'watch in another spelling',
    method: 'GET',
    path: one('&watch=1&resourceVersion={listed}&timeoutSeconds=1'),
    look: { body: 'lines' },
  },
  {
    name: 'watch with all that is there first',
    method: 'GET',
    path: one(
      '&watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1',
    ),
    look: { body: 'lines' },
  },
  {
    name: 'watch as tables',
    method: 'GET',
    path: one('&watch=true&resourceVersion={first}&timeoutSeconds=1'),
    headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    look: { body: 'lines' },
  },
  {
    name: 'watch under the old prefix',
    method: 'GET',
    path: '/api/v1/watch/namespaces/conformance/configmaps/page-1?timeoutSeconds=1',
    look: { body: 'lines' },
  },
  {
    name: 'watch with initial events and no match',
    method: 'GET',
    path: `${maps}?watch=true&sendInitialEvents=true`,
    look: { body: 'whole' },
  },
];
