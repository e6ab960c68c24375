/*
 * A first policy from a cluster's own audit log: who did what, and nothing that nobody did.
 *
 * Source: audit.k8s.io/v1 Event, https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
 */
import { exactRules, type Observed } from './exact-rules.ts';

/** An event of the audit log, as far as it is looked at; all of it may be missing or something else. */
export interface AuditEvent {
  readonly stage?: unknown;
  readonly verb?: unknown;
  readonly user?: { readonly username?: unknown };
  readonly impersonatedUser?: { readonly username?: unknown };
  readonly objectRef?: {
    readonly resource?: unknown;
    readonly subresource?: unknown;
    readonly apiGroup?: unknown;
    readonly namespace?: unknown;
    readonly name?: unknown;
  };
  readonly responseStatus?: { readonly code?: unknown };
}

/** A rule of the policy, as its document has it. */
export interface SeededRule {
  readonly id: string;
  readonly effect: 'allow';
  readonly callers: readonly [{ readonly subjects: readonly [string] }];
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly namespaces?: readonly string[];
}

export interface Seeded {
  readonly rules: readonly SeededRule[];
  /** What was seen and is not in the rules, a phrase each. */
  readonly leftOut: readonly string[];
}

interface Options {
  /** Whether a user's operations count. */
  readonly isMeant: (username: string) => boolean;
  /** What stands in front of a user's name at the gateway. */
  readonly subjectPrefix: string;
  /** From this number of names on of one verb and resource, the rule is for any name. Absent: never. */
  readonly namesMax?: number | undefined;
}

const STREAMS: ReadonlySet<string> = new Set(['pods/exec', 'pods/attach', 'pods/portforward']);

/** Takes events one by one, and makes the rules of what they tell. */
export class Seed {
  readonly #options: Options;
  readonly #seen = new Map<string, Map<string, Observed>>();
  readonly #left = new Map<string, number>();

  constructor(options: Options) {
    this.#options = options;
  }

  take(event: AuditEvent): void {
    // A request that is begun has another event when it is answered.
    if (event.stage === 'RequestReceived') return;
    const user = text(event.impersonatedUser?.username) || text(event.user?.username);
    const read = this.#read(event, user);
    if (typeof read === 'string') {
      this.#left.set(read, (this.#left.get(read) ?? 0) + 1);
      return;
    }
    const own = this.#seen.get(user) ?? new Map<string, Observed>();
    own.set(JSON.stringify(read), read);
    this.#seen.set(user, own);
  }

  /** What was done, or why the event does not count, in a phrase. */
  #read({ verb, objectRef, responseStatus }: AuditEvent, user: string): Observed | string {
    const code = responseStatus?.code;
    if (user === '' || !this.#options.isMeant(user)) return 'requests of users that are not meant';
    if (code === 401 || code === 403) return `requests that the cluster refused \`${user}\``;
    if (objectRef === undefined) return `requests of \`${user}\` that are for no resource`;
    const [resource, subresource] = [text(objectRef.resource), text(objectRef.subresource)];
    if (text(verb) === '' || resource === '') return `requests of \`${user}\` that name no verb or resource`;
    return {
      // Over WebSocket these are a GET, and a power that `create` carries all the same.
      verb: STREAMS.has(`${resource}/${subresource}`) ? 'create' : text(verb),
      apiGroup: text(objectRef.apiGroup),
      resource: subresource === '' ? resource : `${resource}/${subresource}`,
      namespace: text(objectRef.namespace),
      name: verb === 'create' && subresource === '' ? '' : text(objectRef.name),
    };
  }

  /** The rules of all that was taken. */
  rules(): Seeded {
    const { subjectPrefix, namesMax } = this.#options;
    const rules = [...this.#seen]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([user, own]) =>
        exactRules(widened([...own.values()], namesMax)).map(({ resourceNames, namespaces, ...fields }, i) => ({
          id: `${slug(user)}-${i + 1}`,
          effect: 'allow' as const,
          callers: [{ subjects: [`${subjectPrefix}${user}`] as const }] as const,
          ...fields,
          ...(resourceNames.length === 0 ? {} : { resourceNames }),
          ...(namespaces.length === 0 ? {} : { namespaces }),
        })),
      );
    const leftOut = [...this.#left].map(([what, count]) => `${what}: ${count}`).sort();
    return { rules, leftOut };
  }
}

/** Where somebody asked for it: a verb that reached many names of a resource reaches any. */
function widened(own: readonly Observed[], namesMax: number | undefined): readonly Observed[] {
  if (namesMax === undefined) return own;
  const places = Map.groupBy(own, ({ name: _, ...rest }) => JSON.stringify(rest));
  return [...places.values()].flatMap((place) =>
    place.length <= namesMax ? place : [{ ...(place[0] as Observed), name: '' }],
  );
}

function slug(user: string): string {
  return (
    user
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40) || 'user'
  );
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
