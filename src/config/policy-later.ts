/*
 * The clauses of effects, and the lists beside `rules`. What of them is not built yet is refused at its key; their names are final.
 */
import { z } from 'zod';
import { durationMs } from '../std/duration.ts';
import { answerFrom, approvers, grantAnswerFrom, grantApprovers } from './approvers.ts';
import { notBuilt } from './not-built.ts';
import {
  callers,
  duration,
  identifier,
  instant,
  patterns,
  persons,
  targets,
  timeOfDay,
  times,
  timeZone,
  word,
  words,
} from './policy-words.ts';

const count = z.int('expected a whole number').min(1, 'expected at least 1');

/** What is asked before a grant is given, which a hold takes too, but for what it says itself. */
const approvalKeys = {
  approvers: grantApprovers,
  quorum: count.max(10).default(1).describe('How many yeses it takes, each of another person.'),
  waitMax: duration.default('10m').describe('How long the question is open.'),
  fresh: duration
    .optional()
    .describe(
      'How long ago at most who says yes signed in, by the `auth_time` of their token or their session in the console; one that does not say is not taken. Default: it is not asked.',
    ),
  signed: z
    .boolean()
    .optional()
    .describe(
      'Whether a yes is signed by a key of the person’s (WebAuthn, in the console), over all that was shown. Default: false.',
    ),
  enrolled: z
    .boolean()
    .optional()
    .describe(
      'Of a signed one: whether keys count that persons enrol in the console, beside those under `approvers[].keys`. Default: false.',
    ),
  answerFrom: grantAnswerFrom,
  escalate: notBuilt(
    z.array(z.strictObject({ after: duration, approvers: grantApprovers })).min(1),
    'who is asked too when nobody has answered, for a grant',
  ),
  auto: notBuilt(
    z.array(z.strictObject({ answer: z.enum(['approve', 'reject']), times: times.optional() })).min(1),
    'questions that are answered by themselves, for a grant',
  ),
  breakGlass: notBuilt(
    z.strictObject({ callers: persons }),
    'answering one’s own question in an emergency, for a grant',
  ),
  delegate: notBuilt(z.boolean(), 'approvers who name another, for a grant'),
};

/** Limit: the first byte of an answer to an upgrade; clients and what stands before them wait no longer. */
const UPGRADE_WAIT = '50s';

