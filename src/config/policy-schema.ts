/*
 * The form of a policy document: the one source of what the loader takes, of the JSON Schema that editors use, and of the reference page.
 *
 * Strict throughout, since a misspelt key of a deny would otherwise open what it closes. Only shapes are said here; what hangs on several fields, and
 * on other documents, is in policy-load.ts.
 */
import { z } from 'zod';
import { FIELD_POINTER, isAmendable } from '../model/field-pointer.ts';
import { mask, unmask } from './mask-schema.ts';
import {
  budget,
  hold,
  mode,
  notification,
  output,
  record,
  request,
  retained,
  role,
  schedule,
  stream,
} from './policy-later.ts';
import {
  callers,
  identifier,
  labelKey,
  labelSelector,
  labelValue,
  namespace,
  patterns,
  targets,
  times,
  word,
  words,
} from './policy-words.ts';

const argv = z
  .union([
    z.strictObject({ exact: words.describe('The whole command line.') }),
    z.strictObject({ prefix: words.describe('Its beginning; anything may follow.') }),
    z.strictObject({
      globs: patterns
        .refine((globs) => !globs.slice(0, -1).includes('**'), '`**` is any further arguments, and stands last')
        .describe('One pattern for each argument; a last `**` is any further arguments.'),
    }),
  ])
  .describe('A command line, argument by argument, never through a shell.');

const exec = z
  .strictObject({
    argv: z
      .array(argv)
      .min(1)
      .optional()
      .describe('Command lines, any of these. It bounds which program starts, not what it then does.'),
    containers: patterns.optional().describe('Containers; `*` is any run of characters.'),
    tty: z.boolean().optional().describe('With (`true`) or without (`false`) a terminal.'),
    stdin: z.boolean().optional().describe('With (`true`) or without (`false`) standard input.'),
  })
  .describe('Only exec and attach, and of those only these.');

const log = z
  .strictObject({ containers: patterns.describe('Containers; `*` is any run of characters.') })
  .describe('Only logs, and of those only these.');

const portForward = z
  .strictObject({
    ports: z
      .array(z.int().min(1).max(65535))
      .min(1)
      .optional()
      .describe('Ports of the pod, also where the stream names them.'),
    podLabels: labelSelector.optional().describe('Labels of the pod.'),
    services: words.optional().describe('Services behind which the pod stands, by its EndpointSlices.'),
  })
  .describe('Only port-forwards, and of those only these.');

