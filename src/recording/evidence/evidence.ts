import { counted } from '../../std/counted.ts';
import type { Event, RecordedOperation } from '../event.ts';
import { type JoinedExchange, JoinedExchanges } from '../formats/joined-exchanges.ts';
import { hasSucceeded, isPlanned, messageOf, statusOf } from '../formats/words-of.ts';
import { isChange } from '../is-change.ts';
import type { EvidenceRow, SheetName } from './sheets.ts';

/** Limit: callers that are counted one by one; of more, the rest are counted together. */
const CALLERS_MAX = 100_000;

interface CallerCounts {
  readonly cells: readonly string[];
  readonly first: number;
  last: number;
  requests: number;
  changes: number;
  refused: number;
  failed: number;
  planned: number;
}

/** Makes the rows of a bundle out of events in order, those of a time; what began before it and ended in it is there. */
export class Evidence {
  readonly #sinceMs: number;
  readonly #untilMs: number;
  readonly #joined = new JoinedExchanges();
  readonly #callers = new Map<string, CallerCounts>();

  constructor(sinceMs: number, untilMs: number) {
    this.#sinceMs = sinceMs;
    this.#untilMs = untilMs;
  }

  /** The rows that an event makes. */
  take(event: Event, seq: number): readonly EvidenceRow[] {
    const joined = this.#joined.take(event, seq);
    if (event.at < this.#sinceMs || event.at >= this.#untilMs) return [];
    if (joined === undefined) return rowsOf(event);
    this.#count(joined);
    return exchangeRows(joined);
  }

  /** The rows of callers, when all events have been taken. */
  callers(): readonly EvidenceRow[] {
    return [...this.#callers.values()].map(({ cells, first, last, ...counts }) => ({
      sheet: 'callers',
      cells: [
        ...cells,
        instant(first),
        instant(last),
        ...[counts.requests, counts.changes, counts.refused, counts.failed, counts.planned].map(String),
      ],
    }));
  }

  #count(joined: JoinedExchange): void {
    const { begun, ended } = joined;
    if (begun === undefined) return;
    const { subject, issuer, kind, groups } = begun.caller;
    const isKnown = this.#callers.size < CALLERS_MAX;
    const key = isKnown ? JSON.stringify([issuer, subject]) : '';
    const counts = this.#callers.get(key) ?? {
      cells: isKnown ? [subject, issuer, kind, groups.join(' ')] : ['(others)', '', '', ''],
      first: begun.at,
      last: begun.at,
      requests: 0,
      changes: 0,
      refused: 0,
      failed: 0,
      planned: 0,
    };
    counts.last = ended.at;
    counts.requests += 1;
    if (isChange(begun)) counts.changes += 1;
    if (isPlanned(joined)) counts.planned += 1;
    else if (ended.outcome.kind === 'refused') counts.refused += 1;
    else if (!hasSucceeded(ended.outcome)) counts.failed += 1;
    this.#callers.set(key, counts);
  }
}

function exchangeRows(joined: JoinedExchange): readonly EvidenceRow[] {
  const { begun, permitted, ended } = joined;
  const { operation } = begun ?? {};
  const { outcome, decision, session, exchange, traffic } = ended;
  const who = [
    instant(begun?.at ?? ended.at),
    begun?.caller.subject ?? '',
    begun?.caller.issuer ?? '',
    begun?.target ?? '',
  ];
  const place = [kindOf(operation), operation?.namespace ?? '', operation?.name ?? ''];
  const by = [
    decision?.rule ?? permitted?.rule ?? '',
    decision?.grant ?? permitted?.grant ?? '',
    decision?.approval ?? permitted?.approval ?? '',
  ];
  const ids = [session, exchange];
  const isOnlyPlanned = isPlanned(joined);
  if (isOnlyPlanned || outcome.kind === 'refused') {
    const code = 'code' in outcome ? outcome.code : outcome.kind;
    const cells = [...who, operation?.verb ?? '', ...place, code, messageOf(ended) ?? '', by[0] ?? '', ...ids];
    return [{ sheet: isOnlyPlanned ? 'planned' : 'refused', cells }];
  }
  const rows: EvidenceRow[] = [];
  const status = String(statusOf(outcome) ?? '');
  if (begun !== undefined && operation !== undefined && isChange(begun))
    rows.push({ sheet: 'changes', cells: [...who, operation.verb, ...place, outcome.kind, status, ...by, ...ids] });
  if (operation?.stream !== undefined && operation.power !== undefined) {
    const seconds = traffic === undefined ? '' : String(traffic.durationMs / 1_000);
    const command = operation.stream.argv.join(' ');
    rows.push({ sheet: 'streams', cells: [...who, ...place, command, outcome.kind, ...by, seconds, ...ids] });
  }
  return rows;
}

