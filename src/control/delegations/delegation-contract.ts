/* Delegations, as they go over the wire of `/api/v1`. */
import { z } from 'zod';
import { DELEGATION_LIMITS } from '../../model/delegation-limits.ts';
import { durationMs } from '../../std/duration.ts';
import { duration, ownWords } from '../contract.ts';

const instant = z.iso.datetime();
const name = z.string().min(1).max(512);
const rules = z.array(z.string().min(1).max(200)).max(50);

/** Seats that an approver has handed to another. */
export const delegationSchema = z.strictObject({
  id: z.string(),
  state: z.enum(['live', 'ended']),
  from: z.strictObject({ subject: z.string(), issuer: z.string() }),
  to: z.strictObject({ subject: z.string(), issuer: z.string() }),
  rules: z.array(z.string()).describe('None: each that lets it.'),
  reason: z.string(),
  at: instant,
  endsAt: instant,
  endedBy: z.string().optional(),
  endedAt: instant.optional(),
});

export type DelegationView = z.infer<typeof delegationSchema>;

export const delegationListQuery = z.strictObject({
  all: z.enum(['true', 'false']).optional().describe('`true`: everybody’s; for who holds a role without bounds.'),
});

/** What an approver hands on. */
export const delegationAskSchema = z.strictObject({
  to: z
    .strictObject({
      subject: name.describe('A person, by the subject that rules know them by.'),
      issuer: name.optional().describe('An issuer of persons, by its name; absent: one’s own.'),
    })
    .describe(
      'Who answers in one’s place; it never counts for what they ask themselves, nor for what one asks oneself.',
    ),
  for: duration
    .refine((text) => durationMs(text) <= DELEGATION_LIMITS.forMs, 'expected seven days at most')
    .describe('For how long; seven days at most.'),
  rules: rules.default([]).describe('Only for these, by id; none: each that names one and lets it.'),
  reason: ownWords.refine((text) => text.trim() !== '', 'expected a reason').describe('In your own words.'),
});
