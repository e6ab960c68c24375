import type { Approval, Party } from '../../src/approval/approval.ts';
import { readOperationBody } from '../../src/connectors/kubernetes/body/read-operation-body.ts';
import { pinRequest } from '../../src/connectors/kubernetes/pin/pin-request.ts';
import { requestInfo } from '../../src/connectors/kubernetes/request/request-info.ts';
import { statusOf } from '../../src/connectors/kubernetes/status.ts';
import { unrepeatable } from '../../src/connectors/kubernetes/unrepeatable.ts';
import { upstreamFailure, upstreamTimeout } from '../../src/connectors/kubernetes/upstream/failure.ts';
import { credentialForbidden, credentialRefused } from '../../src/connectors/kubernetes/upstream/unavailable.ts';
import { notTaken } from '../../src/control/question-refusals.ts';
import { suggest } from '../../src/control/suggest.ts';
import { FAILURE_LIMITS, FailedTokens } from '../../src/identity/failed-tokens.ts';
import type { Caller } from '../../src/model/caller.ts';
import type { HoldDecision } from '../../src/model/decision.ts';
import { Refusal } from '../../src/model/refusal.ts';
import { REFUSAL_CODES, type RefusalCode } from '../../src/model/refusal-codes.ts';
import type { Request } from '../../src/model/request.ts';
import type { Unrepeatable } from '../../src/model/unrepeatable.ts';
import { asOneself } from '../../src/pipeline/as-oneself.ts';
import { CallerRates } from '../../src/pipeline/caller-rates.ts';
import { expired, heldOpen, heldTold, rejected, unsupported } from '../../src/pipeline/held-refusals.ts';
import { CALLER_LIMITS, DEFAULT_LIMITS } from '../../src/pipeline/limits.ts';
import { overBudget } from '../../src/pipeline/over-budget.ts';
import { refusedMask } from '../../src/pipeline/refused-mask.ts';
import { stopping } from '../../src/pipeline/stopping.ts';
import { toRefusal } from '../../src/pipeline/to-refusal.ts';
import { UnknownOutcomes } from '../../src/pipeline/unknown-outcomes.ts';
import { withinLimits } from '../../src/pipeline/within-limits.ts';
import type { Clock } from '../../src/std/clock.ts';
import type { ExchangeId } from '../../src/std/ids.ts';
import { operationOf } from '../support/operation.ts';

const PUT_WEB = {
  method: 'PUT',
  uri: '/api/v1/namespaces/prod/configmaps/web',
  body: { metadata: { name: 'web', resourceVersion: '1177' } },
};

const ASKED = {
  id: '01k',
  state: 'pending',
  closesAt: Date.UTC(2026, 0, 5, 9, 10),
  answers: [],
} as unknown as Approval;

const HELD = {
  caller: { subject: 'ada' } as Caller,
  operation: operationOf({ method: 'DELETE', uri: '/api/v1/namespaces/prod/pods/web' }),
  decision: { rule: 'ask-first', reason: 'production is changed by two' } as HoldDecision,
};

const DELETE_WEB = '`ada` may not delete pods `web` in namespace `prod`';

/** Nothing comes back to a rate meanwhile, however slow the machine is. */
const STOPPED: Clock = { now: () => 0, monotonic: () => 0 };

/** What silence says where a request rule offers it. */
const SUGGESTED = suggest(
  {
    offered: {
      rule: 'team/restart',
      reason: '',
      scope: {
        target: 'main',
        verbs: ['delete'],
        apiGroups: [''],
        resources: ['pods'],
        resourceNames: ['web'],
        namespaces: ['prod'],
      },
      forMaxMs: 1_800_000,
      isAsked: false,
    },
  },
  { consoleUrl: 'https://gateway.example:8444', roles: [], target: 'main' },
);