/** The `hold` clause of a rule. */
export const hold = z
  .strictObject({
    ...approvalKeys,
    approvers: approvers
      .optional()
      .describe('Who may answer, any of these; default: whoever holds the role `approver` for the place.'),
    answerFrom,
    upgradeWaitMax: duration
      .default(UPGRADE_WAIT)
      .describe(
        'How long an exec, attach or port-forward is held on its connection; kubectl waits 170 s, what stands before the gateway often 60.',
      ),
    claimFor: duration.default('10m').describe('How long a yes is good: the request is to run within it.'),
    pin: z
      .enum(['uid', 'resourceVersion'])
      .default('uid')
      .describe('What of the live object must be as it was shown: its life (`uid`), or its very version.'),
    intent: z
      .enum(['call', 'helm', 'command'])
      .default('call')
      .describe(
        'How much one yes covers. `call`: the request. `command`: from the second question of one command on, who answers may widen the yes to its rest: same token, verbs, namespace and rules, no delete, five minutes, 50 requests at most. `helm`: the record with which Helm begins an install, upgrade or rollback is the question, and its yes covers what its manifest and hooks say, what goes, and the records: same token, target and rules, ten minutes, 500 requests at most. The rule says `helm: true`.',
      ),
    escalate: z
      .array(
        z.strictObject({
          after: duration.describe('How long it has been open.'),
          approvers,
        }),
      )
      .min(1, 'expected at least one')
      .optional()
      .describe(
        'Who may answer too when nobody has for so long; who is told of it, `notify` says by `approval.escalated`.',
      ),
    auto: z
      .array(
        z
          .strictObject({
            answer: z.enum(['approve', 'reject']),
            times: times.optional().describe('When it answers so; absent: always.'),
            cooldown: duration
              .optional()
              .describe(
                'It says no only for so long after a person has said no to the same caller about the same verb on the same object, whatever the request holds: nobody is asked again and again. A no of the rule’s own does not lengthen it.',
              ),
          })
          .refine(
            ({ answer, cooldown }) => cooldown === undefined || answer === 'reject',
            '`cooldown` belongs to `answer: reject`: a yes is good for one request',
          ),
      )
      .min(1, 'expected at least one')
      .optional()
      .describe(
        'What the rule answers by itself when it is asked, the first that speaks then; persons answer what none speaks of. Each is recorded as the rule’s own answer. With `lifts`, a rule does not approve by itself.',
      ),
    lifts: words
      .optional()
      .describe(
        'Guards that the yes lifts for this very request, by id; which may be lifted is on the page of guards. The rule then names its verbs, groups and resources without `*`.',
      ),
    breakGlass: z
      .strictObject({ callers: persons })
      .optional()
      .describe(
        'Persons, named by subject, group, issuer or label, who go through alone in an emergency with what they ask themselves: each time with a reason, within 15 minutes of signing in, good for two minutes, told as `glass.broken` and marked for ever. Never a program, whoever it is of. Not with `signed`, nor where the guard `rbac` is lifted.',
      ),
    delegate: z
      .boolean()
      .optional()
      .describe(
        'Whether who answers may hand that to another person for a time, seven days at most (`sallyport approvals delegate`). Not with `signed`. Default: false.',
      ),
    novel: duration
      .refine((text) => isWithinDays(text, 1, 30), 'expected a day at least, and 30 days at most, which are remembered')
      .optional()
      .describe(
        'Holds only what its caller has not done for so long: the same verb on the same kind in the same namespace of the same target, answered by it as done, and no dry run. What nobody can tell is held. What is not novel is then for other rules to allow. Default: all is held.',
      ),
  })
  .describe('On a hold: who is asked, and what their yes is good for.');

function isWithinDays(text: string, min: number, max: number): boolean {
  const days = durationMs(text) / 86_400_000;
  return days >= min && days <= max;
}

/** The `request` clause of a rule. */
export const request = z
  .strictObject({
    forMax: duration.default('1h').describe('The longest that a grant of this rule lasts, from the yes.'),
    usesMax: count.optional().describe('The most requests that one grant allows; default: no bound.'),
    idleMax: duration.optional().describe('A grant that is not used for so long ends; default: no bound.'),
    livePerCallerMax: count.default(5).describe('Live grants of this rule that one caller may have.'),
    bindTo: z
      .enum(['caller', 'run'])
      .default('caller')
      .describe(
        '`run`: only the token’s own run (pipeline run, pod, session) uses the grant. `caller`: every token of the caller.',
      ),
    approval: z
      .union([z.literal('none'), z.strictObject(approvalKeys)])
      .default('none')
      .describe('`none`: a grant that fits is given at once. Else who is asked.'),
  })
  .describe('On a request: what may be asked for as a grant.');

/** The `record` clause of a rule. */
export const record = z
  .strictObject({
    bodies: z
      .enum(['full', 'pieces', 'none'])
      .optional()
      .describe(
        'How much of bodies, watches and logs is kept, masked. `full`: all of it. `pieces`: changes and single objects up to 256 KiB, lists and watches by their items, each version of an object once; logs whole. `none`: sizes and digests alone. Default: `pieces`, lists and watches of autonomous callers alone. Of several rules that allow, what keeps the most counts.',
      ),
    stdin: z
      .boolean()
      .optional()
      .describe(
        'Whether what a caller sends into a command is kept, as passwords are typed there. Default: how much it was, and a keyed digest.',
      ),
    preImage: z
      .boolean()
      .optional()
      .describe(
        'Whether the object before a change is kept, encrypted under `journal.preImageKeyFile`, so that `sallyport undo` can put it back. The change is then held to that very version; without the key, or where the object cannot be read, it is refused. Default: false.',
      ),
  })
  .describe('On an allow, hold or request: what is kept of what passes. On a hold `preImage` alone.');

