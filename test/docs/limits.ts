import { readFileSync } from 'node:fs';
import { POD_LIMITS } from '../../src/admission/pod-limits.ts';
import { WEBHOOK_LIMITS } from '../../src/admission/start-webhook.ts';
import { BREAK_GLASS_LIMITS } from '../../src/approval/broken-glass.ts';
import { RELAY_LIMITS } from '../../src/cli/plan/plan-relay.ts';
import { DEFAULT_BODY_LIMITS } from '../../src/connectors/kubernetes/body/body-limits.ts';
import { CONNECTION_CHECK_LIMITS } from '../../src/connectors/kubernetes/check/checked-connection.ts';
import { TARGET_CHECK_LIMITS } from '../../src/connectors/kubernetes/check/target-check-limits.ts';
import { DISCOVERY_LIMITS } from '../../src/connectors/kubernetes/discovery/discovery-limits.ts';
import { EKS_LIMITS } from '../../src/connectors/kubernetes/eks/eks-limits.ts';
import { HELD_LIMITS } from '../../src/connectors/kubernetes/held/patience.ts';
import { LOOK_LIMITS } from '../../src/connectors/kubernetes/preview/preview-limits.ts';
import { PROBE_LIMITS } from '../../src/connectors/kubernetes/probe.ts';
import { QUERY_LIMITS } from '../../src/connectors/kubernetes/request/query-limits.ts';
import { RESTORE_LIMITS } from '../../src/connectors/kubernetes/restore/write-back.ts';
import { REVIEW_LIMITS } from '../../src/connectors/kubernetes/reviews/reviews.ts';
import { STREAM_LIMITS } from '../../src/connectors/kubernetes/streams/stream-limits.ts';
import { DEFAULT_UPSTREAM_LIMITS } from '../../src/connectors/kubernetes/upstream/limits.ts';
import { OWN_RIGHTS_LIMITS } from '../../src/connectors/kubernetes/upstream/own-rights.ts';
import { PROOF_LIMITS } from '../../src/connectors/kubernetes/upstream/prove-identity.ts';
import { CONTROL_LIMITS } from '../../src/control/answer.ts';
import { BUDGET_LIMITS } from '../../src/control/caller-budgets.ts';
import { DONE_LIMITS } from '../../src/control/done-operations.ts';
import { GRANT_LIMITS } from '../../src/control/grants.ts';
import { WATCH_LIMITS } from '../../src/control/live-exchanges.ts';
import { NOTICE_LIMITS } from '../../src/control/notices/delivery.ts';
import { OWN_TOKEN_LIMITS } from '../../src/control/own-token-limits.ts';
import { PAGE_LIMITS } from '../../src/control/pages/built-pages.ts';
import { KEY_ENROLMENT_LIMITS } from '../../src/control/person-keys/person-keys.ts';
import { PREVIEW_LIMITS } from '../../src/control/previews.ts';
import { QUESTION_LIMITS } from '../../src/control/question-limits.ts';
import { REFUSAL_LIMITS } from '../../src/control/refusals.ts';
import { SESSION_LIMITS } from '../../src/control/sign-in/console-sessions.ts';
import { COOKIE_LIMITS } from '../../src/control/sign-in/identify.ts';
import { SIGN_IN_LIMITS } from '../../src/control/sign-in/sign-in.ts';
import { SWEEP_LIMITS } from '../../src/control/store-sweep.ts';
import { TARGET_LIMITS } from '../../src/control/targets/target-contract.ts';
import { DELIVERY_LIMITS } from '../../src/delivery/delivery-limits.ts';
import { TOKEN_LIMITS } from '../../src/identity/authenticator.ts';
import { FAILURE_LIMITS } from '../../src/identity/failed-tokens.ts';
import { FETCH_LIMITS } from '../../src/identity/fetch-keys.ts';
import { KEY_LIMITS } from '../../src/identity/issuer-keys.ts';
import { CLAIM_LIMITS } from '../../src/identity/to-caller.ts';
import { DEFAULT_LISTENER_LIMITS } from '../../src/listener/limits.ts';
import { LOG_LIMITS } from '../../src/main/log-limit.ts';
import { MASK_TELL_LIMITS } from '../../src/main/mask-teller.ts';
import { DESK_LIMITS } from '../../src/main/policy-desk.ts';
import { POLICY_READING_LIMITS } from '../../src/main/read-policies.ts';
import { SHARED_HONEYTOKEN_LIMITS } from '../../src/main/shared-honeytokens.ts';
import { STOP_LIMITS } from '../../src/main/stop.ts';
import { TROUBLE_LIMITS } from '../../src/main/target-troubles.ts';
import { TRACING_LIMITS } from '../../src/main/tracing/tracing-limits.ts';
import { WORKER_LIMITS } from '../../src/main/workers/messages.ts';
import { INSIDE_LIMITS } from '../../src/masking/inside/inside-limits.ts';
import { DELEGATION_LIMITS } from '../../src/model/delegation-limits.ts';
import { PLAN_QUESTION_LIMITS, RELEASE_LIMITS, REST_LIMITS } from '../../src/model/rest-limits.ts';
import { ARCHIVE_LIMITS } from '../../src/pipeline/archive-files.ts';
import { WAIT_LIMITS } from '../../src/pipeline/ask-person.ts';
import { DELETED_LIMITS } from '../../src/pipeline/deleted-objects.ts';
import { GUESS_LIMITS } from '../../src/pipeline/guesses.ts';
import { HONEYTOKEN_LIMITS } from '../../src/pipeline/honeytokens.ts';
import { CALLER_LIMITS, DEFAULT_LIMITS } from '../../src/pipeline/limits.ts';
import { PLAN_LIMITS } from '../../src/pipeline/plan/looks.ts';
import { FAIR_TURN_LIMITS } from '../../src/pipeline/turns.ts';
import { UNKNOWN_LIMITS } from '../../src/pipeline/unknown-outcomes.ts';
import { ATTEMPT_LIMITS } from '../../src/pipeline/while-changed.ts';
import { THERE_LIMITS } from '../../src/pipeline/while-there.ts';
import { GUNZIP_LIMITS } from '../../src/std/gunzipped-source.ts';
import { DEFAULT_JOURNAL_LIMITS } from '../../src/storage/journal.ts';
import { PRE_IMAGE_LIMITS } from '../../src/storage/pre-images.ts';
import { DEFAULT_SESSION_LIMITS } from '../../src/storage/sessions.ts';
import { POSTGRES_LIMITS } from '../../src/store/postgres-backend.ts';
import { FEED_LIMITS } from '../../src/store/postgres-feed.ts';
import { TOGETHER_LIMITS, TURN_LIMITS } from '../../src/store/sqlite-backend.ts';

