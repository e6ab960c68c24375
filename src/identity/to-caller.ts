import type { JWTPayload } from 'jose';
import { type Caller, PROBE_SUBJECT } from '../model/caller.ts';
import { Refusal } from '../model/refusal.ts';
import type { Issuer } from './issuer.ts';

/** The bounds of what a token says of its caller; documented in docs/reference/limits.md. */
export const CLAIM_LIMITS = Object.freeze({
  /** Groups of one token; one with more is refused. Each becomes a header upstream, which takes 500 in all where it is built with Go 1.27. */
  groupsMax: 200,
  /** Actors that stand behind each other in `act`; a token with more is refused. */
  actorsMax: 10,
  /** The longest name: a subject, a group, a label. */
  nameBytesMax: 512,
});

/**
 * The caller that verified claims describe.
 *
 * Groups that begin with `system:` are dropped, whoever asserts them: they are Kubernetes' own, and `system:masters` bypasses RBAC. A subject
 * that begins so is refused. Names with control characters, and claims of another shape than was configured, are refused rather than repaired. So is a token
 * that says that a claim which counts is unverified, or is to be had elsewhere: a deny by group would not hold for who has too many groups for a token.
 *
 * @throws {Refusal} TOKEN_INVALID
 */
export function toCaller(issuer: Issuer, claims: JWTPayload, tokenDigest: string, clockSkewSeconds: number): Caller {
  const acting = actorsOf(issuer, claims);
  return Object.freeze({
    subject: subjectOf(issuer, claims),
    groups: Object.freeze(groupsOf(issuer, claims)),
    issuer: issuer.name,
    // Security: T77. Who acts for a person is not that person, whoever issued the token. Test: `T77: a token by which another acts for a person is a program's`.
    kind: acting.actors === undefined ? issuer.kind : 'autonomous',
    labels: Object.freeze(labelsOf(issuer, claims)),
    ...personOf(issuer, claims),
    ...acting,
    ...runOf(claims),
    ...signedInOf(claims),
    tokenEndsAt: ((claims.exp as number) + clockSkewSeconds) * 1000,
    tokenDigest,
  });
}

function subjectOf(issuer: Issuer, claims: JWTPayload): string {
  const claim = saidHere(claims, issuer.subject.claim);
  if (typeof claim !== 'string' || claim === '')
    throw invalid(`its claim \`${issuer.subject.claim}\` holds no subject`);
  const subject = issuer.subject.prefix + claim;
  if (isReserved(subject))
    throw invalid('its subject begins with `system:`, which is Kubernetes’ own; give the issuer a subject prefix');
  // Security: upstream is shown this name by the gateway alone, to prove that it sees whom it is shown.
  if (subject === PROBE_SUBJECT) throw invalid(`its subject \`${PROBE_SUBJECT}\` is the gateway’s own`);
  return checked(subject, 'subject');
}

function groupsOf(issuer: Issuer, claims: JWTPayload): string[] {
  const claim = saidHere(claims, issuer.groups.claim);
  const names: readonly unknown[] = claim === undefined || claim === null ? [] : Array.isArray(claim) ? claim : [claim];
  if (names.length > CLAIM_LIMITS.groupsMax)
    throw invalid(
      `it has more than ${CLAIM_LIMITS.groupsMax} groups (\`groupsMax\`): each is a header upstream, which takes 500 in all`,
    );
  const groups = new Set<string>();
  for (const name of names) {
    if (typeof name !== 'string' || name === '')
      throw invalid(`its claim \`${issuer.groups.claim}\` holds something other than names`);
    const group = checked(issuer.groups.prefix + name, 'group');
    if (!isReserved(group)) groups.add(group);
  }
  return [...groups];
}

function labelsOf(issuer: Issuer, claims: JWTPayload): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [label, name] of Object.entries(issuer.labels)) {
    const value = saidHere(claims, name);
    if (value === undefined || value === null) continue;
    if (typeof value === 'object') throw invalid(`its claim \`${name}\` is not a plain value`);
    labels[label] = checked(String(value), 'label');
  }
  return labels;
}

/** A token without the claim is of nobody that is known: then the subject alone tells who it is. */
function personOf({ person }: Issuer, claims: JWTPayload): { readonly person?: string } {
  const value = person === undefined ? undefined : saidHere(claims, person.claim);
  if (person === undefined || value === undefined || value === null || value === '') return {};
  if (typeof value !== 'string') throw invalid(`its claim \`${person.claim}\` holds no name of a person`);
  return { person: checked(value, 'person') };
}

