/* Questions to persons, as they go over the wire of `/api/v1`. What is shown has masks in the place of secret values. */
import { z } from 'zod';
import { AMENDMENTS_MAX } from '../model/amendment.ts';
import { FIELD_POINTER, isAmendable } from '../model/field-pointer.ts';
import { PLAN_QUESTION_LIMITS, REST_LIMITS } from '../model/rest-limits.ts';
import { durationMs } from '../std/duration.ts';
import { duration, ownWords } from './contract.ts';
import { signatureSchema } from './key-contract.ts';

const instant = z.iso.datetime();
const strings = z.array(z.string());

const change = z.strictObject({
  at: z.string().describe('A JSON pointer.'),
  before: z.string().optional().describe('JSON; absent: there was nothing.'),
  after: z.string().optional(),
});

const loss = z.strictObject({
  kind: z.string(),
  count: z.int(),
  names: strings.describe('Some of them.'),
  running: z.int().optional().describe('Of pods: how many of them run.'),
});

const before = z.strictObject({
  asked: z.int().describe('Questions of the caller within the hour before.'),
  approved: z.int(),
  rejected: z.int(),
  alike: z.int().describe('Its newest questions about the same verb on the same kind that were approved.'),
  alikeBy: strings.describe('By whom.'),
  isAtLeast: z
    .literal(true)
    .optional()
    .describe('Only so many of its newest questions were looked at: there may be more of each.'),
  session: z
    .strictObject({
      since: instant.optional().describe('When it began; absent: it has just begun.'),
      requests: z.int(),
      changes: z.int(),
      refused: z.int(),
      failed: z.int(),
      last: strings.describe('The last changes in the same namespace and what became of each, the newest first.'),
    })
    .optional()
    .describe('What the caller did in its session on this target before it asked, as this gateway has recorded it.'),
  noSession: z.string().optional().describe('Why what it did in its session is not told.'),
});

/** What was looked up beside the question. */
const preview = {
  changes: z.array(change).optional().describe('What would change in the live object, by the target’s own dry run.'),
  losses: z.array(loss).optional().describe('What goes with it.'),
  volumes: z
    .array(
      z.strictObject({ claim: z.string(), reclaims: z.string().describe('`Delete`, `Retain`; empty: not known.') }),
    )
    .optional()
    .describe('Claims that go, and what becomes of their data.'),
  scale: z.strictObject({ from: z.int(), to: z.int() }).optional().describe('Replicas.'),
  share: z
    .strictObject({ workload: z.string(), taken: z.int(), replicas: z.int(), ready: z.int().optional() })
    .optional()
    .describe(
      'How many of the pods of one workload are taken away at once, of how many that are wanted, and how many are ready now.',
    ),
  budgets: z
    .array(z.strictObject({ name: z.string(), allows: z.int() }))
    .optional()
    .describe('Disruption budgets of its pods, and how many disruptions each allows now.'),
  uses: z
    .array(z.strictObject({ kind: z.string(), names: strings, count: z.int(), as: strings }))
    .optional()
    .describe('Workloads that take what is written.'),
  gains: z
    .array(z.strictObject({ who: strings, may: strings }))
    .optional()
    .describe('Who would be able to do what the same object does not give them now.'),
  pod: z
    .strictObject({
      serviceAccount: z.string(),
      node: z.string(),
      container: z.string(),
      image: z.string(),
      privileges: strings.describe('What reaches beyond the pod, in words.'),
    })
    .optional()
    .describe('The pod that a program would run in.'),
  before: before.optional(),
};

/** What a person is shown of one request. */
const shownRequestSchema = z.strictObject({
  operation: z.string().describe('In words.'),
  asked: z.string().describe('The request line, or the bounds of a grant.'),
  risk: z.enum(['high', 'raised', 'plain']).describe('How dangerous it is, by the facts that `risks` names.'),
  risks: strings.describe('Facts that make it dangerous, the worst first.'),
  argv: strings.optional(),
  body: z.string().optional().describe('The body as a document, whole.'),
  ...preview,
  undo: z.string().optional().describe('Whether there will be a way back.'),
  amended: strings.optional().describe('What a yes makes of it before it is sent.'),
  rest: z
    .strictObject({
      verbs: strings,
      usesMax: z.int(),
      forMs: z.int(),
      earlier: strings.describe('What the same command asked before.'),
      covers: strings
        .optional()
        .describe('Where it is known beforehand, as of a release of Helm: what the yes covers by itself, one by one.'),
    })
    .optional()
    .describe('What a yes can be widened to: the rest of the command, in the same namespace and under the same rules.'),
  mayDiffer: strings.describe('What may be another when the same command is run again.'),
  missing: strings.describe('What could not be shown, and why.'),
  task: z.string().optional().describe('What a program’s token was given for, in the words of who gave it.'),
  reason: z.string().describe('The caller’s own words: the command that it says it runs.'),
});

