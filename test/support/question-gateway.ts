import assert from 'node:assert/strict';
import type { Approval } from '../../src/approval/approval.ts';
import { Answers, type MaskEdits } from '../../src/control/answers.ts';
import { KeptQuestions } from '../../src/control/kept-questions.ts';
import { Questions } from '../../src/control/questions.ts';
import { partyOf } from '../../src/control/seats.ts';
import { Refusal } from '../../src/model/refusal.ts';
import type { ApprovalChanged } from '../../src/recording/event.ts';
import type { Store } from '../../src/store/store.ts';
import { callerOf } from './operation.ts';

/** Persons who fill the seat of `heldRequest`’s rule. */
export const lead = partyOf(callerOf({ subject: 'p:lea', kind: 'person' }));
export const mate = partyOf(callerOf({ subject: 'p:max', kind: 'person' }));

/** An answer to a question as it is shown, in the seat of `heldRequest`’s rule. */
export function saying(
  { digest }: Pick<Approval, 'digest'>,
  by = lead,
  answer: 'approve' | 'reject' = 'approve',
): Parameters<Answers['answer']>[1] {
  return { answer, by, seated: async () => ({ seats: ['p/h'] }), reason: '', digest };
}

interface Options {
  /** What is recorded is put into it. */
  readonly events?: ApprovalChanged[];
  readonly onFailure?: (what: string, error: unknown) => void;
  readonly isSigned?: () => boolean;
  readonly isStopped?: ConstructorParameters<typeof Answers>[0]['isStopped'];
  readonly maskEdits?: MaskEdits;
}

/** What one gateway has of questions: as it asks them, as they are answered there, and as they are kept. What may have run is not done again for five minutes. */
export function questionGateway(
  store: Store,
  {
    events = [],
    onFailure = (what, error) => assert.fail(`${what}: ${error}`),
    isSigned = () => true,
    isStopped = () => false,
    maskEdits = () => assert.fail('nobody edits'),
  }: Options = {},
) {
  const kept = new KeptQuestions({ store, record: async (event) => void events.push(event), onChange() {} });
  const both = { kept, isStillSigned: async () => isSigned(), isStopped };
  const unused = { onGrant() {}, recordGrant: async () => {} };
  return {
    asking: new Questions({ ...both, unknownForMs: 300_000, sessionSoFar: async () => undefined, onFailure }),
    answers: new Answers({ ...both, vault: store.vault, maskEdits, ...unused }),
    kept,
  };
}

/** What became of each: `done`, or the code of its refusal. */
export async function outcomes(tries: readonly Promise<unknown>[]): Promise<readonly string[]> {
  const settled = await Promise.allSettled(tries);
  return settled.map((each) =>
    each.status === 'fulfilled' ? 'done' : each.reason instanceof Refusal ? each.reason.code : String(each.reason),
  );
}
