/*
 * Exchanges as journals have them, each with what bore on its decision: the grants that its caller had, and the scope of its token.
 *
 * Journals of several gateways are read one after the other, so what each says of grants and tokens is gathered first.
 */
import type { GrantedScope } from '../../policy/grant-scope.ts';
import type { Question } from '../../policy/question.ts';
import type {
  ExchangeBegun,
  ExchangeEnded,
  ExchangePermitted,
  GrantChanged,
  RecordedOperation,
} from '../../recording/event.ts';
import { CliError } from '../cli-error.ts';
import { faultSentence, readJournal } from '../read-journal.ts';

/** What a token of the gateway’s own was bound to. */
type IssuedToken = NonNullable<Question['caller']['issued']>;

/** One exchange that was read as an operation. */
export interface RecordedExchange {
  readonly begun: ExchangeBegun & { readonly operation: RecordedOperation };
  /** The last, where it has one. */
  readonly permitted?: ExchangePermitted;
  /** Absent while it is under way. */
  readonly ended?: ExchangeEnded;
}

/** What policy answered; of one that is under way, that it was permitted. */
export function decisionOf({ ended, permitted }: RecordedExchange): ExchangeEnded['decision'] | undefined {
  if (ended?.decision !== undefined) return ended.decision;
  if (permitted === undefined) return undefined;
  const { rule, grant, approval } = permitted;
  return {
    effect: 'allow',
    rule,
    ...(grant === undefined ? {} : { grant }),
    ...(approval === undefined ? {} : { approval }),
  };
}

/** Everything that journals say of a time. */
export interface Recorded {
  readonly exchanges: readonly RecordedExchange[];
  readonly grants: RecordedGrants;
  readonly tokens: ReadonlyMap<string, IssuedToken>;
  /** The first instant that every journal reaches back to. */
  readonly beginsAt: number;
}

/** Limit: exchanges that are looked at in one go; of a busier time, a shorter one is looked at. */
const EXCHANGES_MAX = 2_000_000;

/**
 * The exchanges that ended since an instant, or are under way.
 *
 * @throws {CliError} a journal cannot be read, does not hold, or has more exchanges than 2,000,000
 */
export async function readRecorded(
  folders: readonly string[],
  sinceMs: number,
  isMeant: (begun: ExchangeBegun) => boolean,
): Promise<Recorded> {
  const [exchanges, grants, tokens]: [RecordedExchange[], RecordedGrants, Map<string, IssuedToken>] = [
    [],
    new RecordedGrants(),
    new Map(),
  ];
  let beginsAt = 0;
  for (const folder of folders) {
    const open = new Map<string, RecordedExchange>();
    let firstAt: number | undefined;
    const keep = (one: RecordedExchange) => {
      if (exchanges.push(one) > EXCHANGES_MAX)
        throw new CliError(`the time has more than ${EXCHANGES_MAX} exchanges: look at a shorter one with --since`);
    };
    const end = await readJournal(folder, (event) => {
      firstAt ??= event.at;
      switch (event.type) {
        case 'grant.changed':
          return grants.take(event);
        case 'token.changed': {
          const { token, task, targets, scopes } = event;
          tokens.set(token, { id: token, task, targets, ...(scopes === undefined ? {} : { scopes }) });
          return;
        }
        case 'exchange.begun': {
          const { operation } = event;
          if (operation !== undefined && isMeant(event)) open.set(event.exchange, { begun: { ...event, operation } });
          return;
        }
        case 'exchange.permitted': {
          const one = open.get(event.exchange);
          if (one !== undefined) open.set(event.exchange, { ...one, permitted: event });
          return;
        }
        case 'exchange.ended': {
          const one = open.get(event.exchange);
          open.delete(event.exchange);
          if (one !== undefined && event.at >= sinceMs) keep({ ...one, ended: event });
          return;
        }
        default:
          return;
      }
    });
    // What a running gateway is writing is unfinished.
    if (end.fault !== undefined && end.fault.fault.kind !== 'unfinished')
      throw new CliError(`the journal in \`${folder}\` does not hold: ${faultSentence(end)}`);
    for (const one of open.values()) keep(one);
    beginsAt = Math.max(beginsAt, firstAt ?? Number.POSITIVE_INFINITY);
  }
  return { exchanges, grants, tokens, beginsAt };
}

/** A grant’s life, as journals tell it. */
export interface RecordedGrant {
  readonly id: string;
  readonly holder: GrantChanged['holder'];
  readonly scopes: readonly GrantedScope[];
  readonly reason: string;
  readonly liveAt: number;
  /** When it ended, or would have. */
  readonly endedAt: number;
  readonly endedBy?: string;
  readonly usesMax?: number;
}

/** Grants that were live once. */
export class RecordedGrants {
  readonly #grants = new Map<string, RecordedGrant>();
  readonly #byHolder = new Map<string, Set<string>>();

  take({ grant: id, state, at, holder, parts, reason, endsAt, endedBy, usesMax }: GrantChanged): void {
    const before = this.#grants.get(id);
    if (state === 'live') {
      this.#grants.set(id, {
        id,
        holder,
        reason: before?.reason ?? reason,
        scopes: parts.map(({ rule, ...scope }) => ({ grant: id, rule, scope })),
        liveAt: Math.min(before?.liveAt ?? at, at),
        endedAt: endsAt ?? Number.POSITIVE_INFINITY,
        ...(usesMax === undefined ? {} : { usesMax }),
      });
      const own = this.#byHolder.get(keyOf(holder)) ?? new Set();
      this.#byHolder.set(keyOf(holder), own.add(id));
    } else if (state === 'ended' && before !== undefined) {
      this.#grants.set(id, { ...before, endedAt: at, ...(endedBy === undefined ? {} : { endedBy }) });
    }
  }

  list(): readonly RecordedGrant[] {
    return [...this.#grants.values()];
  }

  /** What a caller was granted at an instant. */
  at(holder: GrantChanged['holder'], atMs: number): readonly GrantedScope[] {
    return [...(this.#byHolder.get(keyOf(holder)) ?? [])].flatMap((id) => {
      const grant = this.#grants.get(id);
      return grant !== undefined && grant.liveAt <= atMs && atMs < grant.endedAt ? grant.scopes : [];
    });
  }
}

function keyOf({ subject, issuer }: GrantChanged['holder']): string {
  return JSON.stringify([issuer, subject]);
}