type Limits = Readonly<Record<string, number>>;

/** Each group of limits: its title, the values in force, and the file whose comments say what they are. */
const GROUPS: readonly (readonly [title: string, limits: Limits, file: string])[] = [
  ['The data path', { ...DEFAULT_LIMITS }, 'src/pipeline/limits.ts'],
  ['One caller', { ...CALLER_LIMITS }, 'src/pipeline/limits.ts'],
  ['Turns at large bodies, conditions and masks', { ...FAIR_TURN_LIMITS }, 'src/pipeline/turns.ts'],
  ['The wire', { ...DEFAULT_LISTENER_LIMITS }, 'src/listener/limits.ts'],
  ['Queries of Kubernetes requests', { ...QUERY_LIMITS }, 'src/connectors/kubernetes/request/query-limits.ts'],
  ['Bodies of Kubernetes requests', { ...DEFAULT_BODY_LIMITS }, 'src/connectors/kubernetes/body/body-limits.ts'],
  ['The way upstream', { ...DEFAULT_UPSTREAM_LIMITS }, 'src/connectors/kubernetes/upstream/limits.ts'],
  ['Clusters of EKS', { ...EKS_LIMITS }, 'src/connectors/kubernetes/eks/eks-limits.ts'],
  ['Proof that a target sees the callers', { ...PROOF_LIMITS }, 'src/connectors/kubernetes/upstream/prove-identity.ts'],
  ['What the gateway itself may', { ...OWN_RIGHTS_LIMITS }, 'src/connectors/kubernetes/upstream/own-rights.ts'],
  ['Discovery of kinds', { ...DISCOVERY_LIMITS }, 'src/connectors/kubernetes/discovery/discovery-limits.ts'],
  ['Judging anew', { ...ATTEMPT_LIMITS }, 'src/pipeline/while-changed.ts'],
  ['Values tried at masked places', { ...GUESS_LIMITS }, 'src/pipeline/guesses.ts'],
  ['Masks that are remembered', { ...HONEYTOKEN_LIMITS }, 'src/pipeline/honeytokens.ts'],
  ['Masks that are remembered in the store', { ...SHARED_HONEYTOKEN_LIMITS }, 'src/main/shared-honeytokens.ts'],
  ['What may have run', { ...UNKNOWN_LIMITS }, 'src/pipeline/unknown-outcomes.ts'],
  ['Look-ups', { ...PROBE_LIMITS }, 'src/connectors/kubernetes/probe.ts'],
  ['What streams lead into', { ...THERE_LIMITS }, 'src/pipeline/while-there.ts'],
  ['Files of archives that pass', { ...ARCHIVE_LIMITS }, 'src/pipeline/archive-files.ts'],
  ['Documents inside strings', { ...INSIDE_LIMITS }, 'src/masking/inside/inside-limits.ts'],
  ['Masks that are written back', { ...RESTORE_LIMITS }, 'src/connectors/kubernetes/restore/write-back.ts'],
  ['What callers have deleted', { ...DELETED_LIMITS }, 'src/pipeline/deleted-objects.ts'],
  ['Reviews of oneself', { ...REVIEW_LIMITS }, 'src/connectors/kubernetes/reviews/reviews.ts'],
  [
    'Exec, attach and port-forward as they pass',
    { ...STREAM_LIMITS },
    'src/connectors/kubernetes/streams/stream-limits.ts',
  ],
  ['Replies that came packed', { ...GUNZIP_LIMITS }, 'src/std/gunzipped-source.ts'],
  ['Reading policy files', { ...POLICY_READING_LIMITS }, 'src/main/read-policies.ts'],
  ['Questions about policy in the console', { ...DESK_LIMITS }, 'src/main/policy-desk.ts'],
  ['Keys that persons enrol', { ...KEY_ENROLMENT_LIMITS }, 'src/control/person-keys/person-keys.ts'],
  ['Tokens', { ...TOKEN_LIMITS }, 'src/identity/authenticator.ts'],
  ['What a token says of its caller', { ...CLAIM_LIMITS }, 'src/identity/to-caller.ts'],
  ['Keys of issuers', { ...KEY_LIMITS }, 'src/identity/issuer-keys.ts'],
  ['Fetching keys', { ...FETCH_LIMITS }, 'src/identity/fetch-keys.ts'],
  ['Failed tokens', { ...FAILURE_LIMITS }, 'src/identity/failed-tokens.ts'],
  ['What is told of targets', { ...TROUBLE_LIMITS }, 'src/main/target-troubles.ts'],
  ['The log', { ...LOG_LIMITS }, 'src/main/log-limit.ts'],
  ['Masks that come back', { ...MASK_TELL_LIMITS }, 'src/main/mask-teller.ts'],
  ['The control plane', { ...CONTROL_LIMITS }, 'src/control/answer.ts'],
  ['The pages of the console', { ...PAGE_LIMITS }, 'src/control/pages/built-pages.ts'],
  ['Watching exchanges', { ...WATCH_LIMITS }, 'src/control/live-exchanges.ts'],
  ['Signing in', { ...SIGN_IN_LIMITS }, 'src/control/sign-in/sign-in.ts'],
  ['Sessions of browsers', { ...SESSION_LIMITS }, 'src/control/sign-in/console-sessions.ts'],
  ['Cookies', { ...COOKIE_LIMITS }, 'src/control/sign-in/identify.ts'],
  ['What callers were refused', { ...REFUSAL_LIMITS }, 'src/control/refusals.ts'],
  ['Waiting for a person', { ...HELD_LIMITS }, 'src/connectors/kubernetes/held/patience.ts'],
  ['Coming back to a question', { ...WAIT_LIMITS }, 'src/pipeline/ask-person.ts'],
  ['Questions to persons', { ...QUESTION_LIMITS }, 'src/control/question-limits.ts'],
  ['Breaking glass', { ...BREAK_GLASS_LIMITS }, 'src/approval/broken-glass.ts'],
  ['Answering in another’s place', { ...DELEGATION_LIMITS }, 'src/model/delegation-limits.ts'],
  ['What callers have done before', { ...DONE_LIMITS }, 'src/control/done-operations.ts'],
  ['One yes for the rest of a command', { ...REST_LIMITS }, 'src/model/rest-limits.ts'],
  ['One yes for a release of Helm', { ...RELEASE_LIMITS }, 'src/model/rest-limits.ts'],
  ['Looking up what a held request would do', { ...PREVIEW_LIMITS }, 'src/control/previews.ts'],
  ['Reads of one such look', { ...LOOK_LIMITS }, 'src/connectors/kubernetes/preview/preview-limits.ts'],
  ['Plans, at the gateway', { ...PLAN_LIMITS }, 'src/pipeline/plan/looks.ts'],
  ['One question about a planned command', { ...PLAN_QUESTION_LIMITS }, 'src/model/rest-limits.ts'],
  ['Plans, where the command runs', { ...RELAY_LIMITS }, 'src/cli/plan/plan-relay.ts'],
  ['Counting for budgets', { ...BUDGET_LIMITS }, 'src/control/caller-budgets.ts'],
  ['Removing what has ended from the store', { ...SWEEP_LIMITS }, 'src/control/store-sweep.ts'],
  ['Notices', { ...NOTICE_LIMITS }, 'src/control/notices/delivery.ts'],
  ['Asking for grants', { ...GRANT_LIMITS }, 'src/control/grants.ts'],
  ['Targets by API', { ...TARGET_LIMITS }, 'src/control/targets/target-contract.ts'],
  ['Looking at a target', { ...TARGET_CHECK_LIMITS }, 'src/connectors/kubernetes/check/target-check-limits.ts'],
  [
    'What is worth a word of its connection',
    { ...CONNECTION_CHECK_LIMITS },
    'src/connectors/kubernetes/check/checked-connection.ts',
  ],
  ['Tokens of the gateway’s own', { ...OWN_TOKEN_LIMITS }, 'src/control/own-token-limits.ts'],
  ['PostgreSQL as a store', { ...POSTGRES_LIMITS }, 'src/store/postgres-backend.ts'],
  ['Hearing other gateways', { ...FEED_LIMITS }, 'src/store/postgres-feed.ts'],
  ['A stop', { ...STOP_LIMITS }, 'src/main/stop.ts'],
  ['Workers', { ...WORKER_LIMITS }, 'src/main/workers/messages.ts'],
  ['Workers that write to one SQLite file', { ...TURN_LIMITS }, 'src/store/sqlite-backend.ts'],
  ['Changes that SQLite commits together', { ...TOGETHER_LIMITS }, 'src/store/sqlite-backend.ts'],
  ['What is sent on from the journal', { ...DELIVERY_LIMITS }, 'src/delivery/delivery-limits.ts'],
  ['Telling of traces', { ...TRACING_LIMITS }, 'src/main/tracing/tracing-limits.ts'],
  ['The webhook for pods', { ...WEBHOOK_LIMITS }, 'src/admission/start-webhook.ts'],
  ['A pod that is led', { ...POD_LIMITS }, 'src/admission/pod-limits.ts'],
  ['The journal', { ...DEFAULT_JOURNAL_LIMITS }, 'src/storage/journal.ts'],
  ['Objects before a change', { ...PRE_IMAGE_LIMITS }, 'src/storage/pre-images.ts'],
  ['Sessions', { ...DEFAULT_SESSION_LIMITS }, 'src/storage/sessions.ts'],
];

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/Ms$/, 'ms'],
  [/Seconds$/, 's'],
  [/PerSecond$/, '1/s'],
  [/Bytes(Max)?$/, 'bytes'],
  [/MegabytesMax$/, 'MB'],
];

