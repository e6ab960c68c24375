/*
 * One request of the control plane: who asks, may they, is it right; then the route's own handler. Whatever is thrown becomes a problem document, whose
 * detail for us goes to the log alone.
 */
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { actsForAnother } from '../model/acts-for-another.ts';
import { type Caller, callerKey } from '../model/caller.ts';
import { Refusal } from '../model/refusal.ts';
import { type Role, rolesOf } from '../policy/role.ts';
import type { Clock } from '../std/clock.ts';
import { mistakeWords } from '../std/mistake-words.ts';
import { TokenBuckets } from '../std/token-buckets.ts';
import type { Problem } from './contract.ts';
import { roleRequired } from './role-required.ts';
import type { Answered, Route } from './route.ts';
import type { Identified } from './sign-in/identify.ts';

/** Limits of the control plane. */
export const CONTROL_LIMITS = Object.freeze({
  /** Requests of one caller each second, over time. */
  requestsPerCallerPerSecond: 20,
  /** Requests that one caller may make at once after it has been quiet. */
  requestsPerCallerBurstMax: 100,
  /** Callers whose rate is under way. */
  callersMax: 20_000,
  /** The largest body. */
  bodyBytesMax: 64 * 1024,
  /** Event streams of one caller at once. */
  streamsPerCallerMax: 4,
  /** Event streams at once. */
  streamsMax: 500,
  /** How often it is looked whether who reads an event stream or a download still may, in milliseconds: token or session, and roles. */
  admittedLookMs: 2_000,
});

/** What a browser sends along by itself, and what the pages of the console add. */
export interface Browser {
  readonly cookie: string | undefined;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`. */
  readonly site: string | undefined;
  readonly csrf: string | undefined;
  /** Whether no person's hand asked for it: it does not keep a session from ending. */
  readonly isBackground: boolean;
}

/** A request as the server has read it. */
export interface Received {
  readonly method: string;
  /** Behind `/api/v1`, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly token: string | undefined;
  readonly peer: string;
  readonly browser: Browser;
  readonly idempotencyKey: string | undefined;
  readonly ifMatch: string | undefined;
  readonly contentType: string | undefined;
  readonly header: (name: string) => string | undefined;
  readonly body: (bytesMax: number) => Promise<Uint8Array>;
}

interface Parts {
  readonly routes: readonly Route[];
  /** @throws {Refusal} */
  readonly identify: (request: Received) => Promise<Identified>;
  readonly roles: () => readonly Role[];
  /** @throws {Refusal} KILLED an operator has stopped them */
  readonly refuseStopped: (caller: Caller) => void;
  readonly clock: Clock;
}

/** Answers requests; `who` is there where the route needs a caller, and is still let in while their roles are the same too. */
export function answering({ routes, identify, roles, refuseStopped, clock }: Parts) {
  const patterns = routes.map((route) => ({ route, parts: route.path.split('/') }));
  const rates = new TokenBuckets({
    perSecond: CONTROL_LIMITS.requestsPerCallerPerSecond,
    burstMax: CONTROL_LIMITS.requestsPerCallerBurstMax,
    keysMax: CONTROL_LIMITS.callersMax,
  });
  return async (received: Received): Promise<{ readonly answered: Answered; readonly who: Identified | undefined }> => {
    const parts = received.path.split('/');
    const found = patterns.filter((pattern) => matches(pattern.parts, parts));
    const open = found.find(({ route }) => route.method === received.method && route.needs === 'nobody');
    // Security: who is not known learns nothing of what there is.
    const first = open === undefined ? await identify(received) : undefined;
    if (first !== undefined && !rates.take(callerKey(first.caller), clock.monotonic()))
      throw new Refusal('CALLER_THROTTLED', 'you ask faster than you may', { retryAfterSeconds: 1 });
    // Security: T77. Whoever has their token answers no question, gives no token and lifts no stop with it.
    if (first !== undefined) refuseStopped(first.caller);
    const chosen = found.find(({ route }) => route.method === received.method);
    if (found.length === 0) throw new Refusal('NOT_FOUND', 'the control plane has no such path');
    if (chosen === undefined) throw new Refusal('METHOD_NOT_ALLOWED', 'this path does not take the method');
    const { route } = chosen;
    const rolesHeld = (who: Identified | undefined) => {
      const held = who === undefined ? [] : heldBy(who.caller, roles());
      const { needs } = route;
      if (typeof needs !== 'string' && !held.some(({ role }) => needs.includes(role))) throw roleRequired(needs);
      return held;
    };
    let [who, held] = [first, rolesHeld(first)];
    const query =
      route.query === undefined ? noQuery(received.query) : checked(route.query, queryObject(received.query));
    const body = await bodyOf(route, received);
    // Security: T60. A body may come long after its headers: whoever was stopped or signed out meanwhile, or has lost a role, does nothing with it.
    if (who !== undefined && route.body !== undefined) {
      who = await identify(received);
      refuseStopped(who.caller);
      held = rolesHeld(who);
    }
    const answered = await route.handle({
      caller: who?.caller as Caller,
      roles: held,
      path: pathValues(chosen.parts, parts),
      query,
      body,
      idempotencyKey: keyOf(received.idempotencyKey),
      version: versionOf(received.ifMatch),
      session: who?.session,
      ...(route.takes === undefined
        ? {}
        : { raw: { bytes: await received.body(CONTROL_LIMITS.bodyBytesMax), header: received.header } }),
    });
    if (who === undefined) return { answered, who };
    const { caller, isStill: isAdmitted } = who;
    const isStill = async () => {
      refuseStopped(caller);
      return isDeepStrictEqual(heldBy(caller, roles()), held) && (await isAdmitted());
    };
    return { answered, who: { ...who, isStill } };
  };
}

/** Security: a program of somebody's is not an auditor because they are. */
function heldBy(caller: Caller, roles: readonly Role[]): readonly Role[] {
  return actsForAnother(caller) ? [] : rolesOf(roles, caller);
}

/** A refusal as a problem document. Source: RFC 9457 */
export function problemOf({ status, code, message, advice }: Refusal): Problem {
  return {
    type: `urn:sallyport:refusal:${code.toLowerCase()}`,
    title: code,
    status,
    detail: message,
    code,
    ...(advice === '' ? {} : { advice }),
  };
}

/** A literal path goes before one with a name in it, since routes stand in that order. */
function matches(pattern: readonly string[], parts: readonly string[]): boolean {
  return (
    pattern.length === parts.length &&
    pattern.every((part, i) => (part.startsWith('{') ? parts[i] !== '' : part === parts[i]))
  );
}

function pathValues(pattern: readonly string[], parts: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [i, part] of pattern.entries()) {
    if (!part.startsWith('{')) continue;
    const value = parts[i] as string;
    if (!/^[0-9a-z][0-9a-z-]{0,63}$/.test(value)) throw new Refusal('NOT_FOUND', 'there is nothing by this id');
    values[part.slice(1, -1)] = value;
  }
  return values;
}

function noQuery(query: URLSearchParams): undefined {
  if ([...query].length > 0) throw new Refusal('REQUEST_MALFORMED', 'this path takes no query');
  return undefined;
}

function queryObject(query: URLSearchParams): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [key, value] of query) {
    if (Object.hasOwn(values, key))
      throw new Refusal('QUERY_AMBIGUOUS', `query key \`${key.slice(0, 64)}\` is given twice`);
    values[key] = value;
  }
  return values;
}

