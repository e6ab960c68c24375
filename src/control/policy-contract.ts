/*
 * What `/api/v1` says of policy: what is in force and how it is used, why a request is answered as it is, and what a proposal would change. Nothing here changes
 * policy: that is the files', in git.
 */
import { z } from 'zod';
import { ONE_LINE } from './contract.ts';

const instant = z.iso.datetime();
/* Words go to a process as its arguments, which hold no NUL. */
const words = (max: number) => z.string().max(max).regex(ONE_LINE, 'expected one line without control characters');
const texts = z.array(z.string());
const effect = z.enum(['deny', 'hold', 'allow', 'request']);

/** One rule, and how often it decided. */
export const ruleSchema = z.strictObject({
  id: z.string(),
  effect,
  isObserved: z.boolean().describe('Whether it only says what it would decide.'),
  file: z.string(),
  line: z.int(),
  reason: z.string(),
  callers: texts.describe('In words, any of which is meant.'),
  targets: texts,
  verbs: texts,
  apiGroups: texts,
  resources: texts,
  resourceNames: texts,
  nonResourceURLs: texts,
  namespaces: texts.optional().describe('Absent: every namespace, and what is in none.'),
  conditions: texts.describe('What must hold beside.'),
  gives: texts.describe('What it gives or changes beside its answer.'),
  uses: z.int().describe('Exchanges that it decided.'),
  lastAt: instant.optional().describe('The last of them.'),
});

/** All that is in force. */
export const policySchema = z.strictObject({
  items: z.array(ruleSchema),
  since: instant.describe('From when uses are counted: 30 days, or as far as this gateway’s journal reaches.'),
  isWhole: z.boolean().describe('Whether the journal reaches back 30 days.'),
  files: z.array(z.string()),
  findings: texts.describe('Why newer files are not in force.'),
});

/** The files as they are now. */
export const policyFilesSchema = z.strictObject({
  items: z.array(z.strictObject({ file: z.string(), text: z.string() })),
});

/** A request that is only judged. */
export const whyAskSchema = z.strictObject({
  as: words(512).min(1).describe('The caller’s subject.'),
  groups: z.array(words(512)).max(200).default([]),
  issuer: words(512).optional().describe('Absent: the first of the configuration.'),
  kind: z.enum(['autonomous', 'person']).optional().describe('Absent: what the issuer is for.'),
  target: words(512).optional().describe('May be absent where there is one.'),
  command: z
    .string()
    .min(1)
    .max(4_096)
    .regex(/^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$/u, 'expected no control characters')
    .describe('A kubectl command, or its words: `kubectl delete pod web -n prod`. Nothing of it runs.'),
});

const named = z.looseObject({
  id: z.string(),
  effect,
  source: z.strictObject({ file: z.string(), line: z.int() }),
});

/** How one request of the command would be answered. */
const whySchema = z.looseObject({
  answer: z.enum(['allow', 'deny', 'hold', 'unknown']),
  request: z.looseObject({ method: z.string(), uri: z.string(), note: z.string().optional() }),
  refusal: z
    .strictObject({ code: z.string(), message: z.string(), advice: z.string() })
    .optional()
    .describe('Where it is refused before any rule is asked.'),
  decision: z.looseObject({ effect: z.string(), rule: z.string() }).optional(),
  decidedBy: named.optional(),
  alsoMatch: z.array(named).optional(),
  undecided: z.array(named.extend({ missing: texts })).optional(),
  nearest: z
    .array(
      named.extend({
        differences: z.array(z.looseObject({ field: z.string(), rule: z.string(), question: z.string() })),
      }),
    )
    .optional()
    .describe('Rules that do not match, those with the fewest differences first.'),
  facts: z.strictObject({ used: texts, unknown: texts }).optional(),
});

export const whyAnswerSchema = z.strictObject({ items: z.array(whySchema) });

export const whoCanQuery = z.strictObject({
  verb: words(64).min(1),
  resource: words(256).min(1).describe('A kind, with its subresource: `pods`, `deploy`, `pods/exec`.'),
  name: words(256).min(1).optional(),
  namespace: words(256).min(1).optional(),
});