const proxy = z
  .strictObject({
    paths: z
      .array(z.string().regex(/^[/*]/, 'expected a path such as `/api/*`'))
      .min(1, 'expected at least one; leave the key out to not narrow')
      .optional()
      .describe('Paths behind `proxy`, beginning with `/`; `*` is any run of characters.'),
  })
  .describe('Only the proxies of pods, services and nodes, and of those only these.');

const query = z
  .strictObject({
    dryRun: z.boolean().optional().describe('Only dry runs (`true`), or none (`false`).'),
    force: z.boolean().optional().describe('Only with (`true`) or without (`false`) `force`.'),
    propagation: z
      .array(z.enum(['Background', 'Foreground', 'Orphan', 'none']))
      .min(1)
      .optional()
      .describe('Propagation policies of a delete; `none` is a request that gives none.'),
  })
  .describe('Conditions on the options of a write, from query and body together.');

/* What a request is about is judged before it is amended, and stays. */
const fieldPath = z
  .string()
  .regex(FIELD_POINTER, 'expected a path such as `/spec/replicas`, with `~1` for a `/` within a key')
  .refine(isAmendable, 'what an object is, and what it is called, cannot be amended');

const PROPAGATION = ['Background', 'Foreground', 'Orphan'];

function fitsKey({ key, value, max }: { key: string; value?: string | undefined; max?: number | undefined }): boolean {
  if (key === 'propagationPolicy') return max === undefined && (value === undefined || PROPAGATION.includes(value));
  return value === undefined || /^\d{1,15}$/.test(value);
}

/** Whether each whole number is one that JavaScript can hold, so that what is sent is what is written. */
function isExact(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isInteger(value) || Number.isSafeInteger(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(isExact);
}

const amendment = z
  .union([
    z.strictObject({ forceDryRun: z.literal(true).describe('The request becomes a dry run.') }),
    z.strictObject({
      query: z
        .strictObject({
          key: z.enum([
            'limit',
            'timeoutSeconds',
            'tailLines',
            'limitBytes',
            'sinceSeconds',
            'gracePeriodSeconds',
            'propagationPolicy',
          ]),
          value: z.string().optional().describe('The value becomes this.'),
          max: z.int().min(0).optional().describe('A larger number, or none, becomes this.'),
        })
        .refine(({ value, max }) => (value === undefined) !== (max === undefined), 'expected either `value` or `max`')
        .refine(
          fitsKey,
          'expected a whole number; of `propagationPolicy` a `value`: `Background`, `Foreground` or `Orphan`',
        )
        .describe('Sets or caps a value of the query.'),
    }),
    z.strictObject({
      set: z
        .strictObject({ path: fieldPath, value: z.json().refine(isExact, 'expected whole numbers below 2^53') })
        .describe('Sets a field of the body.'),
    }),
    z.strictObject({ remove: z.strictObject({ path: fieldPath }).describe('Removes a field of the body.') }),
    z.strictObject({
      label: z.strictObject({ key: labelKey, value: labelValue }).describe('Adds a label to the object.'),
    }),
    z.strictObject({
      annotation: z.strictObject({ key: labelKey, value: z.string() }).describe('Adds an annotation to the object.'),
    }),
  ])
  .describe('An edit to the request, from a closed set.');

/** The names of powers, as `powers` takes them. */
export const POWERS = [
  'exec',
  'attach',
  'portforward',
  'pods-proxy',
  'services-proxy',
  'nodes-proxy',
  'ephemeralcontainers',
  'binding',
  'finalize',
  'approval',
  'token',
  'escalate',
  'bind',
  'impersonate',
] as const;

/** Limit: a condition longer than this is refused. */
export const WHEN_LENGTH_MAX = 4096;

const rule = z
  .strictObject({
    id: identifier.optional().describe('Told to callers as `<policy>/<id>`; default: the place in the list, from 1.'),
    effect: z
      .enum(['deny', 'hold', 'allow', 'request'])
      .describe(
        '`deny`: never, whatever else matches. `hold`: a person decides. `allow`: standing permission. `request`: may be asked for.',
      ),
    reason: word
      .max(200)
      .optional()
      .describe('What the caller is told of a deny, hold or request: one sentence without a final stop.'),
    callers: callers.optional().describe('In place of the policy’s own.'),
    targets: targets.optional().describe('In place of the policy’s own.'),
    verbs: words.optional().describe('As in a Role; `*` is every verb.'),
    apiGroups: z.array(z.string()).min(1).optional().describe('As in a Role: `""` is the core group, `*` every group.'),
    resources: words
      .optional()
      .describe('As in a Role: `pods`, `pods/log`, `*/scale`, `*`. A wildcard never reaches a power.'),
    resourceNames: words.optional().describe('As in a Role: names, exactly.'),
    nonResourceURLs: words
      .optional()
      .describe(
        'As in a ClusterRole: paths, a last `*` for any ending. `/logs`, `/debug` and `/metrics` are never reached by a `*`.',
      ),
    powers: z
      .array(z.enum(POWERS))
      .min(1)
      .optional()
      .describe('Powers that hide in other verbs, by name, whatever verb carries them.'),
    namespaces: z
      .array(namespace)
      .min(1)
      .optional()
      .describe('Namespaces, any of these. Absent: all, and what is in none.'),
    query: query.optional(),
    times: times.optional(),
    exec: exec.optional(),
    log: log.optional(),
    portForward: portForward.optional(),
    proxy: proxy.optional(),
    when: word
      .max(WHEN_LENGTH_MAX, `expected at most ${WHEN_LENGTH_MAX} characters`)
      .optional()
      .describe('A condition in CEL over `caller`, `operation`, `object`, `existing` and `now`.'),
    serviceAccounts: patterns
      .optional()
      .describe('On an allow or hold: service accounts beside `default` that a workload may run as.'),
    mountableSecrets: patterns
      .optional()
      .describe('On an allow or hold: Secrets that a workload may be given, by volume or variable or to pull images.'),
    helm: z
      .boolean()
      .optional()
      .describe(
        'On an allow or hold: whether Helm works under it, and so writes the records of releases, which the guard `helm-records` closes to all others. Default: false.',
      ),
    equivalents: z
      .boolean()
      .optional()
      .describe('On a deny or hold: whether what amounts to a `delete` or an `exec` is covered too. Default: true.'),
    amend: z
      .array(amendment)
      .min(1)
      .optional()
      .describe('On an allow: edits to the request; what was edited is judged again.'),
    hold: hold.optional(),
    request: request.optional(),
    record: record.optional(),
    stream: stream.optional(),
    output: output.optional(),
    unmask: unmask.optional(),
    mode: mode.optional(),
  })
  .describe('A rule. Every key narrows; lists are any-of. A rule of a Role can be pasted in, and gets an `effect`.');

/** One policy document. */
export const policySchema = z
  .strictObject({
    apiVersion: z.literal('sallyport.dev/v1', 'expected `sallyport.dev/v1`'),
    kind: z.literal('Policy', 'expected `Policy`'),
    metadata: z.strictObject({
      name: identifier.describe('The first part of the id of each rule.'),
      description: z.string().optional().describe('For readers.'),
    }),
    callers: callers.optional().describe('Who the rules are about, where a rule does not say itself.'),
    targets: targets.optional().describe('Which targets the rules are about, where a rule does not say itself.'),
    rules: z.array(rule).min(1, 'expected at least one rule').default([]),
    roles: z.array(role).min(1).optional().describe('Who may do what in the control plane.'),
    masks: z.array(mask).min(1).optional().describe('What is masked in replies beside the [default masks](masks.md).'),
    schedules: z.array(schedule).min(1, 'expected at least one').optional().describe('Who answers when.'),
    budgets: z.array(budget).min(1, 'expected at least one').optional().describe('How much a caller may do in a time.'),
    retention: z
      .array(retained)
      .min(1, 'expected at least one')
      .optional()
      .describe('How long recordings are [kept](journal.md#retention).'),
    notify: z.array(notification).min(1, 'expected at least one').optional().describe('Who is told of what.'),
  })
  .refine(
    ({ rules, roles, masks, notify, budgets, retention }) =>
      rules.length > 0 || [roles, masks, notify, budgets, retention].some((list) => list !== undefined),
    'expected `rules`, `roles`, `masks`, `budgets`, `retention` or `notify`',
  )
  .describe('A policy: rules that are loaded as one set with all others, or not at all.');

export type PolicyDocument = z.output<typeof policySchema>;

export type RuleDocument = PolicyDocument['rules'][number];