/** All of what a person is shown. */
export const shownSchema = shownRequestSchema.extend({
  planned: z
    .array(shownRequestSchema)
    .optional()
    .describe('Of a question about a planned command: each of its requests that is held, whole.'),
});

const answer = z.strictObject({
  isSigned: z.boolean(),
  answer: z.enum(['approve', 'reject']),
  subject: z.string(),
  issuer: z.string(),
  reason: z.string(),
  at: instant,
  rest: z
    .strictObject({ usesMax: z.int(), forMs: z.int() })
    .optional()
    .describe('A yes to the rest of its command too.'),
  inPlaceOf: strings
    .optional()
    .describe('Approvers who had handed on what they answer, and in whose place it was said.'),
  isBreakGlass: z
    .literal(true)
    .optional()
    .describe('Who asks went through alone, in an emergency: nobody else has said yes.'),
});

/** A question and what became of it. */
export const approvalSchema = z.strictObject({
  id: z.string(),
  state: z.enum(['pending', 'approved', 'rejected', 'expired', 'withdrawn']),
  exchange: z
    .enum(['waiting', 'forwarded', 'answered', 'unknown', 'gone'])
    .describe(
      'Of what was asked for: `unknown` may have run, `gone` was never sent. Of a planned command: `forwarded` while some of its requests are sent and others may come, `answered` once none does; `rest.uses` has each.',
    ),
  digest: z.string().describe('Of all that is shown; an answer names it.'),
  preview: z
    .enum(['looking', 'shown', 'none'])
    .describe(
      'What it would do: `looking`: it is being looked up for some seconds, and no yes is taken meanwhile; then what is shown, and the digest, are others. `none`: nothing of it was looked up; `shown.missing` says why, where something was to be.',
    ),
  asker: z.strictObject({
    subject: z.string(),
    issuer: z.string(),
    kind: z.enum(['autonomous', 'person']),
    person: z.string().optional(),
  }),
  target: z.string(),
  namespace: z.string(),
  rules: z.array(
    z.strictObject({
      rule: z.string(),
      reason: z.string(),
      approvers: strings.describe('In words.'),
      quorum: z.int(),
      signed: z.boolean().describe('Whether a yes is signed by a key of who gives it.'),
      freshMs: z.int().optional().describe('How long ago at most who says yes signed in; absent: it is not asked.'),
      missing: z.int().describe('Yeses that are still missing.'),
      later: z
        .array(z.strictObject({ at: instant, approvers: strings }))
        .describe('Who may answer too, and from when on.'),
    }),
  ),
  shown: shownSchema,
  answers: z.array(answer),
  words: z
    .array(z.strictObject({ subject: z.string(), isAsker: z.boolean(), text: z.string(), at: instant }))
    .describe('What was said about it; it changes nothing of what is answered.'),
  askedAt: instant,
  closesAt: instant,
  endedAt: instant.optional(),
  goodUntil: instant.optional().describe('Of an approved one: until when it can be used.'),
  usedBy: z.string().optional().describe('The exchange that used it.'),
  status: z.int().optional().describe('What the target answered.'),
  grant: z.string().optional().describe('The grant that a yes gives.'),
  session: z.string().optional().describe('The session of the exchange that asked it.'),
  rest: z
    .strictObject({
      verbs: strings,
      usesMax: z.int(),
      until: instant,
      uses: z.array(z.strictObject({ operation: z.string(), exchange: z.string(), at: instant })),
    })
    .optional()
    .describe('What its yes covers beside it, and what it has covered.'),
  restOf: z
    .string()
    .optional()
    .describe('The approval whose yes to the rest of a command covers it; nobody was asked.'),
  mayBreakGlass: z
    .literal(true)
    .optional()
    .describe('Who asks for this document asks the question, and goes through alone if they say why.'),
  mayAnswer: z.boolean().describe('Whether the rules seat who asks for this document.'),
  inPlaceOf: strings
    .optional()
    .describe('In whose place who asks for this document would answer too, by what was handed to them.'),
});