const part = z.looseObject({
  callers: z.string(),
  targets: z.string(),
  operations: z.string(),
  namespaces: z.string(),
  names: z.string(),
  rule: z.string(),
  when: texts,
  grants: texts,
  unless: texts,
});

export const whoCanSchema = z.strictObject({ allowed: z.array(part), held: z.array(part) });

const days = z
  .string()
  .regex(/^[1-9]\d{0,2}[hd]$/, 'expected hours or days, such as `12h` or `7d`')
  .default('7d');

export const shadowQuery = z.strictObject({ since: days });

/** What rules that are only observed would have answered otherwise. */
export const shadowSchema = z.strictObject({
  exchanges: z.int(),
  items: z.array(
    z.looseObject({
      caller: z.string(),
      target: z.string(),
      operation: z.string(),
      was: z.string(),
      would: z.string(),
      rule: z.string(),
      times: z.int(),
      last: z.string(),
    }),
  ),
  rules: z.array(z.looseObject({})).describe('Rules that would have to be added, so that all of it goes on.'),
});

/** A change of files that is only tried. */
export const proposalSchema = z.strictObject({
  files: z
    .array(z.strictObject({ file: words(512).min(1), text: z.string().max(1024 * 1024) }))
    .min(1)
    .max(50)
    .describe('The files that are to be another, whole; those that are not named stay.'),
  since: days.describe('Which recorded traffic is asked about again.'),
});

const answer = z.looseObject({ effect: z.string(), rule: z.string().optional() });
const differing = z.looseObject({
  caller: z.string(),
  target: z.string(),
  operation: z.string(),
  before: answer,
  after: answer,
  needs: texts,
  times: z.int(),
  last: z.string(),
});

/** What a proposal comes to. */
export const triedSchema = z.strictObject({
  patch: z.string().describe('As `git apply` takes it, in the folder of the configuration.'),
  findings: z
    .array(
      z.looseObject({
        file: z.string(),
        line: z.int(),
        column: z.int(),
        message: z.string(),
        severity: z.string(),
        fix: z.string(),
      }),
    )
    .describe('What `policy check` says; a mistake among them, and nothing else was tried.'),
  changes: texts.optional().describe('Who gains and loses what, in words.'),
  tests: z
    .array(
      z.looseObject({
        file: z.string(),
        line: z.int(),
        name: z.string(),
        isPassed: z.boolean(),
        expected: z.string(),
        got: z.string(),
      }),
    )
    .optional()
    .describe('What the tests beside the policy come to.'),
  simulation: z
    .strictObject({
      exchanges: z.int(),
      differ: z.array(differing),
      mayDiffer: z.array(differing),
      notAsRecorded: z.int(),
      notReadAgain: z.int(),
    })
    .optional()
    .describe('What of the recorded traffic would be answered otherwise.'),
});

export const narrowerAskSchema = z.strictObject({
  caller: words(512).min(1).describe('A subject, with `*`.'),
  since: days.default('30d'),
});

/** The allow rules of callers, narrowed to what they were used for. */
export const narrowerSchema = z.strictObject({
  patch: z.string().describe('Empty: there is nothing to narrow.'),
  says: texts.describe('What becomes of which rule.'),
  files: policyFilesSchema.shape.items.describe('The files as the patch makes them, whole.'),
});

export type RuleView = z.infer<typeof ruleSchema>;
export type PolicyView = z.infer<typeof policySchema>;
export type WhyAsk = z.output<typeof whyAskSchema>;
export type WhyAnswer = z.infer<typeof whyAnswerSchema>;
export type WhoCanAsk = z.output<typeof whoCanQuery>;
export type WhoCanAnswer = z.infer<typeof whoCanSchema>;
export type ShadowReport = z.infer<typeof shadowSchema>;
export type Proposal = z.output<typeof proposalSchema>;
export type Tried = z.infer<typeof triedSchema>;
export type NarrowerAsk = z.output<typeof narrowerAskSchema>;
export type Narrower = z.infer<typeof narrowerSchema>;
