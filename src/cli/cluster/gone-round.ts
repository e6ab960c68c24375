import type { GuardedCallers } from './guard-policy.ts';

/** What one caller did in one way without the gateway. */
export interface GoneRound {
  readonly user: string;
  readonly verb: string;
  readonly resource: string;
  readonly count: number;
  readonly lastAt: string;
  /** From where the last of them came. */
  readonly sourceIp: string;
  readonly userAgent: string;
}

/** The parts of an event of the API server’s audit log that are looked at. Source: https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/ */
interface AuditEvent {
  readonly stage?: unknown;
  readonly verb?: unknown;
  readonly user?: { readonly username?: unknown; readonly groups?: unknown };
  readonly objectRef?: { readonly apiGroup?: unknown; readonly resource?: unknown; readonly subresource?: unknown };
  readonly requestURI?: unknown;
  readonly sourceIPs?: unknown;
  readonly userAgent?: unknown;
  readonly requestReceivedTimestamp?: unknown;
}

/**
 * Which guarded callers came to the API server by themselves, whomever they asked to be: what came through the gateway has the gateway as its user, and them as whom it acted for. A line that is no event is counted and otherwise passed over, since a log may
 * be cut at its ends.
 */
export function goneRound(
  lines: Iterable<string>,
  { users, groups }: GuardedCallers,
): { readonly found: readonly GoneRound[]; readonly unread: number } {
  const found = new Map<string, GoneRound>();
  let unread = 0;
  for (const line of lines) {
    if (line === '') continue;
    const event = eventOf(line);
    if (event === undefined) unread++;
    else if (isOwn(event, users, groups)) add(found, event);
  }
  return { found: [...found.values()], unread };
}

function eventOf(line: string): AuditEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as AuditEvent) : undefined;
  } catch {
    return undefined;
  }
}

/** The same request is there once for each stage that is logged; its end is there always. */
function isOwn({ stage, user }: AuditEvent, users: readonly string[], groups: readonly string[]): boolean {
  if (stage === 'RequestReceived' || stage === 'ResponseStarted') return false;
  const own = Array.isArray(user?.groups) ? user.groups : [];
  return users.includes(word(user?.username)) || groups.some((group) => own.includes(group));
}

function add(found: Map<string, GoneRound>, event: AuditEvent): void {
  const { objectRef, sourceIPs } = event;
  const kind = [word(objectRef?.resource), word(objectRef?.subresource)].filter((part) => part !== '').join('/');
  const group = word(objectRef?.apiGroup);
  const one = {
    user: word(event.user?.username),
    verb: word(event.verb),
    resource: kind === '' ? (word(event.requestURI).split('?')[0] ?? '') : group === '' ? kind : `${kind}.${group}`,
  };
  const key = JSON.stringify(one);
  const count = (found.get(key)?.count ?? 0) + 1;
  const sourceIp = Array.isArray(sourceIPs) ? word(sourceIPs[0]) : '';
  found.set(key, {
    ...one,
    count,
    lastAt: word(event.requestReceivedTimestamp),
    sourceIp,
    userAgent: word(event.userAgent),
  });
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
