/*
 * The form of a policy's tests: who, what, what is known, and what is expected. Strict, so that a misspelt expectation does not pass unseen.
 */
import { z } from 'zod';

const word = z.string().min(1, 'expected at least one character');
const instant = z.iso.datetime({ offset: true, error: 'expected an instant such as `2026-03-01T09:00:00Z`' });

const caller = z
  .strictObject({
    subject: word.describe('The subject.'),
    groups: z.array(word).default([]).describe('Its groups.'),
    issuer: word.default('test').describe('The name of its issuer in the configuration.'),
    kind: z.enum(['autonomous', 'person']).default('autonomous').describe('What the issuer is configured to be for.'),
    labels: z.record(word, z.string()).default({}).describe('Labels that the issuer gives.'),
  })
  .describe('Who asks.');

const object = z.record(z.string(), z.json());

/** What is known beside a request. */
export const factsSchema = z
  .strictObject({
    existing: z.union([object, z.null()]).optional().describe('The live object; null where there is none.'),
    result: object.optional().describe('The object as the server would store it after a patch.'),
    pod: z
      .union([object, z.null()])
      .optional()
      .describe('The pod behind an exec, attach, log or port-forward, as a manifest; null where there is none.'),
    namespaceLabels: z
      .union([z.record(z.string(), z.string()), z.null()])
      .optional()
      .describe('Labels of the namespace; null where it does not exist.'),
    services: z.array(word).optional().describe('Services behind which the pod stands.'),
    lastDone: z
      .union([instant, z.null()])
      .optional()
      .describe('When its caller last did the like; null: not in 30 days.'),
  })
  .describe('What the gateway would have looked up. What is not given is unknown.');

/** A request in a file. */
export const requestSchema = z
  .strictObject({
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']),
    uri: word.describe('Path and query, as behind the target’s prefix.'),
    headers: z.record(word, z.string()).default({}),
    body: z.json().optional().describe('Text as it is, anything else as JSON.'),
  })
  .describe('A request as it is on the wire.');

const words = z.union([word, z.array(z.string()).min(1)]);

const policyCase = z
  .strictObject({
    name: word.describe('A sentence of what holds; printed.'),
    caller: caller.optional().describe('In place of the file’s own.'),
    target: word.optional().describe('In place of the file’s own.'),
    run: words.optional().describe('In kubectl’s words: `delete pod web -n prod`; a list is taken word by word.'),
    runs: z.array(words).min(1).optional().describe('Several of them, each expected to be answered alike.'),
    request: requestSchema.optional(),
    object: object.optional().describe('What the write of `run` sends.'),
    facts: factsSchema.optional(),
    now: instant.optional().describe('When it is asked; in place of the file’s own.'),
    expect: z.enum(['allow', 'deny', 'hold']).describe('The decision.'),
    by: z
      .enum(['rule', 'guard', 'silence', 'incomplete', 'gateway'])
      .optional()
      .describe('Of a deny: what denies. `gateway` is a request that is refused before any rule is asked.'),
    rule: word.optional().describe('The id of the rule or guard that decides.'),
    reply: object.optional().describe('An object that the target would answer with.'),
    masked: z
      .array(word)
      .optional()
      .describe(
        'Every place of `reply` that the caller is shown masked, as `sallyport mask test` writes them; `[]` for none.',
      ),
  })
  .refine(
    (value) => [value.run, value.runs, value.request].filter((each) => each !== undefined).length === 1,
    'expected one of `run`, `runs` and `request`',
  )
  .refine((value) => value.by === undefined || value.expect === 'deny', '`by` goes with `expect: deny`')
  .refine((value) => (value.reply === undefined) === (value.masked === undefined), '`reply` and `masked` go together')
  .refine((value) => value.masked === undefined || value.expect === 'allow', '`masked` goes with `expect: allow`');

/** One file of tests. */
export const policyTestSchema = z
  .strictObject({
    apiVersion: z.literal('sallyport.dev/v1', 'expected `sallyport.dev/v1`'),
    kind: z.literal('PolicyTest', 'expected `PolicyTest`'),
    policies: z.array(word).min(1, 'expected at least one file').describe('Policy files, relative to this one.'),
    openGuards: z.array(word).default([]).describe('Guards that are open, as under `unsafe:` of the configuration.'),
    openMasks: z
      .array(word)
      .default([])
      .describe(
        'Default masks and detectors that are open for every caller, as under `unsafe:` of the configuration; `*` is all.',
      ),
    caller: caller.optional().describe('Who asks, where a case does not say itself.'),
    target: word.default('test').describe('The target, where a case does not say itself.'),
    now: instant
      .default('2026-01-05T12:00:00Z')
      .describe('When it is asked, where a case does not say itself; a Monday noon.'),
    cases: z.array(policyCase).min(1, 'expected at least one case'),
  })
  .describe('Tests of a policy.');

export type PolicyTestDocument = z.output<typeof policyTestSchema>;

export type PolicyCase = PolicyTestDocument['cases'][number];
