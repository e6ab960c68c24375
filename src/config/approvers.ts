/*
 * Who may answer a question, and from where: of a hold, and of a grant that is asked for. The two differ in what is served of each; what is not is refused at its key.
 */
import { z } from 'zod';
import { alwaysNotBuilt } from './not-built.ts';
import { identifier, patterns, word, words } from './policy-words.ts';

const named = z
  .strictObject({
    subjects: patterns.optional().describe('Persons by subject; with `groups`, both hold.'),
    groups: words.optional().describe('Persons by group, any of these.'),
    keys: z
      .array(
        z
          .string()
          .regex(/^webauthn:[\w-]{8,1400}:[\w-]{32,4096}$/, 'expected a key as the console shows it: `webauthn:…:…`'),
      )
      .min(1, 'expected at least one')
      .max(50)
      .optional()
      .describe(
        'Keys with which one person signs a yes where the rule says `signed`: lines that the console shows of a key. The entry then names that person alone: one subject without `*`, and no groups.',
      ),
  })
  .refine(({ subjects, groups }) => subjects !== undefined || groups !== undefined, 'expected a condition');

const onShift = z.strictObject({
  schedule: identifier.describe('Whoever is on shift when they answer, by a schedule of the same document.'),
});

const ANSWERERS = 'Who may answer, any of these.';

/** Who answers a hold; whether the rule has to say it is the rule's own. */
export const approvers = z
  .array(
    z
      .union([
        named,
        z.strictObject({
          namespaceLabel: word.describe(
            'A label of the namespace that names the owning team, as it is when it is asked.',
          ),
          groupPrefix: z.string().default('').describe('Put before the label’s value to make the group.'),
        }),
        onShift,
      ])
      .describe('Who may answer: persons alone, never the one who asks.'),
  )
  .min(1, 'expected at least one')
  .describe(ANSWERERS);

/** Who says whether a grant is given: it may be for several namespaces, so no label of one of them names who. */
export const grantApprovers = z
  .array(
    z
      .union([
        named,
        z.strictObject({
          namespaceLabel: alwaysNotBuilt(word, 'a team that a label names, for a grant', 'name the persons or groups'),
          groupPrefix: z.string().default(''),
        }),
        onShift,
      ])
      .describe('Who may answer: persons alone, never the one who asks.'),
  )
  .min(1, 'expected at least one')
  .describe(ANSWERERS);

const PLACES = ['console', 'cli', 'slack', 'teams', 'webhook'] as const;

const answerPlaces = (served: readonly (typeof PLACES)[number][], notServed: string, what: string) =>
  z
    .array(z.enum(PLACES))
    .min(1)
    .refine((places) => places.every((place) => served.includes(place)) && places.includes('cli'), notServed)
    .default(['console', 'cli'])
    .describe(what);

const BY_API = '`cli` is `/api/v1`, which the console and `sallyport approvals` ask, and always among them.';

/** Where a hold is answered. */
export const answerFrom = answerPlaces(
  ['console', 'cli', 'slack'],
  'not built yet: answers from Teams and webhooks, and from the console alone; name `cli`, which is `/api/v1`',
  `Where it may be answered. ${BY_API} \`slack\`: by buttons of a message that shows all of it, by whom the notifier’s \`people\` name; not with \`signed\` or \`fresh\`. \`teams\` and \`webhook\`, and the console alone, are not built yet, and refused.`,
);

/** Where the question is answered whether a grant is given. */
export const grantAnswerFrom = answerPlaces(
  ['console', 'cli'],
  'not built yet: answers about grants from Slack, Teams and webhooks, and from the console alone; name `cli`, which is `/api/v1`',
  `Where it may be answered. ${BY_API} \`slack\`, \`teams\` and \`webhook\`, and the console alone, are not built yet, and refused.`,
);
