/*
 * What goes over the wire of `/api/v1`, as schemas: they check what comes in, type what goes out, and are the OpenAPI document. Strict throughout: a
 * misspelt key is a mistake. Instants are RFC 3339 in UTC, lengths of time as in policies.
 */
import { z } from 'zod';

const word = z.string().min(1, 'expected at least one character').max(512);
const words = z.array(word).min(1, 'expected at least one').max(50);
const instant = z.iso.datetime();

/* Control characters by their numbers and not by their class, which many readers of the OpenAPI document do not know. */
export const ONE_LINE = /^[^\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$/u;

/** Text that people write, shown as a quotation. Limit: 500 characters, none of them a control character. */
export const ownWords = z.string().max(500).regex(ONE_LINE, 'expected one line without control characters');

/** A length of time. */
export const duration = z
  .string()
  .regex(/^[1-9]\d{0,4}[smhd]$/, 'expected a length of time such as `90s`, `10m` or `12h`');

/** What a grant is for, in a rule's own keys. */
export const scopeSchema = z
  .strictObject({
    target: word.describe('One target, by name.'),
    rule: word.optional().describe('The `request` rule to ask by; absent: the first that offers it.'),
    verbs: words.describe('As in a rule, without `*`.'),
    apiGroups: z.array(z.string().max(512)).min(1).max(50).default(['']).describe('`""` is the core group.'),
    resources: words.describe('As in a rule: `pods`, `pods/log`, `pods/exec`.'),
    resourceNames: z.array(word).max(50).default([]).describe('Absent: every name that the rule reaches.'),
    namespaces: z.array(word).max(50).default([]).describe('Absent: what is in none, or in all.'),
    unmask: z
      .literal(true)
      .optional()
      .describe('Whether the places are shown that the rule’s `unmask` names; absent: they are masked.'),
  })
  .refine(
    (scope) =>
      !Object.values(scope)
        .flat()
        .some((value) => typeof value === 'string' && value.includes('*')),
    'expected names without `*`: a grant is as narrow as its task',
  );

/** What a caller asks for. */
export const grantAskSchema = z.strictObject({
  scopes: z.array(scopeSchema).min(1).max(20),
  for: duration.optional().describe('How long, from the yes; absent: as long as the rules let it last.'),
  uses: z.int().min(1).max(1_000_000).optional().describe('The most requests that it allows.'),
  reason: ownWords.default('').describe('Why, in the caller’s own words.'),
});

/** A grant, as callers and operators see it. */
export const grantSchema = z.strictObject({
  id: z.string(),
  state: z.enum(['pending', 'live', 'ended']),
  holder: z.strictObject({ subject: z.string(), issuer: z.string() }),
  scopes: z.array(
    z.strictObject({
      rule: z.string(),
      target: z.string(),
      verbs: z.array(z.string()),
      apiGroups: z.array(z.string()),
      resources: z.array(z.string()),
      resourceNames: z.array(z.string()),
      namespaces: z.array(z.string()),
      unmask: z.literal(true).optional(),
    }),
  ),
  reason: z.string(),
  askedAt: instant,
  for: z.string(),
  startsAt: instant.optional(),
  endsAt: instant.optional(),
  closesAt: instant.optional().describe('Of a pending one: when the question is closed.'),
  usesMax: z.int().optional(),
  uses: z.int(),
  idleMax: z.string().optional(),
  isBoundToRun: z.boolean(),
  actors: z.array(z.string()).optional().describe('Who acted for the holder when it was asked for, whose alone it is.'),
  endedAt: instant.optional(),
  endedBy: z.string().optional(),
  endedWith: z.strictObject({ subject: z.string(), reason: z.string() }).optional(),
  note: z.string().optional().describe('What a pending one waits for.'),
});

/** What of a grant was used. */
export const grantUseSchema = z.strictObject({
  exchanges: z.int().describe('Calls that it permitted at this gateway and that the caller may see.'),
  isWhole: z.boolean().describe('Whether all of them were looked through.'),
  isWider: z.boolean().describe('Whether it allows more than was used.'),
  narrower: grantSchema.shape.scopes.describe('What would have been enough; none: nothing of it was used.'),
});

/** A page of a list, the newest first. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ items: z.array(item), next: z.string().nullable().describe('The `after` of the next page.') });

export const grantListQuery = z.strictObject({
  state: z.enum(['pending', 'live', 'ended']).optional(),
  subject: word.optional().describe('With `issuer`: those of this caller; needs a role where it is not oneself.'),
  issuer: word.optional(),
  all: z.enum(['true', 'false']).optional().describe('`true`: of all callers that a role reaches.'),
  since: instant.optional().describe('Those that were asked for at or after it.'),
  after: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(10_000).default(100),
});

/** What a token for a program is asked for. */
export const tokenAskSchema = z.strictObject({
  task: ownWords.default('').describe('What it is for, in the giver’s own words.'),
  targets: words.describe('Names of the targets that it reaches.'),
  scopes: z
    .array(scopeSchema)
    .min(1)
    .max(20)
    .refine(
      (scopes) => scopes.every(({ unmask }) => unmask === undefined),
      'a token shows nothing; ask for a grant that does',
    )
    .optional()
    .describe('What it reaches on them, at most; absent: whatever its giver may.'),
  for: duration.default('1h').describe('How long; an hour at most.'),
  leased: z.boolean().default(false).describe('Whether it ends 30 seconds after it was last renewed.'),
});

/** A token for a program, without the token itself. */
export const tokenSchema = z.strictObject({
  id: z.string(),
  state: z.enum(['live', 'ended']),
  giver: z.strictObject({ subject: z.string(), issuer: z.string() }),
  task: z.string(),
  targets: z.array(z.string()),
  scopes: z.array(z.unknown()).optional(),
  givenAt: instant,
  endsAt: instant,
  leaseEndsAt: instant.optional(),
  endedAt: instant.optional(),
  endedBy: z.enum(['time', 'lease', 'giver', 'operator', 'kill']).optional(),
});

/** The answer that holds the token, this once. */
export const givenTokenSchema = tokenSchema.extend({ token: z.string() });

export const tokenListQuery = z.strictObject({
  state: z.enum(['live', 'ended']).optional(),
  all: z.enum(['true', 'false']).optional().describe('`true`: of all givers that a role reaches.'),
  after: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(10_000).default(100),
});

/** Where callers reach a target: at the gateway's host, or at a host name of its own. */
export const targetSchema = z.strictObject({
  name: z.string(),
  from: z.enum(['file', 'api']).describe('Whether the configuration names it, or it was registered by API.'),
  port: z.int().describe('Of the data path.'),
  path: z
    .string()
    .describe('What the path of each request begins with; empty where port or host name are the target’s own.'),
  hostNames: z.array(z.string()).describe('Where there are any: host names that lead to this target alone.'),
});

/** Public keys. Source: RFC 7517, 5 */
export const keySetSchema = z.strictObject({ keys: z.array(z.looseObject({ kid: z.string() })) });

/** Why something is done. */
export const reasonSchema = z.strictObject({ reason: ownWords.default('') });

/** What is to be stopped. */
export const killAskSchema = z
  .strictObject({
    what: z.enum(['caller', 'session', 'target', 'all']),
    value: z
      .string()
      .max(512)
      .default('')
      .describe(
        'The subject, or the person behind it, whose every identity is stopped then; session or target; empty for all.',
      ),
    reason: ownWords.min(1, 'expected a reason'),
  })
  .refine(({ what, value }) => (what === 'all') === (value === ''), 'expected a value, and none for `all`');

export const killSchema = z.strictObject({
  id: z.string(),
  state: z.enum(['live', 'lifted']),
  what: z.enum(['caller', 'session', 'target', 'all']),
  value: z.string(),
  reason: z.string(),
  by: z.string(),
  at: instant,
});

/** A kill that was set, and where it holds. */
export const setKillSchema = killSchema.extend({
  isKept: z
    .boolean()
    .describe(
      'Whether the store has it, and so every gateway; else it holds at this one, over restarts, until the store takes it.',
    ),
  gateway: z.string().describe('The console of the gateway that was asked.'),
  notReached: z.array(z.string()).describe('Consoles of other gateways, lately heard, that do not have it.'),
});

/** Who is in now. */
export const presentSchema = z.strictObject({
  subject: z.string(),
  target: z.string(),
  session: z.string(),
  grant: z.string().optional(),
  requests: z.int(),
  streams: z.int(),
});

/** Who asks, as the gateway sees it. */
export const meSchema = z.strictObject({
  subject: z.string(),
  issuer: z.string(),
  groups: z.array(z.string()),
  kind: z.enum(['autonomous', 'person']),
  person: z.string().optional().describe('The person behind the identity, where its issuer names one.'),
  roles: z.array(z.enum(['auditor', 'operator', 'approver'])),
  seats: z
    .array(z.string())
    .describe(
      'Rules whose questions name the caller to answer them. The role `approver` answers those that name nobody; who a label of the namespace names is not known before.',
    ),
  delegable: z
    .array(z.string())
    .describe('Rules whose questions the caller may hand to another person for a time; see `POST /delegations`.'),
  tokenEndsAt: instant.describe('Of a browser: when its session ends, whatever it does.'),
  session: z
    .strictObject({
      id: z.string(),
      signedInAt: instant
        .optional()
        .describe('When the issuer saw the person; absent where it did not say, which counts as long ago.'),
      idleEndsAt: instant.describe('When it ends unless its person does something.'),
      endsAt: instant,
      csrf: z.string().describe('What each change of this session brings in the header `x-csrf-token`.'),
    })
    .optional()
    .describe('Of a browser that signed in; absent where a token was presented.'),
  issued: z
    .strictObject({
      id: z.string(),
      task: z.string(),
      targets: z.array(z.string()),
      scopes: z.array(z.unknown()).optional(),
    })
    .optional()
    .describe('Of a token that the gateway gave: what it is bound to.'),
});

/** Where persons sign in with a browser. */
export const signInSchema = pageOf(
  z.strictObject({
    issuer: z.string().describe('Its name in the configuration.'),
    path: z
      .string()
      .describe('Where the browser goes, behind the console’s path; `&to=PATH` says where it comes back to.'),
  }),
);

export const signOutSchema = z.strictObject({
  everywhere: z.boolean().default(false).describe('Whether every browser of the caller’s is signed out.'),
});

export const signedOutSchema = z.strictObject({ ended: z.int() });

/** A refused call, as its caller was told. */
export const refusalSchema = z.strictObject({
  exchange: z.string().describe('The id under which it is recorded.'),
  at: instant,
  target: z.string(),
  code: z.string(),
  message: z.string(),
  rule: z.string().optional(),
  advice: z.string().optional(),
  grant: z
    .strictObject({ command: z.string().optional(), body: z.string(), link: z.string() })
    .optional()
    .describe(
      'The smallest grant that would allow it: as a command line, as the JSON body of `POST /grants`, and as a page.',
    ),
});

export const healthSchema = z.strictObject({ version: z.string(), store: z.enum(['answers', 'fails']) });

/** What a gateway is made of. */
const partSchema = z.strictObject({
  part: z.enum(['journal', 'index', 'store', 'policy', 'certificate', 'issuer', 'notices', 'receiver']),
  name: z.string().optional().describe('Of an issuer or a receiver of the journal: which.'),
  worker: z.int().optional().describe('Of a gateway with workers: whose it is, where each has its own.'),
  state: z.enum(['ok', 'warning', 'failed', 'unknown']).describe('`unknown`: it has not been needed yet.'),
  message: z.string(),
});

/** How the gateway is, beyond that it answers. */
export const statusSchema = z.strictObject({
  reasons: z.array(z.string()).describe('Why it is not ready; none: it is.'),
  warnings: z
    .array(z.string())
    .describe('What should be looked at: journal, disk, policy, certificate, targets, store, notices.'),
  unsafe: z.array(z.string()).describe('What is open under `unsafe` in its configuration.'),
  parts: z.array(partSchema).describe('What it is made of, and how each part is now.'),
});

export type GatewayPart = z.infer<typeof partSchema>;
export type GatewayStatus = z.infer<typeof statusSchema>;

/** What went wrong. Source: RFC 9457 */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  advice: z.string().optional(),
});

export type GrantAskBody = z.infer<typeof grantAskSchema>;
export type TargetPlace = z.infer<typeof targetSchema>;
export type TokenAskBody = z.infer<typeof tokenAskSchema>;
export type GivenToken = z.infer<typeof givenTokenSchema>;
export type TokenView = z.infer<typeof tokenSchema>;
export type GrantUse = z.infer<typeof grantUseSchema>;
export type GrantView = z.infer<typeof grantSchema>;
export type RefusalView = z.infer<typeof refusalSchema>;
export type KillView = z.infer<typeof killSchema>;
export type SetKillView = z.infer<typeof setKillSchema>;
export type Present = z.infer<typeof presentSchema>;
export type Problem = z.infer<typeof problemSchema>;
