import type { z } from 'zod';

/**
 * A key of the schema whose part of the gateway is not there yet: its form is checked, and then it is refused at its place, saying what it will be.
 *
 * Security: a key that were taken and not served would be a rule that its author believes in and nobody keeps.
 */
export function notBuilt<Schema extends z.ZodType>(schema: Schema, what: string) {
  return schema
    .refine(() => false, `not built yet: ${what}; leave the key out`)
    .optional()
    .describe(`Not built yet, and refused: ${what}.`);
}
