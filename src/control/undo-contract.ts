import { z } from 'zod';

const strings = z.array(z.string());

/** The way back from one exchange, as who asks for it is shown it. */
export const undoSchema = z.strictObject({
  exchange: z.string(),
  kind: z.enum(['some', 'none']),
  why: z.string().optional().describe('Why there is none.'),
  operation: z.string().optional().describe('In words.'),
  asked: z.string().optional().describe('The request that would be sent.'),
  lost: strings.optional().describe('What does not come back.'),
  changes: z
    .array(z.strictObject({ at: z.string(), before: z.string().optional(), after: z.string().optional() }))
    .optional()
    .describe('What would change, by the target’s own dry run, with masks; JSON.'),
  missing: strings.optional().describe('What could not be shown, and why.'),
  digest: z.string().optional().describe('Of all this, and of the object as it is now.'),
});

export type UndoView = z.infer<typeof undoSchema>;

/** Does what was shown. */
export const applyUndoSchema = z.strictObject({
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected the digest of what was shown')
    .describe('The digest of what was shown.'),
});

/** What came of it. */
export const undoneSchema = z.strictObject({
  exchange: z.string().describe('The exchange that did it.'),
  status: z.int().describe('What was answered; 403 too where a person is asked first.'),
  message: z.string().describe('What the target or the gateway said; empty where it is done.'),
});

export type UndoneView = z.infer<typeof undoneSchema>;
