/* What is found when a target is looked at, as it goes over the wire of `/api/v1`. */
import { z } from 'zod';
import { TARGET_CHECKS } from '../../model/target-check.ts';

const instant = z.iso.datetime();

/** What was found when a target was looked at. */
export const targetCheckSchema = z.strictObject({
  target: z.string(),
  at: instant,
  state: z.enum(['ok', 'warning', 'failed', 'unknown']).describe('The worst of all.'),
  checks: z.array(
    z.strictObject({
      check: z.enum(TARGET_CHECKS),
      state: z.enum(['ok', 'warning', 'failed', 'unknown']),
      message: z.string(),
      missing: z.array(z.string()).optional().describe('Rights that are needed and not there.'),
      tooMuch: z.array(z.string()).optional().describe('Rights that are there and not needed.'),
    }),
  ),
});

export type TargetCheckView = z.infer<typeof targetCheckSchema>;
