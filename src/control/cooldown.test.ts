// Questions whose rule keeps a person's no for a time, against a model: what cools down is asked of nobody, and all else lives as it would.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { heldRequest } from '../../test/support/held-request.ts';
import { callerOf, operationOf } from '../../test/support/operation.ts';
import { fc } from '../../test/support/property.ts';
import { lead, questionGateway } from '../../test/support/question-gateway.ts';
import type { Approval } from '../approval/approval.ts';
import { DEFAULT_HOLD } from '../model/hold-terms.ts';
import { Refusal } from '../model/refusal.ts';
import { openSqlStore } from '../store/sql-store.ts';
import { openSqlite } from '../store/sqlite-backend.ts';
import type { Store } from '../store/store.ts';
import { storeKeys } from '../store/store-keys.ts';
import type { Answers } from './answers.ts';
import type { KeptQuestions } from './kept-questions.ts';
import type { Questions } from './questions.ts';
import { partyOf } from './seats.ts';

const COOLDOWN_MS = 10_000;

const clock = { at: 1_750_000_000_000, now: () => clock.at, monotonic: () => clock.at };
const holds = [
  {
    ...DEFAULT_HOLD,
    rule: 'p/h',
    reason: '',
    approvers: [{ subjects: ['p:*'] }],
    auto: [{ answer: 'reject' as const, cooldownMs: COOLDOWN_MS }],
  },
];

const folder = mkdtempSync(join(tmpdir(), 'sallyport-cooldown-'));
let store: Store;
let asking: Questions;
let answers: Answers;
let kept: KeptQuestions;

before(async () => {
  store = await openSqlStore(
    await openSqlite(join(folder, 'store.db'), clock),
    storeKeys(Buffer.alloc(32, 1)),
    () => {},
  );
  ({ asking, answers, kept } = questionGateway(store));
});
after(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

type Step =
  | { readonly kind: 'ask'; readonly who: string; readonly pod: string }
  | { readonly kind: 'say'; readonly nth: number; readonly answer: 'approve' | 'reject'; readonly isOwn: boolean }
  | { readonly kind: 'take'; readonly nth: number }
  | { readonly kind: 'wait'; readonly ms: number };

const nth = fc.nat({ max: 9 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('ask' as const), who: fc.constantFrom('ci:a', 'ci:b'), pod: fc.constantFrom('web', 'api') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('say' as const), nth, answer: fc.constantFrom('approve' as const, 'reject' as const), isOwn: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('take' as const), nth }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, COOLDOWN_MS - 1, COOLDOWN_MS, COOLDOWN_MS / 2) }) },
); // biome-ignore format: a table

/** Whether it was done; what refuses it is a refusal. */
async function isDone(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return false;
  }
}

let worlds = 0;
let cooled = 0;

test('a question is rejected by its rule exactly while a person’s no to the like is young; it never ends twice, is never taken without a yes, and nobody answers their own', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 12, maxLength: 30 }), async (steps) => {
      worlds++;
      clock.at += 10 * COOLDOWN_MS;
      const asked: { readonly id: string; readonly like: string; readonly who: string }[] = [];
      const finals = new Map<string, Approval['state']>();
      const noAt = new Map<string, number>();
      const taken = new Set<string>();
      const now = async (id: string) => (await kept.get(id))?.approval as Approval;
      for (const each of steps) {
        if (each.kind === 'wait') clock.at += each.ms;
        else if (each.kind === 'ask') {
          const like = `${each.who} ${each.pod}`;
          const approval = await asking.ask(
            heldRequest(`x${asked.length}`, `${worlds} ${asked.length}`, {
              caller: callerOf({ subject: `${each.who}-${worlds}` }),
              operation: operationOf({ method: 'DELETE', uri: `/api/v1/namespaces/w${worlds}/pods/${each.pod}` }),
              holds,
              attendedMs: 10 * COOLDOWN_MS,
            }),
          );
          const isCooling = clock.at < (noAt.get(like) ?? Number.NEGATIVE_INFINITY) + COOLDOWN_MS;
          if (isCooling) cooled++;
          assert.equal(approval.state, isCooling ? 'rejected' : 'pending');
          asked.push({ id: approval.id, like, who: each.who });
        } else {
          const of = asked[each.nth % Math.max(1, asked.length)];
          if (of === undefined) continue;
          const before = await now(of.id);
          if (each.kind === 'take') {
            const did = await isDone(asking.take(of.id, `x${each.nth}`));
            if (did)
              assert.ok(before.state === 'approved' && !taken.has(of.id), 'it was taken without a yes, or twice');
            if (did) taken.add(of.id);
            continue;
          }
          const by = each.isOwn ? partyOf(callerOf({ subject: `${of.who}-${worlds}`, kind: 'person' })) : lead;
          const did = await isDone(
            answers.answer(of.id, {
              answer: each.answer,
              by,
              seated: async () => ({ seats: ['p/h'] }),
              reason: '',
              digest: before.digest,
            }),
          );
          assert.equal(did, before.state === 'pending' && !each.isOwn);
          if (did && each.answer === 'reject') noAt.set(of.like, clock.at);
        }
        for (const { id } of asked) {
          const { state } = await now(id);
          const final = finals.get(id);
          if (final !== undefined) assert.equal(state, final, 'a final state changed');
          else if (state !== 'pending') finals.set(id, state);
        }
      }
    }),
    { numRuns: 100 },
  );
  assert.ok(cooled > 5, `${cooled}`);
});
