import { writtenValues } from '../masking/written/written-values.ts';
import type { Permit } from '../model/permit.ts';
import { Refusal } from '../model/refusal.ts';
import { describe } from './describe.ts';
import { type Masking, planOf } from './masking.ts';

/** A write, and what is shown to its caller. */
type Writes = Pick<Permit, 'caller' | 'operation' | 'request'> & Parameters<typeof planOf>[1];

/**
 * Refuses a caller that goes on writing other values into places of one object that are masked for it: more than `limits.guessesMax` within an hour are tries of what a value
 * is. Dry runs and patches count as writes do; what a rule shows the caller does not.
 *
 * @throws {Refusal} MASK_MISPLACED
 */
export async function withinGuesses(masking: Masking, permit: Writes): Promise<void> {
  const { caller, operation, request } = permit;
  const { body, verb, name } = operation;
  if (body === undefined || name === '' || (verb !== 'update' && verb !== 'patch')) return;
  const plan = planOf(masking, permit);
  if (plan.isEmpty) return;
  const digest = writtenValues(body, plan, masking.key);
  if (digest === undefined) return;
  const { isOver, isFirstOver, leftMs } = await masking.guesses.take(caller, operation, digest);
  if (!isOver) return;
  const { max } = masking.guesses;
  if (isFirstOver) masking.events.guessed({ caller, operation, exchange: request.id, guessesMax: max });
  throw new Refusal(
    'MASK_MISPLACED',
    `\`${caller.subject}\` may not ${describe(operation)} now: it has written ${max} different values into places that are masked for it, within an hour`,
    {
      advice: `leave those fields out of what you write, or wait ${Math.ceil(leftMs / 60_000)} minutes; whoever runs this gateway may set \`limits.guessesMax\``,
    },
  );
}
