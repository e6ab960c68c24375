/** Who is not known, may not, or asks for what there is not. */

import type { Exchange } from '../exchange.ts';
import { apps, core } from './paths.ts';

const stranger = { 'impersonate-user': 'stranger' };
const whole = { body: 'whole' } as const;

export const refusalExchanges: readonly Exchange[] = [
  { name: 'a token that nobody has', method: 'GET', path: `${core}/pods`, credential: 'wrong', look: whole },
  { name: 'forbidden to list', method: 'GET', path: `${core}/pods`, headers: stranger, look: whole },
  { name: 'forbidden to list everywhere', method: 'GET', path: '/api/v1/pods', headers: stranger, look: whole },
  { name: 'forbidden to get', method: 'GET', path: `${apps}/deployments/x`, headers: stranger, look: whole },
  { name: 'forbidden to read a log', method: 'GET', path: `${core}/pods/x/log`, headers: stranger, look: whole },
  { name: 'forbidden to create', method: 'POST', path: `${core}/pods`, headers: stranger, body: {}, look: whole },
  { name: 'forbidden at a path', method: 'GET', path: '/metrics', headers: stranger, look: whole },
  {
    name: 'forbidden to impersonate',
    method: 'GET',
    path: `${core}/pods`,
    headers: { 'impersonate-group': 'g' },
    look: { body: ['code'] },
  },
  { name: 'a resource that is not there', method: 'GET', path: `${core}/nopes/x`, look: whole },
  { name: 'a resource in the wrong scope', method: 'GET', path: `${core}/nodes/x`, look: whole },
  { name: 'a named one without its namespace', method: 'GET', path: '/api/v1/pods/x', look: whole },
  { name: 'a subresource that is not there', method: 'GET', path: `${core}/configmaps/x/nope`, look: whole },
  {
    name: 'a method that a collection does not take',
    method: 'PUT',
    path: `${core}/configmaps`,
    body: {},
    look: whole,
  },
  { name: 'a method that a name does not take', method: 'POST', path: `${core}/configmaps/x`, body: {}, look: whole },
  { name: 'to create without a namespace', method: 'POST', path: '/api/v1/configmaps', body: {}, look: whole },
  { name: 'the log of no pod', method: 'GET', path: `${core}/pods/nope/log`, look: whole },
  {
    name: 'exec without an upgrade',
    method: 'GET',
    path: `${core}/pods/nope/exec?command=ls`,
    look: { body: ['code', 'reason'] },
  },
  {
    name: 'evict no pod',
    method: 'POST',
    path: `${core}/pods/nope/eviction`,
    body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'nope' } },
    look: whole,
  },
];