/** The `stream` clause of a rule. */
export const stream = z
  .strictObject({
    forMax: duration.optional().describe('A stream that lives longer is ended, and its caller may ask for another.'),
    idleMax: duration.optional().describe('A stream in which nothing passes either way for so long is ended.'),
  })
  .refine(({ forMax, idleMax }) => forMax !== undefined || idleMax !== undefined, 'expected `forMax` or `idleMax`')
  .describe(
    'On an allow or request: bounds on watches, logs, execs, attaches and port-forwards; of several rules that allow, the shortest counts.',
  );

/** The `output` clause of a rule. */
export const output = z
  .strictObject({
    neutralise: z
      .boolean()
      .optional()
      .describe(
        'Whether control sequences and hidden characters are shown instead of done (`␛]52;…`, `\\u{202e}`); colours stay. In logs, what commands say without a terminal, events, and annotations: one of these that is written back as it was shown is stored so. Default: where the caller is autonomous. Of several rules that allow, one that says `true` counts before one that says `false`.',
      ),
  })
  .describe('On an allow: how logs, output, events and annotations are shown.');

/** Whether a rule is enforced, or only observed. */
export const mode = z
  .enum(['enforce', 'observe'])
  .describe(
    'On a deny or hold: `observe` decides nothing; what it would have decided is in the journal, and `sallyport policy shadow report` tells it. Default: `enforce`.',
  );

/** A role in the control plane. */
export const role = z
  .strictObject({
    role: z
      .enum(['auditor', 'operator', 'approver'])
      .describe(
        '`auditor` sees all, `operator` ends and changes, `approver` answers. The last two are never held by autonomous callers.',
      ),
    callers,
    targets: targets.optional().describe('For these targets alone; default: all.'),
    namespaces: patterns.optional().describe('For these namespaces alone, by name; default: all.'),
  })
  .describe('Who may do what in the control plane.');

/** A schedule of approvers. */
export const schedule = z
  .strictObject({
    name: identifier.describe('What `approvers[].schedule` names.'),
    timeZone: timeZone.describe('On whose clock shifts begin and end.'),
    shifts: z
      .array(
        z.strictObject({
          subjects: words.describe('Persons by subject.'),
          days: z
            .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
            .min(1)
            .optional()
            .describe('Days on which the shift begins; default: every day.'),
          from: timeOfDay.describe('When it begins, inclusive.'),
          to: timeOfDay.describe('When it ends, exclusive; not after `from` means on the day after.'),
        }),
      )
      .min(1, 'expected at least one')
      .max(500)
      .describe('Who is on shift when; of shifts that meet, all of them.'),
  })
  .describe('Who answers when.');

/** A bound on what a caller does in a time. */
export const budget = z
  .strictObject({
    id: identifier.describe('After the policy’s name and a `/`, what a stop is named by.'),
    callers: callers.describe('Each of these callers has it for itself.'),
    targets: targets.optional().describe('On these targets, together. Absent: those of the policy.'),
    of: z
      .enum(['deletes', 'changes', 'replicas', 'bytesOut', 'refusals', 'errors', 'podShare'])
      .describe(
        '`deletes` and what amounts to one; a deletecollection counts what it would delete. `changes`: all that is not a dry run. `replicas`: by how many a workload grows or shrinks. `bytesOut`: of replies. `refusals`: what the gateway refused it, but for holds and speed. `errors`: changes that the target answered with 400 or more, or that failed. `podShare`: of the pods of one workload, in percent, how many it deletes, evicts or scales away; each workload counts by itself, a deployment with its sets. Dry runs count nowhere. What cannot be known is over.',
      ),
    max: z.number().positive('expected more than 0').describe('So much is not stopped.'),
    per: duration.describe(
      'Of time, which begins anew for all at once: up to twice `max` can fall together around that moment.',
    ),
    over: z
      .enum(['hold', 'deny'])
      .describe(
        '`hold`: what is over it asks whoever holds the role `approver`, once for each request. Of `refusals` and `errors` all changes and streams are held from then on, until a person has said yes to one of them. `deny`: it is refused until the time is over.',
      ),
    mode: mode.optional(),
  })
  .describe('How much a caller may do in a time.');

