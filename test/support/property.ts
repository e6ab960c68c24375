/**
 * fast-check, drawing from one seed: a red test is about the change at hand, and is red again when it is run again.
 *
 * `SALLYPORT_SEED=random npm test` draws anew, `SALLYPORT_SEED=N` from seed N; `npm run fuzz` draws anew each time.
 */
import process from 'node:process';
import fc from 'fast-check';

/** What every law and every random comparison draws from: an integer, 0 to 2³¹ - 1. */
export const seed = seedOf(process.env['SALLYPORT_SEED']);

fc.configureGlobal({ seed });

export { fc };

/** @throws {Error} for what is neither empty, `random` nor such an integer. */
function seedOf(text: string | undefined): number {
  if (text === undefined || text === '') return 0x5a111;
  if (text === 'random') return Date.now() & 0x7fffffff;
  const asked = Number(text);
  if (!Number.isInteger(asked) || asked < 0 || asked > 0x7fffffff)
    throw new Error(`SALLYPORT_SEED is \`random\` or an integer from 0 to ${0x7fffffff}, not \`${text}\``);
  return asked;
}
