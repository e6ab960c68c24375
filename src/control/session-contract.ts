/*
 * What `/api/v1` says of recordings. Everything stands as it was recorded, with masks where values are hidden; `claimed` is the caller's own word.
 */
import { z } from 'zod';

const instant = z.iso.datetime();
const word = z.string().min(1).max(512).optional();
const id = z.string().max(64).optional();
const outcome = z.enum(['open', 'answered', 'refused', 'broken', 'abandoned', 'lost']);
const decision = z.enum(['allow', 'deny', 'hold']);

const filters = {
  caller: word.describe('A subject.'),
  issuer: word.describe('The issuer of that subject.'),
  target: word,
  namespace: word,
  apiGroup: z.string().max(512).optional().describe('`""` (given as an empty value) is the core group.'),
  resource: word.describe('As in a path: `pods`.'),
  name: word,
  verb: word,
  decision: decision.optional().describe('What policy answered.'),
  rule: word,
  outcome: outcome.optional(),
  status: z.coerce.number().int().min(100).max(599).optional().describe('What upstream, or the gateway, answered.'),
  code: word.describe('Of a refusal.'),
  grant: word,
  run: word.describe('`claimed.session`: one run of a command, as its caller says.'),
  command: word.describe('`claimed.command`, as its caller says: `kubectl apply`.'),
  text: word.describe(
    'Words that stand together in the path, the command in a container and what the caller says it runs, or in what is kept of a body or of output.',
  ),
  since: instant.optional().describe('Exchanges that began at or after it.'),
  until: instant.optional().describe('Exchanges that began before it.'),
};

