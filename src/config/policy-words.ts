/*
 * The words that several parts of a policy document share: names, callers, targets, namespaces, hours.
 */
import { z } from 'zod';

export const word = z.string().min(1, 'expected at least one character');
const pattern = word.describe('A name; `*` is any run of characters.');
export const words = z.array(word).min(1, 'expected at least one; leave the key out to not narrow');
export const patterns = z.array(pattern).min(1, 'expected at least one; leave the key out to not narrow');

/** Kubernetes' DNS label, with dots. */
export const identifier = z
  .string()
  .max(100)
  .regex(
    /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/,
    'expected lower-case letters, digits, `-` and `.`, beginning and ending with a letter or digit',
  );

/* Kubernetes refuses other selectors; here, a deny with one that nothing satisfies would never speak. */
export const labelKey = z
  .string()
  .max(317)
  .regex(
    /^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
    'expected a key such as `app.kubernetes.io/name`',
  );
export const labelValue = z
  .string()
  .regex(
    /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/,
    'expected at most 63 letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit',
  );

export const labelSelector = z
  .strictObject({
    matchLabels: z.record(labelKey, labelValue).optional().describe('Labels with exactly these values.'),
    matchExpressions: z
      .array(
        z
          .strictObject({
            key: labelKey,
            operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
            values: z.array(labelValue).optional().describe('With `In` and `NotIn`, and with no other.'),
          })
          .refine(
            ({ operator, values = [] }) => (operator === 'In' || operator === 'NotIn') === values.length > 0,
            '`In` and `NotIn` have `values`, `Exists` and `DoesNotExist` have none',
          ),
      )
      .optional()
      .describe('Conditions on labels, all of which hold.'),
  })
  .describe('A label selector, as Kubernetes has it.');

const identity = {
  subjects: patterns.optional().describe('Subjects; `*` is any run of characters.'),
  groups: words.optional().describe('Groups, any of which the caller is in.'),
  issuers: words.optional().describe('Names of issuers in the configuration.'),
  labels: z.record(word, z.string()).optional().describe('Labels that the issuer gives, with exactly these values.'),
};

const caller = z
  .strictObject({
    everyone: z.literal(true).optional().describe('Every authenticated caller; stands alone.'),
    ...identity,
    kind: z.enum(['autonomous', 'person']).optional().describe('What the issuer is configured to be for.'),
  })
  .refine((match) => Object.keys(match).length > 0, 'expected a condition, or `everyone: true`')
  .refine((match) => match.everyone === undefined || Object.keys(match).length === 1, '`everyone` stands alone');

export const callers = z
  .array(caller)
  .min(1, 'expected at least one')
  .describe('Who: any of these, each with conditions that all hold.');

/** Persons by name: everybody, and programs, are none. */
export const persons = z
  .array(
    z
      .strictObject({ ...identity, kind: z.literal('person').optional().describe('What all of them are.') })
      .refine((match) => Object.keys(match).length > 0, 'expected a condition'),
  )
  .min(1, 'expected at least one')
  .describe('Which persons: any of these, each with conditions that all hold.');
export const targets = patterns.describe('Names of targets; `*` is any run of characters.');

export const namespace = z
  .union([pattern, z.strictObject({ selector: labelSelector })])
  .describe('A name, `*` for any run of characters, or `selector` for namespaces by their labels.');

export const timeZone = word.refine(isTimeZone, 'expected a time zone such as `Europe/Berlin` or `UTC`');
export const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'expected a time of day such as `09:30`');
export const instant = z.iso.datetime({ offset: true, error: 'expected an instant such as `2026-03-01T09:00:00Z`' });

export const times = z
  .strictObject({
    startsAt: instant.optional().describe('The first instant at which the rule speaks.'),
    endsAt: instant.optional().describe('The first instant at which it no longer does.'),
    windows: z
      .array(
        z.strictObject({
          days: z
            .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
            .min(1)
            .optional()
            .describe('Days on which the window opens; default: every day.'),
          from: timeOfDay.describe('When it opens, inclusive.'),
          to: timeOfDay.describe('When it closes, exclusive; not after `from` means on the day after.'),
          timeZone,
        }),
      )
      .min(1)
      .optional()
      .describe('Hours of a week, any of these, on the clock of a time zone.'),
  })
  .describe('When the rule speaks.');

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** A length of time as people write it: `90s`, `10m`, `12h`, `7d`; at most ten years. */
export const duration = z
  .string()
  .regex(/^[1-9]\d{0,4}[smhd]$/, 'expected a length of time such as `90s`, `10m`, `12h` or `7d`')
  .refine((text) => !text.endsWith('d') || Number.parseInt(text, 10) <= 3650, 'expected at most 3650 days');
