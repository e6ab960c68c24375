import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { callerOf } from '../../test/support/operation.ts';
import { Refusal } from '../model/refusal.ts';
import type { Role } from '../policy/role.ts';
import { answering, type Received } from './answer.ts';
import type { Route } from './route.ts';

const ada = callerOf({ subject: 'p:ada', kind: 'person' });
const OPERATOR: Role = { role: 'operator', callers: [{ subjects: ['p:ada'] }] };

/** A control plane of one route, whose caller takes their time over the body. */
function world() {
  const state = { isKilled: false, isSignedIn: true, roles: [OPERATOR] as readonly Role[], done: 0 };
  const route: Route = {
    ...{ method: 'POST', path: '/kills', id: 'setKill', summary: '', needs: ['operator'] },
    body: z.strictObject({}),
    answer: { status: 200, schema: z.strictObject({}), description: '' },
    handle: async () => {
      state.done++;
      return { status: 200, body: {} };
    },
  };
  const answer = answering({
    routes: [route],
    identify: async () => {
      if (!state.isSignedIn) throw new Refusal('SESSION_ENDED', 'it is over');
      return { caller: ada, session: undefined, isStill: async () => true, onEnd: () => () => {} };
    },
    roles: () => state.roles,
    refuseStopped: () => {
      if (state.isKilled) throw new Refusal('KILLED', 'stopped');
    },
    clock: { now: () => 0, monotonic: () => 0 },
  });
  const isAsked = Promise.withResolvers<void>();
  const body = Promise.withResolvers<Uint8Array>();
  const received = {
    ...{ method: 'POST', path: '/kills', query: new URLSearchParams(), contentType: 'application/json' },
    header: () => undefined,
    body: () => {
      isAsked.resolve();
      return body.promise;
    },
  } as unknown as Received;
  return {
    state,
    asked: answer(received),
    isAsked: isAsked.promise,
    send: (text = '{}') => body.resolve(Buffer.from(text)),
  };
}

test('T60: a body that comes after its sender was stopped, signed out or has lost a role does nothing', async () => {
  const rows: readonly (readonly [string, (state: ReturnType<typeof world>['state']) => void])[] = [
    ['KILLED', (state) => Object.assign(state, { isKilled: true })],
    ['SESSION_ENDED', (state) => Object.assign(state, { isSignedIn: false })],
    ['ROLE_REQUIRED', (state) => Object.assign(state, { roles: [] })],
  ];
  for (const [code, change] of rows) {
    const { state, asked, isAsked, send } = world();
    await isAsked;
    change(state);
    send();
    await assert.rejects(asked, { code });
    assert.equal(state.done, 0, code);
  }
  const { state, asked, isAsked, send } = world();
  await isAsked;
  send();
  await asked;
  assert.equal(state.done, 1);
});

test('a body that the route does not take is told field by field, in our words', async () => {
  const { asked, send } = world();
  send('{"a":1,"b":2}');
  await assert.rejects(asked, { code: 'REQUEST_MALFORMED', message: 'the whole: unknown key `a`, unknown key `b`' });
});
