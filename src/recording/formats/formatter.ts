import { unreachable } from '../../std/unreachable.ts';
import type { Event } from '../event.ts';
import type { RecordedEvent } from '../read-chain.ts';
import type { ExportedRecord, ExportFormat } from './exported.ts';
import { JoinedExchanges } from './joined-exchanges.ts';
import { auditRecord } from './kubernetes-audit.ts';
import { ocsfRecord } from './ocsf.ts';

/** Makes records of events, taken in order. */
export class Formatter {
  readonly #format: ExportFormat;
  readonly #joined = new JoinedExchanges();
  #gateway = '';

  constructor(format: ExportFormat) {
    this.#format = format;
  }

  /** The number of the oldest event that is needed to go on from here with a formatter that knows nothing; undefined: none is. */
  get oldestSeq(): number | undefined {
    return this.#format === 'jsonl' ? undefined : this.#joined.oldestSeq;
  }

  /** The record that an event makes whole; undefined where it makes none in this format. */
  take({ event, seq, hash, line }: Pick<RecordedEvent, 'event' | 'seq' | 'hash' | 'line'>): ExportedRecord | undefined {
    if (event.type === 'journal.segment') this.#gateway = event.gateway;
    switch (this.#format) {
      case 'jsonl':
        return { seq, at: event.at, type: event.type, isNotable: isNotable(event), text: line.toString() };
      case 'audit':
        return auditRecord(event, seq, this.#joined.take(event, seq));
      case 'ocsf':
        return ocsfRecord(event, { seq, hash, gateway: this.#gateway }, this.#joined.take(event, seq));
      default:
        return unreachable(this.#format);
    }
  }
}

/** What whoever watches should look at. */
function isNotable(event: Event): boolean {
  switch (event.type) {
    case 'exchange.ended':
      return event.outcome.kind === 'refused' || event.outcome.kind === 'broken' || event.outcome.kind === 'lost';
    case 'policy.refused':
    case 'journal.recovered':
    case 'kill.changed':
    case 'target.changed':
    case 'mask.guessed':
    case 'mask.returned':
    case 'copy.refused':
    case 'caller.throttled':
      return true;
    default:
      return false;
  }
}
