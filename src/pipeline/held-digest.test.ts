import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller } from '../model/caller.ts';
import type { Operation } from '../model/operation.ts';
import { type HeldParts, heldDigest } from './held-digest.ts';

const ada: Caller = {
  subject: 'ada',
  groups: [],
  issuer: 'people',
  kind: 'person',
  labels: {},
  tokenEndsAt: 0,
  tokenDigest: 'a',
};

const held = (part: Partial<HeldParts> = {}): string =>
  heldDigest({
    caller: ada,
    operation: { target: 'demo' } as Operation,
    holds: [],
    lifts: undefined,
    what: 'DELETE /x',
    existing: null,
    ...part,
  });

test('T59: the same caller with a new token asks the same; another caller, a program of its own, another request or life, or a guard that nobody was told of, does not', () => {
  const same = held();
  assert.equal(held({ caller: { ...ada, tokenDigest: 'b', tokenEndsAt: 1 } }), same);
  const issued = (id: string): Caller => ({ ...ada, kind: 'autonomous', issued: { id, task: '', targets: ['demo'] } });
  const others = [
    held({ caller: { ...ada, subject: 'ben' } }),
    held({ caller: { ...ada, issuer: 'other' } }),
    held({ caller: issued('one') }),
    held({ caller: issued('two') }),
    held({ what: 'DELETE /y' }),
    held({ existing: { metadata: { uid: 'u' } } }),
    held({ existing: undefined }),
    held({ lifts: ['critical-pods'] }),
    held({ lifts: ['critical-pods', 'host-path'] }),
  ];
  assert.equal(new Set([same, ...others]).size, others.length + 1);
});
