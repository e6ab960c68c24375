/*
 * Tells one receiver what the journal gets, in order, from where it stood: reads on, makes records, sends them in parcels, and keeps how far it came. It holds one parcel
 * and one chunk of the journal at a time, and waits for its receiver as long as it takes: what grows meanwhile are the journal's files, and the data path never waits.
 */
import { type Batch, type Place, type ReadEnd, readOn } from '../catalog/read-on.ts';
import { SendFailure } from '../control/notices/send-failure.ts';
import type { ChainHead } from '../recording/chain.ts';
import type { ExportedRecord, ExportFormat } from '../recording/formats/exported.ts';
import { Formatter } from '../recording/formats/formatter.ts';
import type { Cursor } from './cursor.ts';
import { type DeliveryHealth, HEALTHY } from './delivery-health.ts';
import { DELIVERY_LIMITS } from './delivery-limits.ts';
import type { Receiver } from './receiver.ts';
import { toldOf } from './told-of.ts';

interface Parts {
  readonly folder: string;
  readonly format: ExportFormat;
  readonly receiver: Receiver;
  readonly cursor: Cursor;
  /** Resolves when the disk has it. */
  readonly keep: (cursor: Cursor) => Promise<void>;
  readonly now: () => number;
  /** Resolves after the time, or when it stops. */
  readonly pause: (ms: number) => Promise<void>;
  readonly signal: AbortSignal;
  readonly onHealth: (health: DeliveryHealth) => void;
}

