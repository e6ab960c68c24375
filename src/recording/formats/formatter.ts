import type { ExchangeId } from '../../std/ids.ts';
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
  /** Exchanges that are open and only planned, where ends are not put to beginnings. */
  readonly #planned = new Set<ExchangeId>();
  #gateway: string;

  /** `gateway`: whose events they are, where none of them begins a segment. */
  constructor(format: ExportFormat, gateway = '') {
    this.#format = format;
    this.#gateway = gateway;
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
        return { seq, at: event.at, type: event.type, isNotable: this.#isNotable(event), text: line.toString() };
      case 'audit':
        return auditRecord(event, seq, this.#joined.take(event, seq));
      case 'ocsf':
        return ocsfRecord(event, { seq, hash, gateway: this.#gateway }, this.#joined.take(event, seq));
      default:
        return unreachable(this.#format);
    }
  }

  /** What whoever watches should look at. */
  #isNotable(event: Event): boolean {
    switch (event.type) {
      case 'exchange.begun':
        if (event.planned === true) this.#planned.add(event.exchange);
        return false;
      case 'exchange.ended': {
        const { outcome, exchange } = event;
        if (this.#planned.delete(exchange)) return false;
        if (outcome.kind === 'refused') return outcome.code !== 'PLANNED';
        return outcome.kind === 'broken' || outcome.kind === 'lost';
      }
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
}
