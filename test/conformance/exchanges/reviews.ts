/** Who am I and what may I, asked as somebody who may little. */

import type { Exchange } from '../exchange.ts';

const reader = { 'impersonate-user': 'reader', 'impersonate-group': 'readers' };
const stranger = { 'impersonate-user': 'stranger' };
const access = (attributes: object): object => ({
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SelfSubjectAccessReview',
  spec: { resourceAttributes: { namespace: 'conformance', ...attributes } },
});
const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const whoami = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };

export const reviewExchanges: readonly Exchange[] = [
  {
    name: 'who am I',
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    headers: reader,
    body: whoami,
    look: { body: ['kind', 'status.userInfo.username', 'status.userInfo.groups'] },
  },
  {
    name: 'who am I, with extra',
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    headers: { ...reader, 'impersonate-extra-reason%2Fwhy': 'test', 'impersonate-uid': 'u1' },
    body: whoami,
    look: { body: ['status.userInfo.uid', 'status.userInfo.extra'] },
  },
  {
    name: 'may I read',
    method: 'POST',
    path,
    headers: reader,
    body: access({ verb: 'get', resource: 'pods' }),
    look: { body: ['kind', 'status.allowed'] },
  },
  {
    name: 'may I write',
    method: 'POST',
    path,
    headers: reader,
    body: access({ verb: 'create', resource: 'pods' }),
    look: { body: ['kind', 'status.allowed'] },
  },
  {
    name: 'may a stranger read',
    method: 'POST',
    path,
    headers: stranger,
    body: access({ verb: 'get', resource: 'pods' }),
    look: { body: ['status'] },
  },
  {
    name: 'may an administrator',
    method: 'POST',
    path,
    body: access({ verb: '*', group: '*', resource: '*' }),
    look: { body: ['status'] },
  },
  {
    name: 'a review that asks nothing',
    method: 'POST',
    path,
    body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: {} },
    look: { body: ['code'] },
  },
  { name: 'reviews cannot be listed', method: 'GET', path, look: { body: ['reason', 'code'] } },
  {
    name: 'a token that is none',
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/tokenreviews',
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: 'x' } },
    look: { body: ['status.user', 'status.authenticated'] },
  },
];