const paging = {
  after: id.describe('The `next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
};

export const sessionListQuery = z.strictObject({ ...filters, ...paging });

/** How a session is exported. */
export const exportQuery = z.strictObject({
  format: z
    .enum(['jsonl', 'audit', 'ocsf'])
    .default('jsonl')
    .describe(
      '`jsonl`: the journal’s own lines. `audit`: its exchanges as `audit.k8s.io/v1` events. `ocsf`: as events of OCSF 1.8.0.',
    ),
});

/** Of the exchanges of one session. */
export const sessionQuery = z.strictObject({ ...filters, ...paging });

const counts = {
  startedAt: instant,
  lastAt: instant.describe('When the last exchange began.'),
  exchanges: z.int(),
  changes: z.int().describe('Those that ask for a change of what is stored.'),
  refused: z.int().describe('Without those that were only planned.'),
  failed: z.int(),
};

const caller = z.strictObject({ subject: z.string(), issuer: z.string(), kind: z.enum(['autonomous', 'person']) });

/** One session: a caller, with one token, on one target, without a pause of 15 minutes. The counts are of what may be seen. */
export const sessionSchema = z.strictObject({
  id: z.string(),
  caller,
  target: z.string(),
  ...counts,
  open: z.int().describe('Those without an end yet.'),
  planned: z.int().describe('Those that only asked what would become of them (`sallyport plan`).'),
  recordings: z.int().describe('Those that can be played.'),
});

const claimed = z
  .strictObject({ session: z.string(), command: z.string() })
  .describe('What the caller’s own program says that it belongs to. Nobody checks it.');

/** One exchange in a row. */
export const exchangeSchema = z.strictObject({
  id: z.string(),
  session: z.string(),
  at: instant,
  caller,
  target: z.string(),
  verb: z.string(),
  apiGroup: z.string(),
  resource: z.string().describe('Empty where the path is no resource.'),
  subresource: z.string(),
  namespace: z.string(),
  name: z.string(),
  path: z.string(),
  isChange: z.boolean(),
  planned: z
    .literal(true)
    .optional()
    .describe('It was only planned (`sallyport plan`): whatever became of it, nothing of it was forwarded.'),
  decision: decision.optional(),
  rule: z.string().optional(),
  grant: z.string().optional(),
  approval: z.string().optional(),
  outcome,
  status: z.int().optional(),
  code: z.string().optional(),
  durationMs: z.number().optional(),
  bytesIn: z.int().optional(),
  bytesOut: z.int().optional(),
  recording: z.enum(['terminal', 'events']).optional().describe('What there is to play; absent: nothing.'),
  claimed: claimed.optional(),
});

/** One exchange as it happens: once when it begins, once when it ends. */
export const liveExchangeSchema = exchangeSchema.pick({
  id: true,
  session: true,
  at: true,
  caller: true,
  target: true,
  verb: true,
  apiGroup: true,
  resource: true,
  subresource: true,
  namespace: true,
  name: true,
  planned: true,
  outcome: true,
  decision: true,
  rule: true,
  status: true,
  code: true,
  durationMs: true,
});

/** Exchanges that belong together. */
const runSchema = z.strictObject({
  id: z.string().describe('Of the first of its exchanges.'),
  by: z
    .enum(['caller', 'helm', 'time'])
    .describe(
      'Who says so: the caller’s own program, which nobody checks; the records of a release; or that each follows closely.',
    ),
  title: z.string().describe('What was run; empty where the clock alone says that it belongs together.'),
  claimed: claimed.optional(),
  ...counts,
});

/** A session as it went. */
export const storySchema = sessionSchema.extend({
  stories: z
    .array(runSchema)
    .describe('What was run, in the order in which each began: of the first 20,000 exchanges, at most 1,000.'),
  items: z
    .array(exchangeSchema.extend({ story: z.string().optional().describe('The `id` of its story.') }))
    .describe('A page of its exchanges, the oldest first.'),
  next: z.string().nullable().describe('The `after` of the next page.'),
});

/** What is kept of a body. */
const body = z.strictObject({
  mediaType: z.string().optional(),
  bytes: z.int(),
  digest: z.string().optional().describe('Under the journal’s own key, of the bytes as they came.'),
  text: z.string().optional().describe('What is kept of it, masked; absent: nothing.'),
  isWhole: z.boolean().optional().describe('Whether `text` is all of it.'),
});

/** One exchange, whole. */
export const wholeExchangeSchema = exchangeSchema.extend({
  peer: z.string(),
  method: z.string(),
  operation: z.looseObject({}).optional().describe('What was asked, in Kubernetes’ own fields.'),
  permits: z
    .array(z.looseObject({ at: instant, rule: z.string() }))
    .describe('Each time that it was permitted: rule, grant, approval, unmask, amended, precondition.'),
  answer: z
    .looseObject({ effect: decision, rule: z.string() })
    .optional()
    .describe(
      'What policy answered: the facts that were looked up for it, and rules that could not be evaluated whole.',
    ),
  message: z.string().optional().describe('What the caller was told.'),
  reason: z.string().optional().describe('What ended a stream, where the gateway did.'),
  request: body.optional(),
  reply: body.optional(),
  files: z
    .strictObject({
      count: z.int(),
      first: z.array(
        z.strictObject({
          path: z.string(),
          kind: z.enum(['file', 'directory', 'link', 'other']),
          bytes: z.int(),
          mode: z.string().describe('In octal: `0644`.'),
          digest: z.string().optional().describe('Of what it holds, under the journal’s own key.'),
          isCut: z.literal(true).optional(),
        }),
      ),
      isPart: z.literal(true).optional().describe('What passed behind them was no archive, or was cut.'),
    })
    .optional()
    .describe('Of an archive that a command took or said (`kubectl cp`): its files; the recording has more of them.'),
  edits: z
    .strictObject({ masked: z.int(), neutralised: z.int(), shown: z.int().optional() })
    .optional()
    .describe('What was hidden, made safe, or shown by `unmask` in what passed.'),
  journal: z
    .array(z.strictObject({ seq: z.int(), type: z.string(), at: instant, hash: z.string() }))
    .describe('Its lines in the journal, with the hash by which each is chained.'),
});

/** What came of ending an exchange. */
export const endedSchema = z.strictObject({
  id: z.string(),
  wasOpen: z.boolean().describe('Whether it was under way at this gateway.'),
});

export type SessionView = z.infer<typeof sessionSchema>;
export type LiveExchange = z.infer<typeof liveExchangeSchema>;
export type ExchangeRowView = z.infer<typeof exchangeSchema>;
export type SessionStoryView = z.infer<typeof storySchema>;
export type ExchangeWholeView = z.infer<typeof wholeExchangeSchema>;
