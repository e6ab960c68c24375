import { Refusal } from '../model/refusal.ts';

/**
 * What was found, where the caller may see it.
 *
 * Security: what a caller may not see is answered as what is not there, in the same words, so that nobody learns of it by asking.
 *
 * @param what in the words of the refusal: `grant`
 * @throws {Refusal} NOT_FOUND
 */
export function seen<Found>(
  found: Found | undefined,
  what: string,
  maySee: (found: Found) => boolean = () => true,
): Found {
  if (found === undefined || !maySee(found))
    throw new Refusal('NOT_FOUND', `there is no such ${what} that you may see`);
  return found;
}
