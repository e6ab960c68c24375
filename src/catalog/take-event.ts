import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Event, ExchangeBegun, ExchangeEnded } from '../recording/event.ts';
import { isChange } from '../recording/is-change.ts';
import type { RecordedEvent } from '../recording/read-chain.ts';
import type { RetentionApplied } from '../recording/retention-applied.ts';

/**
 * Puts events into the tables, in the journal's order. An event that is there already changes nothing.
 *
 * Values are given by their place: by their names each costs a search among all names of its statement, which was a third of what an exchange costs here.
 */
export class EventTaker {
  readonly #segment: StatementSync;
  readonly #begin: StatementSync;
  readonly #said: StatementSync;
  readonly #permit: StatementSync;
  readonly #end: StatementSync;
  readonly #endDecided: StatementSync;
  readonly #record: StatementSync;
  readonly #line: StatementSync;
  readonly #forget: readonly StatementSync[];

  constructor(database: DatabaseSync) {
    this.#segment = database.prepare('INSERT OR REPLACE INTO segment (n, gateway) VALUES (?, ?)');
    this.#begin = database.prepare(`INSERT OR IGNORE INTO exchange
      (n, id, session, at, subject, issuer, kind, token, actors, target, verb, apiGroup, resource, subresource, namespace, name, path, isChange, isPlanned, claimedSession, claimedCommand, outcome)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open')`);
    this.#said = database.prepare('INSERT INTO said (rowid, text) VALUES (?, ?)');
    this.#permit = database.prepare(
      `UPDATE exchange SET decision = 'allow', rule = ?, grantId = ?, approval = ? WHERE id = ?`,
    );
    const ended = 'outcome = ?, status = ?, code = ?, durationMs = ?, bytesIn = ?, bytesOut = ?';
    this.#end = database.prepare(`UPDATE exchange SET ${ended} WHERE id = ?`);
    this.#endDecided = database.prepare(`UPDATE exchange SET ${ended}, decision = ?, rule = coalesce(?, rule),
      grantId = coalesce(?, grantId), approval = coalesce(?, approval) WHERE id = ?`);
    this.#record = database.prepare('UPDATE exchange SET recording = ? WHERE id = ?');
    this.#line = database.prepare(`INSERT OR IGNORE INTO line (seq, exchange, isRecorded, segment, byte, lineBytes)
      SELECT ?, n, ?, ?, ?, ? FROM exchange WHERE id = ?`);
    this.#forget = [
      'DELETE FROM said WHERE rowid IN (SELECT seq FROM line WHERE seq BETWEEN ? AND ?)',
      'DELETE FROM exchange WHERE n BETWEEN ? AND ?',
      'DELETE FROM line WHERE seq BETWEEN ? AND ?',
    ].map((sql) => {
      const forget = database.prepare(sql);
      // Behind a DELETE from a table of FTS5 without content the last rowid is one of its own, which no number holds: `run` would throw. findings/node-sqlite-fts5-delete-throws.sh
      forget.setReadBigInts(true);
      return forget;
    });
  }

  /** `segmentByte`: where in its segment reading began. `kept`: the words of what the event says is kept. */
  take({ seq, event, byte, line }: RecordedEvent, segment: number, segmentByte: number, kept: string): void {
    if (event.type === 'retention.applied') this.#gone(event);
    if (event.type === 'journal.segment') this.#segment.run(segment, event.gateway);
    const exchange = exchangeOf(event);
    if (exchange === undefined) return;
    if (event.type === 'exchange.begun') this.#begun(event, seq);
    const isRecorded = event.type === 'exchange.recorded' ? 1 : 0;
    const { changes } = this.#line.run(seq, isRecorded, segment, segmentByte + byte, line.length, exchange);
    // It is there, or is of what began in a segment that is not here any more.
    if (changes === 0) return;
    if (event.type === 'exchange.permitted')
      this.#permit.run(event.rule, event.grant ?? null, event.approval ?? null, exchange);
    else if (event.type === 'exchange.ended') this.#ended(event);
    else if (event.type === 'exchange.recorded' && event.form !== 'body') this.#record.run(event.form, exchange);
    const said = event.type === 'exchange.begun' ? saidBy(event) : kept;
    if (said !== '') this.#said.run(seq, said);
  }

  /** What a rule let go is not found any more either. */
  #gone({ events, bodies }: RetentionApplied): void {
    for (const [from, to] of events) for (const forget of this.#forget) forget.run(from, to);
    for (const [from, to] of bodies) this.#forget[0]?.run(from, to);
  }

  #begun(event: ExchangeBegun, n: number): void {
    const { exchange, session, at, caller, target, operation } = event;
    this.#begin.run(
      ...[n, exchange, session, at, caller.subject, caller.issuer, caller.kind, caller.token ?? null],
      ...[caller.actors === undefined ? null : JSON.stringify(caller.actors), target],
      ...[operation?.verb ?? event.method.toLowerCase(), operation?.apiGroup ?? '', operation?.resource ?? ''],
      ...[operation?.subresource ?? '', operation?.namespace ?? '', operation?.name ?? '', operation?.path ?? ''],
      ...[isChange(event) ? 1 : 0, event.planned === true ? 1 : 0],
      ...[operation?.claimed?.session ?? null, operation?.claimed?.command ?? null],
    );
  }

  #ended({ exchange, outcome, decision, traffic }: ExchangeEnded): void {
    const ended = [
      outcome.kind,
      'status' in outcome ? (outcome.status ?? null) : null,
      'code' in outcome ? outcome.code : null,
      ...[traffic?.durationMs ?? null, traffic?.bytesIn ?? null, traffic?.bytesOut ?? null],
    ];
    if (decision === undefined) this.#end.run(...ended, exchange);
    else {
      const { effect, rule, grant, approval } = decision;
      this.#endDecided.run(...ended, effect, rule || null, grant ?? null, approval ?? null, exchange);
    }
  }
}

function exchangeOf(event: Event): string | undefined {
  switch (event.type) {
    case 'exchange.begun':
    case 'exchange.permitted':
    case 'exchange.ended':
    case 'exchange.recorded':
    case 'recording.read':
    case 'mask.guessed':
    case 'mask.returned':
      return event.exchange;
    case 'approval.changed':
      return event.exchange;
    default:
      return undefined;
  }
}

/** What full text finds of a request. */
function saidBy({ operation, caller, target }: ExchangeBegun): string {
  if (operation === undefined) return '';
  const { path, stream, claimed } = operation;
  return [caller.subject, target, path, ...(stream?.argv ?? []), claimed?.command ?? ''].join(' ');
}