async function bodyOf({ body, bodyBytesMax }: Route, received: Received): Promise<unknown> {
  if (body === undefined) return undefined;
  return checked(body, await readJson(received, bodyBytesMax ?? CONTROL_LIMITS.bodyBytesMax));
}

async function readJson({ body, contentType }: Received, bytesMax: number): Promise<unknown> {
  const bytes = await body(bytesMax);
  if (bytes.length === 0) return {};
  if (contentType?.split(';')[0]?.trim().toLowerCase() !== 'application/json')
    throw new Refusal('MEDIA_TYPE_UNSUPPORTED', 'the body is to be `application/json`');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Refusal('BODY_UNREADABLE', 'the body is not JSON');
  }
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(value, { error: mistakeWords });
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message.replaceAll('\n', ', ')}`);
  throw new Refusal('REQUEST_MALFORMED', issues.join('; '));
}

function keyOf(key: string | undefined): string | undefined {
  if (key === undefined || /^[\x21-\x7e]{1,128}$/.test(key)) return key;
  throw new Refusal('REQUEST_MALFORMED', 'an `Idempotency-Key` has at most 128 printable characters and no space');
}

/** Only a strong tag of ours. Source: RFC 9110, 13.1.1 */
function versionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch === '*') return undefined;
  const [, version] = /^"(\d{1,9})"$/.exec(ifMatch) ?? [];
  if (version === undefined) throw new Refusal('REQUEST_MALFORMED', '`If-Match` is to be one tag, as `ETag` gave it');
  return Number(version);
}