export class Courier {
  readonly #parts: Parts;
  #formatter: Formatter;
  #told: readonly ChainHead[];
  #from: Place | undefined;
  /** Where batches began that hold what is still needed, by their first event. */
  #begins: { readonly seq: number; readonly place: Place | undefined }[] = [];
  #gateway = '';
  #parcel: ExportedRecord[] = [];
  #parcelBytes = 0;
  #keptSeq: number;
  #health = HEALTHY;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#formatter = new Formatter(parts.format);
    this.#told = parts.cursor.told;
    this.#from = parts.cursor.from;
    this.#keptSeq = this.#toldSeq;
  }

  /** Tells until it is stopped. */
  async run(): Promise<void> {
    const { signal, pause } = this.#parts;
    while (!signal.aborted) {
      await this.catchUp().catch((error: unknown) => this.#failed(error));
      if (!signal.aborted) await pause(DELIVERY_LIMITS.lookEveryMs);
    }
  }

  /** Tells all that the journal has now. @throws {Error} files cannot be read or written */
  async catchUp(): Promise<void> {
    for (const isAnew of [false, true]) {
      const end = await this.#readOn();
      if (end === 'end') return;
      if (isAnew) return this.#failed(new SendFailure('the journal does not hold: `journal verify` says where'));
      await this.#beginAnew();
    }
  }

  async #readOn(): Promise<ReadEnd> {
    const { folder, signal } = this.#parts;
    const reading = readOn(folder, this.#from);
    for (let step = await reading.next(); ; step = await reading.next()) {
      // A journal that ends before what was told of it has had its end cut off.
      if (step.done)
        return step.value === 'end' && (this.#from?.seq ?? this.#toldSeq) < this.#toldSeq ? 'gone' : step.value;
      const end = signal.aborted ? 'end' : await this.#takeBatch(step.value);
      if (end !== undefined) {
        await reading.return('end');
        return end;
      }
    }
  }

  /** Undefined where it goes on. */
  async #takeBatch(batch: Batch): Promise<ReadEnd | undefined> {
    const [first] = batch.events;
    if (first === undefined) {
      // What rules have let go is told by their event.
      this.#from = batch.to;
      return undefined;
    }
    const toldSeq = this.#toldSeq;
    if (this.#begins.length === 0 && toldSeq > 0 && first.seq > toldSeq + 1)
      this.#tellHealth({ missed: this.#health.missed + first.seq - toldSeq - 1 });
    this.#begins.push({ seq: first.seq, place: batch.from });
    let before: ChainHead | undefined;
    for (const { event, seq, hash, line } of batch.events) {
      if (seq <= toldSeq && this.#told.some((head) => head.seq === seq && head.hash !== hash)) return 'gone';
      if (event.type === 'journal.segment') this.#gateway = event.gateway;
      const record = this.#formatter.take({ event, seq, hash, line });
      if (seq <= toldSeq) continue;
      // Sent before it is too long for one more.
      if (record !== undefined && this.#isFull(record) && !(await this.#send(before))) return 'end';
      if (record !== undefined) this.#add(record);
      before = { seq, hash };
    }
    this.#from = batch.to;
    return (await this.#send(before)) ? undefined : 'end';
  }

  #isFull(record: ExportedRecord): boolean {
    const { recordsMax, parcelBytesMax } = DELIVERY_LIMITS;
    const isTooLong = this.#parcelBytes + record.text.length > parcelBytesMax;
    return this.#parcel.length >= recordsMax || (isTooLong && this.#parcel.length > 0);
  }

  #add(record: ExportedRecord): void {
    this.#parcel.push(record);
    this.#parcelBytes += record.text.length;
  }

  /** Sends what is gathered until it is taken; false where it was stopped before. `upTo`: the last event that it is of, or that makes no record. */
  async #send(upTo: ChainHead | undefined): Promise<boolean> {
    const [first] = this.#parcel;
    if (first !== undefined && !(await this.#untilTaken(first))) return false;
    this.#parcel = [];
    this.#parcelBytes = 0;
    if (upTo === undefined) return true;
    this.#told = toldOf(this.#told, upTo);
    // What makes no record is passed over, and need not be kept at once.
    if (first !== undefined || upTo.seq - this.#keptSeq > DELIVERY_LIMITS.recordsMax * 10) await this.#keep();
    return true;
  }

  async #untilTaken(first: ExportedRecord): Promise<boolean> {
    const { receiver, format, signal, pause } = this.#parts;
    const { sendTimeoutMs, retryMs, retryMaxMs } = DELIVERY_LIMITS;
    const parcel = { gateway: this.#gateway, format, records: this.#parcel };
    this.#tellHealth({ waitingSince: first.at });
    for (let tries = 0; !signal.aborted; tries++) {
      try {
        const limit = AbortSignal.any([signal, AbortSignal.timeout(sendTimeoutMs)]);
        const { rejected } = await receiver.take(parcel, limit);
        this.#taken(rejected);
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        this.#failed(error);
        await pause(Math.min(retryMaxMs, retryMs * 2 ** Math.min(tries, 16)));
      }
    }
    return false;
  }

  #taken(rejected: number): void {
    this.#tellHealth({
      delivered: this.#health.delivered + this.#parcel.length - rejected,
      rejected: this.#health.rejected + rejected,
      failure: '',
      failingSince: undefined,
      waitingSince: undefined,
    });
  }

  #failed(error: unknown): void {
    this.#tellHealth({
      failures: this.#health.failures + 1,
      failure: reasonOf(error),
      failingSince: this.#health.failingSince ?? this.#parts.now(),
    });
  }

  async #keep(): Promise<void> {
    const oldest = this.#formatter.oldestSeq ?? Number.POSITIVE_INFINITY;
    while ((this.#begins[1]?.seq ?? Number.POSITIVE_INFINITY) <= Math.min(oldest, this.#toldSeq)) this.#begins.shift();
    await this.#parts.keep({ from: this.#begins[0]?.place, told: this.#told });
    this.#keptSeq = this.#toldSeq;
  }

  /** Where it stood is not there any more: retention let it go, a crash cut off what the disk did not have, or the journal is another one. */
  async #beginAnew(): Promise<void> {
    this.#told = await knownAgain(this.#parts.folder, this.#told);
    this.#formatter = new Formatter(this.#parts.format);
    this.#begins = [];
    this.#from = undefined;
  }

  get #toldSeq(): number {
    return this.#told.at(-1)?.seq ?? 0;
  }

  #tellHealth(change: Partial<DeliveryHealth>): void {
    this.#health = { ...this.#health, ...change };
    this.#parts.onHealth(this.#health);
  }
}

/** What of what was told is what the journal has; all of it where the journal begins behind it; nothing where it is another one. */
async function knownAgain(folder: string, told: readonly ChainHead[]): Promise<readonly ChainHead[]> {
  const hashes = new Map(told.map(({ seq, hash }) => [seq, hash]));
  const known = new Set<number>();
  let firstSeq: number | undefined;
  for await (const { events } of readOn(folder, undefined)) {
    firstSeq ??= events[0]?.seq;
    for (const { seq, hash } of events) if (hashes.get(seq) === hash) known.add(seq);
  }
  const isBehind = firstSeq === undefined || firstSeq > (told.at(-1)?.seq ?? 0);
  return isBehind ? told : told.filter(({ seq }) => known.has(seq));
}

function reasonOf(error: unknown): string {
  if (error instanceof SendFailure) return error.message;
  // Security: the message of another error may have a path or an address in it.
  return (error as NodeJS.ErrnoException).code ?? (error as Error).name;
}
