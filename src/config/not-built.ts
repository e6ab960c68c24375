import type { z } from 'zod';

/** How the description of each such key begins, on the reference page and in editors. */
export const NOT_BUILT = 'Not built yet, and refused';

/**
 * A key of the schema whose part of the gateway is not there yet: its form is checked, and then it is refused at its place, saying what it will be.
 *
 * Security: a key that were taken and not served would be a rule that its author believes in and nobody keeps.
 */
export function notBuilt<Schema extends z.ZodType>(schema: Schema, what: string) {
  return alwaysNotBuilt(schema, what, 'leave the key out').optional().describe(`${NOT_BUILT}: ${what}.`);
}

/** The same of a key without which what it stands in is something else, so that there is something to write `instead`. */
export function alwaysNotBuilt<Schema extends z.ZodType>(schema: Schema, what: string, instead: string) {
  return schema.refine(() => false, `not built yet: ${what}; ${instead}`).describe(`${NOT_BUILT}: ${what}.`);
}