function kindOf(operation: RecordedOperation | undefined): string {
  if (operation === undefined) return '';
  const { resource, subresource, apiGroup, path } = operation;
  if (resource === '') return path;
  return `${[resource, subresource].filter(Boolean).join('/')}${apiGroup === '' ? '' : `.${apiGroup}`}`;
}

type RowOf = (sheet: SheetName, ...cells: readonly (string | undefined)[]) => readonly EvidenceRow[];

/** Of events that are no exchange. */
function rowsOf(event: Event): readonly EvidenceRow[] {
  const at = instant(event.at);
  const row: RowOf = (sheet, ...cells) => [{ sheet, cells: [at, ...cells.map((cell) => cell ?? '')] }];
  return accessRows(event, row) ?? watchedRows(event, row) ?? [];
}

/** Of what persons gave, answered and stopped; undefined of all else. */
function accessRows(event: Event, row: RowOf): readonly EvidenceRow[] | undefined {
  switch (event.type) {
    case 'grant.changed': {
      const { grant, state, holder, by, reason, endedBy, endsAt, parts } = event;
      return row(
        'grants',
        grant,
        state,
        holder.subject,
        holder.issuer,
        by,
        reason,
        endedBy,
        optional(endsAt),
        JSON.stringify(parts),
      );
    }
    case 'approval.changed': {
      const { approval, state, asker, target, operation, rules, answer, exchange, grant, digest } = event;
      const answered = [answer?.answer, answer?.subject, answer?.issuer, answer?.reason];
      return row(
        'approvals',
        approval,
        state,
        asker.subject,
        asker.issuer,
        target,
        operation,
        rules.join(' '),
        ...answered,
        exchange,
        grant,
        digest,
      );
    }
    case 'token.changed': {
      const { token, state, giver, task, targets, endsAt, by, endedBy } = event;
      return row(
        'tokens',
        token,
        state,
        giver.subject,
        giver.issuer,
        task,
        targets.join(' '),
        instant(endsAt),
        by,
        endedBy,
      );
    }
    case 'login.changed': {
      const { login, state, person, peer, endsAt, endedBy } = event;
      return row('logins', login, state, person.subject, person.issuer, peer, instant(endsAt), endedBy);
    }
    case 'kill.changed':
      return row('kills', event.kill, event.state, event.what, event.value, event.by, event.reason);
    default:
      return undefined;
  }
}

/** Of policy, of what stood out, and of the gateway itself; undefined of all else. */
function watchedRows(event: Event, row: RowOf): readonly EvidenceRow[] | undefined {
  switch (event.type) {
    case 'policy.loaded':
      return row('policy', 'loaded', String(event.rules), event.digest, event.files.join(' '), '');
    case 'policy.refused':
      return row('policy', 'refused', '', '', '', event.findings.join('; '));
    case 'mask.guessed':
      return row(
        'alarms',
        'tried masked values',
        event.caller.subject,
        event.caller.issuer,
        event.target,
        [event.resource, event.namespace, event.name].join(' '),
        event.exchange,
      );
    case 'mask.returned':
      return row(
        'alarms',
        'brought a remembered mask',
        event.caller?.subject,
        event.caller?.issuer,
        event.place.target,
        `${event.mask}, in the ${event.where}`,
        event.exchange,
      );
    case 'caller.throttled':
      return row(
        'alarms',
        'asked too fast',
        event.caller.subject,
        event.caller.issuer,
        '',
        `${counted(event.requests, 'request')}`,
        '',
      );
    case 'recording.read':
      return row('readings', event.by.subject, event.by.issuer, event.exchange);
    case 'gateway.started':
      return row('gateway', 'started', startedWords(event));
    case 'gateway.stopped':
      return row('gateway', 'stopped', event.reason);
    case 'journal.recovered':
      return row('gateway', 'recovered', `${event.reason}: ${counted(event.lost, 'exchange')} lost`);
    case 'retention.applied': {
      const { rules, reason, events, bodies } = event;
      const runs = (ranges: typeof events) => ranges.map(([from, to]) => `${from} to ${to}`).join(', ') || 'none';
      return row(
        'gateway',
        'let go',
        `by ${rules.join(', ')} (${reason}): events ${runs(events)}; bodies of ${runs(bodies)}`,
      );
    }
    default:
      return undefined;
  }
}

function startedWords({ version, openGuards, observed }: Extract<Event, { type: 'gateway.started' }>): string {
  const guards = openGuards.length === 0 ? '' : `; opened guards: ${openGuards.join(', ')}`;
  const watched =
    observed === undefined
      ? ''
      : `; policy only observed on ${observed.targets.join(', ')} until ${instant(observed.until)}`;
  return `version ${version}${guards}${watched}`;
}

function optional(at: number | undefined): string {
  return at === undefined ? '' : instant(at);
}

function instant(at: number): string {
  return new Date(at).toISOString();
}