export const approvalListQuery = z.strictObject({
  state: z.enum(['pending', 'approved', 'rejected', 'expired', 'withdrawn']).optional(),
  own: z.enum(['true', 'false']).optional().describe('`true`: those that the caller itself asks.'),
  since: instant.optional().describe('Those that were asked at or after it.'),
  after: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(10_000).default(100),
});

export const approvalReportQuery = z.strictObject({
  last: z.coerce.number().int().min(1).max(5_000).default(1_000).describe('Of so many of the newest questions.'),
});

/** What became of the questions of each rule. */
export const approvalReportSchema = z.strictObject({
  items: z.array(
    z.strictObject({
      rule: z.string(),
      asked: z.int(),
      approved: z.int(),
      rejected: z.int(),
      expired: z.int().describe('Nobody answered in time.'),
      yesAfterMs: z.int().optional().describe('The middle time from when it could be answered to the yes.'),
      mostly: z.array(z.strictObject({ what: z.string(), count: z.int() })).describe('What was asked most often.'),
      proposals: strings.describe('What could be done; none: nothing stands out.'),
    }),
  ),
});

export type ApprovalReport = z.infer<typeof approvalReportSchema>;

/** An answer to what was shown, and to nothing else. */
export const answerSchema = z.strictObject({
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected the digest of what was shown')
    .describe('The digest of what was shown.'),
  reason: ownWords.default('').describe('Why; the caller is told why not.'),
  signature: signatureSchema.optional().describe('Of a yes, where a rule wants it.'),
});

/** The yes of who asks, in an emergency. */
export const breakGlassSchema = answerSchema
  .omit({ signature: true })
  .extend({ reason: ownWords.describe('Why it cannot wait for anybody else; ten characters or more.') });

const pointer = z
  .string()
  .max(500)
  .regex(FIELD_POINTER, 'expected a path such as `/spec/replicas`')
  .refine(isAmendable, 'what an object is, and what it is called, cannot be amended');

const labelled = z.strictObject({ key: z.string().min(1).max(317), value: z.string().max(63) });

/** An edit with which a yes leaves less of a request. */
const amendment = z.union([
  z.strictObject({ dryRun: z.literal(true) }),
  z.strictObject({ set: z.strictObject({ path: pointer, value: z.json() }) }),
  z.strictObject({ remove: z.strictObject({ path: pointer }) }),
  z.strictObject({ label: labelled }),
]);

export type YesAmendment = z.infer<typeof amendment>;

/** A yes: to all of it or less, and whether it covers the rest of the command. */
export const yesSchema = answerSchema.extend({
  goodFor: duration.optional().describe('For a shorter time than the rules say.'),
  amend: z
    .array(amendment)
    .min(1)
    .max(AMENDMENTS_MAX)
    .optional()
    .describe('Edits to the request, which is then judged again; only the first yes makes any.'),
  rest: z
    .strictObject({
      usesMax: z.int().min(1).max(REST_LIMITS.usesMax).default(REST_LIMITS.usesMax),
      for: duration
        .refine((text) => durationMs(text) <= REST_LIMITS.forMs, 'expected five minutes at most')
        .default('5m'),
    })
    .optional()
    .describe('Also the rest of the command, where `shown.rest` offers it.'),
});

/** Which planned requests are asked about. */
export const planAskSchema = z.strictObject({
  requests: z
    .array(z.string().max(1024 * 1024))
    .min(1)
    .max(PLAN_QUESTION_LIMITS.requestsMax)
    .describe('What the gateway gave for each held request that was planned, in the order of the command.'),
});

/** A word about a question. */
export const wordSchema = z.strictObject({
  text: ownWords.refine((text) => text.trim() !== '', 'expected a word').describe('In your own words.'),
});

export type ApprovalView = z.infer<typeof approvalSchema>;