/** Named as subjects of the issuer are. What is no object says nothing: it is somebody's own claim. Security: one without a name keeps its place, so that whoever it acts for is not taken for it. Source: RFC 8693, 4.1 */
function actorsOf({ subject: { prefix } }: Issuer, claims: JWTPayload): { readonly actors?: readonly string[] } {
  const actors: string[] = [];
  let next: unknown = claims['act'];
  while (typeof next === 'object' && next !== null) {
    const { sub, act } = next as { readonly sub?: unknown; readonly act?: unknown };
    if (actors.length >= CLAIM_LIMITS.actorsMax)
      throw invalid(`its claim \`act\` has more than ${CLAIM_LIMITS.actorsMax} actors (\`actorsMax\`)`);
    actors.push(typeof sub === 'string' ? checked(prefix + sub, 'actor') : '');
    next = act;
  }
  return actors.length === 0 ? {} : { actors: Object.freeze(actors) };
}

/** Claims that say of another whether it was verified. Source: https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims */
const VERIFIED: Readonly<Record<string, string>> = { email: 'email_verified', phone_number: 'phone_number_verified' };

/**
 * A claim that the token itself states. One without a word on whether it was verified is taken, as Kubernetes takes it.
 *
 * Source: aggregated and distributed claims, https://openid.net/specs/openid-connect-core-1_0.html#AggregatedDistributedClaims; `hasgroups`,
 * https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference
 */
function saidHere(claims: JWTPayload, name: string): unknown {
  const verified = VERIFIED[name];
  const isVerified = verified === undefined ? undefined : claims[verified];
  // Some providers write it as text.
  if (isVerified !== undefined && isVerified !== true && isVerified !== 'true')
    throw invalid(`its issuer has not verified its claim \`${name}\` (\`${verified}\`)`);
  const elsewhere = claims['_claim_names'] ?? {};
  const isElsewhere = typeof elsewhere !== 'object' || Object.hasOwn(elsewhere, name);
  const hasMore = name === 'groups' && ![undefined, null, false, 'false'].includes(claims['hasgroups'] as never);
  if (isElsewhere || hasMore) throw elsewhereRefusal(name);
  return claims[name];
}

function elsewhereRefusal(name: string): Refusal {
  const message = `the token is not taken: its claim \`${name}\` is not in it but to be asked for elsewhere, as providers do where a caller has too many groups for a token`;
  const advice =
    'have the provider put fewer into the token (in Entra ID: groups assigned to the application, or application roles as the claim)';
  return new Refusal('TOKEN_INVALID', message, { advice });
}

/**
 * The run that a token is of, by the first of these that it names: the pod, the pipeline run (and which attempt at it), the job, the login session.
 *
 * Source: bound service account tokens, https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/; ID tokens of GitHub Actions, GitLab,
 * Buildkite and CircleCI; `sid` of OpenID Connect Front-Channel Logout 1.0, 3
 */
function runOf(claims: JWTPayload): { readonly run?: string } {
  const kubernetes = claims['kubernetes.io'] as { readonly pod?: { readonly uid?: unknown } } | undefined;
  const places: readonly (readonly [kind: string, ...parts: readonly unknown[]])[] = [
    ['pod', kubernetes?.pod?.uid],
    ['github', claims.run_id, claims.run_attempt ?? ''],
    ['gitlab', claims.pipeline_id],
    ['buildkite', claims.build_number, claims.job_id],
    ['circleci', claims['oidc.circleci.com/workflow-id']],
    ['session', claims.sid],
  ];
  const isWord = (part: unknown) =>
    (typeof part === 'string' && part.length <= CLAIM_LIMITS.nameBytesMax) || typeof part === 'number';
  const found = places.find(([, first, ...rest]) => first !== '' && isWord(first) && rest.every(isWord));
  return found === undefined ? {} : { run: JSON.stringify(found) };
}

/** Source: `auth_time`, https://openid.net/specs/openid-connect-core-1_0.html#IDToken */
function signedInOf({ auth_time: seconds }: JWTPayload): { readonly signedInAt?: number } {
  return typeof seconds === 'number' && Number.isSafeInteger(seconds) && seconds > 0
    ? { signedInAt: seconds * 1000 }
    : {};
}

/** Security: T4. Unicode spaces and case do not help: Kubernetes compares bytes, and so does this. */
function isReserved(name: string): boolean {
  return name.startsWith('system:');
}

/** Security: T5. A name becomes one header value; nothing in it may end the line or the value. */
function checked(name: string, what: string): string {
  if (/[^\x20-\x7e\u00a0-\u{10ffff}]/u.test(name) || name !== name.trim())
    throw invalid(`its ${what} holds a character that no name may hold`);
  if (Buffer.byteLength(name) > CLAIM_LIMITS.nameBytesMax)
    throw invalid(`its ${what} is longer than ${CLAIM_LIMITS.nameBytesMax} bytes`);
  return name;
}

function invalid(why: string): Refusal {
  return new Refusal('TOKEN_INVALID', `the token is not taken: ${why}`);
}
