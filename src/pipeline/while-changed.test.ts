import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Permit } from '../model/permit.ts';
import type { Precondition } from '../model/precondition.ts';
import { Refusal } from '../model/refusal.ts';
import { bytesSource } from '../std/byte-source.ts';
import { ATTEMPT_LIMITS, type Attempt, whileChanged } from './while-changed.ts';

/** One attempt: what it was held to, and the status of the reply; or the code of a refusal. */
type Step = readonly [held: Precondition | undefined, status: number] | Refusal;

const at = (resourceVersion: string): Precondition => ({ resourceVersion, uid: 'u' });
const changed = new Refusal('OBJECT_CHANGED', 'x');
const denied = new Refusal('DENIED_BY_RULE', 'x');

const TABLE: readonly (readonly [string, readonly Step[], string])[] = [
  ['no conflict', [[at('1'), 200]], '200 after 1, 0 given up'],
  ['a conflict of what is held to nothing', [[undefined, 409]], '409 after 1, 0 given up'],
  ['one change', [[at('1'), 409], [at('2'), 200]], '200 after 2, 1 given up'],
  ['a change that rules do not allow', [[at('1'), 409], denied], 'DENIED_BY_RULE after 2, 1 given up'],
  ['a change each time', [[at('1'), 409], [at('2'), 409], [at('3'), 409]], 'OBJECT_CHANGED after 3, 3 given up'],
  ['another life each time', [[{ resourceVersion: '1', uid: 'a' }, 409], [{ resourceVersion: '1', uid: 'b' }, 409], ['absent', 200]], '200 after 3, 2 given up'],
  ['a conflict that is none of versions', [[at('1'), 409], [at('1'), 409]], '409 after 2, 1 given up'],
  ['one of what is not there', [['absent', 409], ['absent', 409]], '409 after 2, 1 given up'],
  ['look-ups of two moments', [changed, [at('2'), 200]], '200 after 2, 0 given up'],
  ['look-ups of two moments each time', [changed, changed, changed], 'OBJECT_CHANGED after 3, 0 given up'],
  ['what fails otherwise', [[at('1'), 500]], '500 after 1, 0 given up'],
]; // biome-ignore format: a table

for (const [name, steps, expected] of TABLE) {
  test(`judging anew: ${name}`, async () => assert.equal(await outcome(steps), expected));
}

async function outcome(steps: readonly Step[]): Promise<string> {
  let [count, givenUp] = [0, 0];
  const attempt = async (): Promise<Attempt> => {
    const step = steps[count++];
    assert.ok(step !== undefined && count <= ATTEMPT_LIMITS.attemptsMax, 'one attempt too many');
    if (step instanceof Refusal) throw step;
    const [precondition, status] = step;
    const body = { ...bytesSource(Buffer.alloc(0)), cancel: () => void givenUp++ };
    return { permit: { precondition } as Permit, reply: { kind: 'unary', status, headers: [], body } };
  };
  const end = await whileChanged({ isConflict: ({ status }) => status === 409 }, attempt).then(
    ({ reply }) => String(reply.status),
    (thrown: unknown) => (thrown instanceof Refusal ? thrown.code : String(thrown)),
  );
  return `${end} after ${count}, ${givenUp} given up`;
}