/** An example of each code: a refusal that the code itself makes, where that needs no more than a request; else one as it would be made. */
const EXAMPLES: Readonly<Record<RefusalCode, () => unknown>> = {
  REQUEST_MALFORMED: () => requestInfo('GET', '/api/v1/namespaces/a%2fb/pods'),
  QUERY_AMBIGUOUS: () => body('DELETE', '/api/v1/namespaces/prod/pods/web?dryRun=All', '{}'),
  CREDENTIALS_AMBIGUOUS: () => requestInfo('GET', '/api/v1/pods?access_token=x'),
  UPGRADE_UNSUPPORTED: () =>
    new Refusal('UPGRADE_UNSUPPORTED', 'an upgrade to `h2c` is not possible here', {
      advice: 'use WebSocket or SPDY/3.1 over HTTP/1.1',
    }),
  BODY_UNREADABLE: () => body('POST', '/api/v1/namespaces/prod/pods', '{"kind":"Pod","kind":"Secret"}'),
  BODY_MISMATCH: () => body('PUT', '/api/v1/namespaces/prod/pods/web', '{"metadata":{"name":"db"}}'),
  TOKEN_MISSING: () =>
    new Refusal('TOKEN_MISSING', 'no bearer token is presented', {
      advice: 'present the token of a configured issuer',
    }),
  TOKEN_INVALID: () => new Refusal('TOKEN_INVALID', 'the token is not taken: its issuer is not one that is configured'),
  TOKEN_EXPIRED: () => new Refusal('TOKEN_EXPIRED', 'the token has ended', { advice: 'get a new one from the issuer' }),
  TOKEN_NOT_GIVEN: () => new Refusal('TOKEN_NOT_GIVEN', 'a token that the gateway gave for somebody gives no other'),
  PLANNED: () =>
    new Refusal(
      'PLANNED',
      'only planned: delete pods `web` in namespace `prod`: rule `team/restart` allows it; nothing was done',
    ),
  DENIED_BY_RULE: () =>
    new Refusal('DENIED_BY_RULE', `${DELETE_WEB}: production is changed by its pipeline alone`, {
      rule: 'prod-read-only',
      advice: 'open a merge request in the repository `deploy`',
    }),
  DENIED_BY_GUARD: () =>
    new Refusal(
      'DENIED_BY_GUARD',
      '`ada` may not create serviceaccounts/token `ci` in namespace `prod`: it mints a token',
      {
        rule: 'token-minting',
      },
    ),
  DENIED_BY_SILENCE: () => new Refusal('DENIED_BY_SILENCE', `${DELETE_WEB}: no rule allows it`, { ...SUGGESTED }),
  IMPERSONATION_REFUSED: () =>
    asOneself({ subject: 'ada' } as Caller, { impersonation: 'impersonate-user' } as Request),
  FACT_UNKNOWN: () =>
    new Refusal('FACT_UNKNOWN', `${DELETE_WEB}: the labels of the pod could not be looked up`, {
      rule: 'only-my-pods',
      retryAfterSeconds: 5,
    }),
  HELD: () => heldTold(HELD, ASKED),
  HELD_WAITING: () => heldOpen(HELD, ASKED),
  HOLD_EXPIRED: () => expired(HELD, { ...ASKED, state: 'expired' }),
  REJECTED: () =>
    rejected(HELD, {
      ...ASKED,
      answers: [
        { answer: 'reject', by: { subject: 'grace' } as Party, seats: [], reason: 'after the release, please', at: 0 },
      ],
    }),
  HOLD_UNSUPPORTED: () => unsupported(HELD),
  ANSWER_REFUSED: () => notTaken('own', ASKED),
  ANSWER_EARLY: () => notTaken('looking', ASKED),
  ANSWER_LATE: () => notTaken('closed', { ...ASKED, state: 'expired' }),
  GRANT_NOT_OFFERED: () =>
    new Refusal(
      'GRANT_NOT_OFFERED',
      'no `request` rule offers `ada` to delete pods in namespace `prod` on target `main`',
      { advice: 'ask whoever writes this gateway’s policy for a `request` rule, or for less' },
    ),
  GRANT_ENDED: () =>
    new Refusal('GRANT_ENDED', 'the grant ended: its time is over; nothing was done', {
      advice: 'ask for a new grant: `sallyport grants request`',
    }),
  BUDGET_EXCEEDED: () => overBudget(HELD, { id: 'agents/deletes', of: 'deletes', max: 20, perMs: 60_000 }),
  KILLED: () =>
    new Refusal('KILLED', 'an operator has stopped caller `ada`: runs wild', {
      advice: 'ask `grace`; `sallyport kill lift 01k` ends it',
    }),
  SESSION_ENDED: () =>
    new Refusal('SESSION_ENDED', 'you are not signed in, or your session has ended', { advice: 'sign in again' }),
  ORIGIN_REFUSED: () =>
    new Refusal('ORIGIN_REFUSED', 'a signed-in browser’s request is not taken: another site began it', {
      advice: 'only the console’s own pages change anything with a browser’s session; commands present a token',
    }),
  SIGN_IN_FAILED: () =>
    new Refusal('SIGN_IN_FAILED', 'this browser did not begin to sign in here, or too long ago', {
      advice: 'begin again',
    }),
  ROLE_REQUIRED: () =>
    new Refusal('ROLE_REQUIRED', 'this needs the role `operator`, for all that it touches', {
      advice: 'roles are given by `roles` in policy files, `operator` and `approver` to persons alone',
    }),
  NOT_FOUND: () => new Refusal('NOT_FOUND', 'there is no such grant that you may see'),
  GRANT_LIMIT: () =>
    new Refusal('GRANT_LIMIT', 'you have 5 grants of rule `team/restart`, as many as you may', {
      advice: 'give one back: `sallyport grants release 01k`',
    }),
  KEY_REUSED: () =>
    new Refusal('KEY_REUSED', 'this idempotency key came with another request before', {
      advice: 'use a new key for each request',
    }),
  TARGET_EXISTS: () =>
    new Refusal('TARGET_EXISTS', 'a target `shop` is there in the configuration, whose targets are changed there'),
  TARGET_REFUSED: () =>
    new Refusal(
      'TARGET_REFUSED',
      'another address or authority wants its credentials again: what is kept goes to the one that it was given for',
    ),
  TARGET_CHANGED: () =>
    new Refusal('TARGET_CHANGED', 'the target was changed meanwhile, and nothing was sent', { advice: 'try again' }),
  VERSION_CHANGED: () => new Refusal('VERSION_CHANGED', 'grant `01k` has version 3 now'),
  STORE_UNAVAILABLE: () =>
    new Refusal('STORE_UNAVAILABLE', 'the store of grants does not answer', { retryAfterSeconds: 2 }),
  TARGET_UNKNOWN: () =>
    new Refusal('TARGET_UNKNOWN', 'no target is reached by this path, host name or port', {
      advice: 'use the server URL that `sallyport kubeconfig` writes',
    }),
  KIND_UNKNOWN: () => new Refusal('KIND_UNKNOWN', 'the target does not serve `widgets` in `example.com/v1`'),
  METHOD_NOT_ALLOWED: () => requestInfo('TRACE', '/api/v1/pods'),
  ENCODING_NOT_ACCEPTABLE: () =>
    new Refusal('ENCODING_NOT_ACCEPTABLE', 'the reply is asked for in `application/cbor` alone', {
      advice: 'accept application/json too',
    }),
  REQUEST_TIMEOUT: () =>
    new Refusal('REQUEST_TIMEOUT', `the body did not arrive whole within ${DEFAULT_LIMITS.bodyTimeoutMs} ms`),
  OBJECT_CHANGED: () =>
    pinRequest({ ...PUT_WEB, headers: new Map() } as unknown as Request, operationOf(PUT_WEB), [
      { metadata: { resourceVersion: '1184', uid: 'b8a1' } },
    ]),
  MASK_STALE: () => refusedMask({ kind: 'stale', path: ['data', 'password'] }),
  MASK_MISPLACED: () => refusedMask({ kind: 'misplaced', path: ['data', 'password'] }),
  BODY_TOO_LARGE: () => new Refusal('BODY_TOO_LARGE', `the body is larger than ${DEFAULT_LIMITS.bodyBytesMax} bytes`),
  URI_TOO_LONG: () => withinLimits({ uri: `/${'a'.repeat(39_999)}` } as Request, DEFAULT_LIMITS),
  MEDIA_TYPE_UNSUPPORTED: () => body('POST', '/api/v1/namespaces/prod/pods', '\u00a0', 'application/cbor'),
  TOO_MANY_REQUESTS: () =>
    new Refusal('TOO_MANY_REQUESTS', 'you have 50 streams in flight, as many as you may', {
      advice: 'wait for some of them to end',
      retryAfterSeconds: 1,
    }),
  CALLER_THROTTLED: () => {
    const rates = new CallerRates({ ...DEFAULT_LIMITS, ...CALLER_LIMITS, requestsPerCallerBurstMax: 1 }, STOPPED);
    rates.take({ subject: 'ada', issuer: 'main' } as Caller);
    rates.take({ subject: 'ada', issuer: 'main' } as Caller);
  },
  AUTHENTICATION_THROTTLED: () => {
    const failed = new FailedTokens({ ...FAILURE_LIMITS, failuresPerAddressBurstMax: 1 }, STOPPED);
    failed.reserve('192.0.2.1');
    failed.reserve('192.0.2.1');
  },
  HEADERS_TOO_LARGE: () =>
    new Refusal(
      'HEADERS_TOO_LARGE',
      `there are more than ${DEFAULT_LIMITS.headersCountMax} headers (\`limits.headersCountMax\`)`,
    ),
  CALLER_GONE: () => toRefusal(new Error('aborted'), AbortSignal.abort()),
  INTERNAL: () => toRefusal(new Error('a bug'), new AbortController().signal),
  UPSTREAM_UNREACHABLE: () => upstreamFailure(new Error('connect ECONNREFUSED'), { isSent: false }),
  OUTCOME_UNKNOWN: () => upstreamFailure(new Error('read ECONNRESET'), { isSent: true }),
  HTTP_VERSION_UNSUPPORTED: () =>
    new Refusal('HTTP_VERSION_UNSUPPORTED', 'a request of HTTP/1.0 is not taken', { advice: 'use HTTP/1.1 or HTTP/2' }),
  ISSUER_UNAVAILABLE: () =>
    new Refusal('ISSUER_UNAVAILABLE', 'the keys of issuer `ci` cannot be fetched', { retryAfterSeconds: 10 }),
  CREDENTIAL_UNAVAILABLE: () =>
    new Refusal('CREDENTIAL_UNAVAILABLE', 'the credential for the target could not be had, and nothing was sent'),
  CREDENTIAL_REFUSED: () => credentialRefused('the target answered 401'),
  TARGET_UNPROVEN: () =>
    new Refusal('TARGET_UNPROVEN', 'the target does not see for whom the gateway asks, so nothing is sent to it', {
      advice:
        'whoever runs this gateway looks at what stands between it and the API server, and takes impersonation away',
    }),
  CREDENTIAL_FORBIDDEN: () => credentialForbidden('ada', 'may not impersonate group `dev`'),
  DISCOVERY_UNAVAILABLE: () =>
    new Refusal('DISCOVERY_UNAVAILABLE', 'the target could not be asked which kinds it serves'),
  RECORDING_UNAVAILABLE: () =>
    new Refusal('RECORDING_UNAVAILABLE', 'the exchange cannot be recorded, so nothing was forwarded'),
  POLICY_UNANSWERED: () =>
    new Refusal('POLICY_UNANSWERED', 'this took more time, memory or room than may be', {
      advice: 'ask again, about a shorter time or fewer rules, or by the command',
      retryAfterSeconds: 5,
    }),
  SHUTTING_DOWN: stopping,
  REPEATED_UNKNOWN: () => repeated(),
  UPSTREAM_TIMEOUT: () => upstreamTimeout('upstreamTimeoutMs', 60_000, { isSent: true }),
};

