import assert from 'node:assert/strict';
import { test } from 'node:test';
import { impersonationHeaders } from './impersonation.ts';
import { markedUpstream } from './marked-upstream.ts';
import type { Upstream, UpstreamRequest } from './upstream.ts';

const request = (identity: UpstreamRequest['identity']): UpstreamRequest => {
  return { method: 'GET', uri: '/', headers: new Map(), body: undefined, identity, isStream: false };
};

function watched() {
  const sent: UpstreamRequest[] = [];
  const keep = (one: UpstreamRequest) => {
    sent.push(one);
    return Promise.reject(new Error('not sent'));
  };
  const upstream: Upstream = { send: keep, upgrade: keep, close: async () => {} };
  return { sent, marked: markedUpstream(upstream, 'prod') };
}

test('each request in a caller’s name bears the marker, upgrades too, and one in our own name does not', async () => {
  const { sent, marked } = watched();
  const signal = new AbortController().signal;
  const identity = { subject: 'dev', groups: ['ops'] };
  await marked.send(request(identity), signal).catch(() => {});
  await marked.upgrade(request(identity), 'websocket', signal).catch(() => {});
  await marked.send(request(undefined), signal).catch(() => {});
  const headers = sent.map(({ identity: one }) => (one === undefined ? [] : impersonationHeaders(one)));
  const said = ['Impersonate-User', 'dev', 'Impersonate-Group', 'ops', 'Impersonate-Extra-sallyport.dev%2fvia', 'prod'];
  assert.deepEqual(headers, [said, said, []]);
});