/** The reference page of limits, out of their values and the comments beside them. */
export function limitsPage(): string {
  return `# Limits

Every queue, body, frame, wait and cache has a bound. Those that \`limits:\` in [configuration.md](configuration.md) names can be set there, those of the wire under \`limits.wire\`, those of bodies under \`limits.bodies\`; the others are as
they stand here. What meets a bound is refused with a code of [refusals.md](refusals.md), or cut where it already streams.

This page is made from the code (\`npm run docs\` writes it; a test keeps the two equal).
${GROUPS.map(section).join('')}`;
}

function section([title, limits, file]: (typeof GROUPS)[number]): string {
  const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  const rows = Object.entries(limits).map(
    ([name, value]) => `| \`${name}\` | ${value} ${unitOf(name)} | ${meaningOf(source, name)} |`,
  );
  return `\n## ${title}\n\n| limit | default | what it bounds |\n|---|---|---|\n${rows.join('\n')}\n`;
}

function unitOf(name: string): string {
  const found = [...UNITS].reverse().find(([ending]) => ending.test(name));
  return found?.[1] ?? '';
}

/** The comment right before the limit's declaration. */
function meaningOf(source: string, name: string): string {
  const found = new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\s*(?:readonly )?${name}\\b`).exec(source)?.[1] ?? '';
  return found
    .replace(/\s*\n\s*\*?\s*/g, ' ')
    .trim()
    .replaceAll('|', '\\|');
}