function body(method: string, uri: string, text: string, contentType?: string): unknown {
  const expected = { kind: 'Pod', group: '', version: 'v1', isNamespaced: true };
  return readOperationBody({ bytes: Buffer.from(text), contentType, path: requestInfo(method, uri), expected });
}

function repeated(): void {
  const unknown = new UnknownOutcomes(300_000, STOPPED);
  const asked = {
    method: 'POST',
    uri: '/api/v1/namespaces/prod/pods',
    body: { metadata: { generateName: 'import-' } },
  };
  const request = unrepeatable(asked, operationOf(asked)) as Unrepeatable;
  const ada = { subject: 'ada', issuer: 'main' } as Caller;
  unknown.remember(ada, request, '01k9zq3v6m7x2c8d4f5g6h7j8k' as ExchangeId);
  unknown.refuse(ada, request);
}

/** The example of a code; it is of that very code, or the page is not written. */
export function exampleOf(code: RefusalCode): Refusal {
  const refusal = made(EXAMPLES[code]);
  if (!(refusal instanceof Refusal) || refusal.code !== code) throw new Error(`the example of ${code} is not of it`);
  return refusal;
}

function made(example: () => unknown): unknown {
  try {
    return example();
  } catch (thrown) {
    return thrown;
  }
}

const RETRY = {
  never: 'the same request will be refused again',
  changed: 'ask differently, as the message says',
  later: 'the same request may pass after a while; `Retry-After` says how long, where that is known',
  verify: 'it ran or may have run: look before you repeat it',
};