/** What recordings and events are named by. */
const eventMatch = z
  .strictObject({
    callers: callers.optional(),
    targets: targets.optional(),
    namespaces: words.optional().describe('Names of namespaces; `*` is any run of characters.'),
    verbs: words.optional().describe('Verbs as in a rule.'),
    resources: words.optional().describe('Resources as in a path: `pods`; what a program did in a pod is `pods`.'),
    decisions: z
      .array(z.enum(['allow', 'deny', 'hold']))
      .min(1, 'expected at least one')
      .optional()
      .describe('What policy answered.'),
    events: words
      .optional()
      .describe(
        'Types of [events](journal.md#events), with `*`; `exchange` is an exchange with all its lines. Absent: exchanges alone.',
      ),
    from: instant.optional().describe('Only what began then or later.'),
    until: instant.optional().describe('Only what began before.'),
  })
  .describe('What it is about; each key narrows, and `{}` is every exchange.');

/** How long recordings are kept. */
export const retained = z
  .strictObject({
    id: identifier.optional().describe('Its name in the journal; default: its place in the list.'),
    match: eventMatch,
    of: z
      .enum(['all', 'bodies'])
      .default('all')
      .describe('`bodies`: what passed is let go (bodies, output, terminals), and its events stay.'),
    keepFor: duration.optional().describe('It may go when it is older.'),
    keepBytesMax: z
      .int('expected whole bytes')
      .min(1024 * 1024, 'expected at least 1048576 bytes')
      .optional()
      .describe('Of what fits, so much is kept, the newest, by whole segments; counted as it was written.'),
    mayGoEarly: z
      .boolean()
      .default(false)
      .describe('It may go before its time, the oldest first, while the disk has less than `journal.freeBytesWarn`.'),
    legalHold: z.boolean().default(false).describe('What fits is kept, whatever other rules say.'),
    place: word
      .optional()
      .describe(
        'A name in `journal.places`: sealed segments that hold anything of it, and what they name, are copied there.',
      ),
  })
  .refine(
    ({ keepFor, keepBytesMax, legalHold }) =>
      legalHold
        ? keepFor === undefined && keepBytesMax === undefined
        : keepFor !== undefined || keepBytesMax !== undefined,
    'expected `keepFor`, `keepBytesMax` or both; or `legalHold: true` alone',
  );

/** What a notice is about. */
const noticeMatch = z.strictObject({
  callers: callers.optional(),
  targets: targets.optional(),
  namespaces: words.optional().describe('Names of namespaces; `*` is any run of characters.'),
  verbs: notBuilt(words, 'verbs that are told of'),
  resources: notBuilt(words, 'kinds that are told of'),
});

/** Who is told of what. */
export const notification = z.strictObject({
  on: words.describe(
    'Kinds of notices; `*` is any run of characters: `approval.asked`, `approval.ended`, `approval.escalated`, `budget.tripped`, `copy.refused`, `delegation.changed`, `glass.broken`, `grant.changed`, `guard.opened`, `key.changed`, `kill.changed`, `mask.guessed`, `mask.opened`, `mask.returned`, `target.changed`.',
  ),
  match: noticeMatch.optional().describe('What it is about; absent: anything.'),
  to: words.describe('Names of notifiers in the configuration.'),
});