/** The reference page of refusals, out of their table and the replies that the code makes of the examples. */
export function refusalsPage(): string {
  const codes = Object.keys(REFUSAL_CODES) as RefusalCode[];
  const rows = codes.map((code) => {
    const { status, retry, meaning } = REFUSAL_CODES[code];
    return `| [\`${code}\`](#${code.toLowerCase()}) | ${status} | ${retry} | ${meaning} |`;
  });
  const retries = Object.entries(RETRY).map(([retry, meaning]) => `| ${retry} | ${meaning} |`);
  return `# Refusals

When the gateway says no, or cannot, it answers with a Kubernetes \`Status\` whose \`code\` is the HTTP status. kubectl prints its \`message\` as
one sentence: what was asked, why not, the rule, and what to do. Programs branch on \`details.causes\`, never on the message:

| \`reason\` of the cause | its \`message\` |
|---|---|
| \`SallyportCode\` | one of the codes below |
| \`SallyportRetry\` | whether to try again: see below |
| \`SallyportRule\` | the id of the rule or guard that refused, where one did |
| \`SallyportAdvice\` | what to do or to ask for instead, where there is something |
| \`SallyportRequest\` | where a \`request\` rule offers it: the smallest grant that would allow the call, as a command line |
| \`SallyportGrant\` | the same as JSON, the body of \`POST /api/v1/grants\` |
| \`SallyportLink\` | the same as a page for a person; it says what its link says, and does nothing |
| \`SallyportExchange\` | the id under which the request is recorded, where it is: what is refused for speed, and before the caller is known, is counted |

| retry | what to do |
|---|---|
${retries.join('\n')}

The reply is JSON, or Kubernetes protobuf or YAML for a client that accepts none. \`Retry-After\` (and \`details.retryAfterSeconds\`) is sent only
with retry \`later\`: client libraries repeat what has it by themselves.

## What is not sent a second time

Client libraries send a request again when its answer was lost; some do so whatever failed. Most of the API bears that. What does not, once it may have run
(\`OUTCOME_UNKNOWN\`, \`UPSTREAM_TIMEOUT\`, \`INTERNAL\` after it was sent, a caller that gave up waiting, a reply that broke off, upstream's own 502 and 504, and its
500 with a time to wait, which is taken out of the reply), is refused for \`limits.unknownFor\` when the same caller sends the same body to the same place, with
[\`REPEATED_UNKNOWN\`](#repeated_unknown) and how to look:

| request | sent again it would |
|---|---|
| a create whose name the server makes up (\`generateName\`) | make another object |
| a create on a subresource, but a binding: an eviction without a \`uid\`, a token (also as a dry run) | be done to what is there by then |
| a JSON patch without a \`test\` of something that it changes, or of \`/metadata/resourceVersion\` | speak of places in lists that the first one has moved |
| an exec without a terminal, over WebSocket or SPDY, whose answer never came | run the command twice |
| POST and PATCH through a proxy | be another request to the program behind it |

This page is made from the code (\`npm run docs\` writes it; a test keeps the two equal).

## Codes

| code | status | retry | meaning |
|---|---|---|---|
${rows.join('\n')}
${codes.map(section).join('')}`;
}

function section(code: RefusalCode): string {
  const status = statusOf(exampleOf(code), '01k9zq3v6m7x2c8d4f5g6h7j8k');
  return `\n### ${code}\n\n\`\`\`json\n${JSON.stringify(status, null, 2)}\n\`\`\`\n`;
}
