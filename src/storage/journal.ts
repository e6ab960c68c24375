/*
 * The journal of one gateway: an append-only chain of events in segments.
 *
 * When writing fails, appends fail at once, and the journal goes on in a new segment as soon as one can be made, chained to the last event that
 * is known to be on the disk. What stood behind that event in the old segment is set aside in a file of its own. An exchange whose end is lost by
 * this, or falls into the time when nothing can be written, is closed as lost: each exchange in the journal has one beginning and one end.
 */
import { join } from 'node:path';
import { type ChainHead, LINE_BYTES_MAX, sealEvent } from '../recording/chain.ts';
import type { Event } from '../recording/event.ts';
import { segmentName } from '../recording/segment-name.ts';
import type { Clock } from '../std/clock.ts';
import { Committer, type OpenSegment, type Place, unavailable } from './committer.ts';
import type { Disk } from './disk.ts';
import { ExchangeLedger } from './exchange-ledger.ts';
import { FreeSpace, type FreeSpaceLimits, type Room } from './free-space.ts';
import type { Ticket } from './group.ts';
import type { Recovered } from './recover.ts';
import { setAsideAfter } from './set-aside.ts';

/** The bounds of a journal; each is documented in docs/reference/journal.md. */
export interface JournalLimits extends FreeSpaceLimits {
  /** A segment is closed when it reaches this size. */
  readonly segmentBytesMax: number;
  /** A segment that has events is closed when it is this old. */
  readonly segmentAgeMaxMs: number;
  /** Accepted and not yet written; beyond it nothing begins. Ends are still taken: there are no more of them than beginnings. */
  readonly queueBytesMax: number;
  /** What nobody waits for is on the disk after this time. */
  readonly syncWithinMs: number;
  /** From a failure to the first try of a new segment, and between tries. */
  readonly retryAfterMs: number;
  /** Free bytes of the journal's disk below which nothing begins: what is under way is still recorded to its end. 0 turns the look off. */
  readonly freeBytesMin: number;
  /** Free bytes of the journal's disk below which the log, a metric and `/readyz` warn. */
  readonly freeBytesWarn: number;
  /** How often the disk is asked. */
  readonly freeLookMs: number;
}

export const DEFAULT_JOURNAL_LIMITS: JournalLimits = Object.freeze({
  // The last segment is read whole at start, at about 10 ms a MiB.
  segmentBytesMax: 16 * 1024 * 1024,
  segmentAgeMaxMs: 3_600_000,
  queueBytesMax: 16 * 1024 * 1024,
  syncWithinMs: 1_000,
  retryAfterMs: 1_000,
  // Four times what may wait in the queue at once: what is under way always fits.
  freeBytesMin: 64 * 1024 * 1024,
  freeBytesWarn: 1024 * 1024 * 1024,
  freeLookMs: 1_000,
});

/** Limit: exchanges in one `journal.carried` line, which keeps it below LINE_BYTES_MAX. */
const CARRIED_PER_LINE_MAX = 1_000;

/** How often a segment's age is looked at, at least: clocks jump. */
const AGE_LOOK_MAX_MS = 60_000;

const NO_ROOM = 'the disk has less free space than `freeBytesMin`';

/** How a journal is. */
export interface JournalHealth {
  readonly state: 'open' | 'broken' | 'closed';
  /** Why it is not open; for the operator, not for callers. */
  readonly reason: string;
  readonly segment: number;
  /** The last event that is on the disk. */
  readonly syncedSeq: number;
  readonly queuedBytes: number;
  /** How much room its disk has; with `none`, nothing begins. */
  readonly room: Room;
  /** Free bytes of its disk a moment ago; `undefined` where that is not known. */
  readonly freeBytes: number | undefined;
}

/** What a journal is made of. */
export interface JournalParts {
  readonly folder: string;
  /** A name for this gateway, which every segment bears. */
  readonly gateway: string;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly limits: JournalLimits;
  /** Called when the state changes, or the room on the disk. */
  readonly onHealth: (health: JournalHealth) => void;
  /** Called when segments before this one are closed, for good: they are on the disk, and nothing is written to them any more. */
  readonly onClosed: (below: number) => void;
  /** Lets go of the folder. */
  readonly release: () => void;
}

/** Takes events; `openJournal` makes one. */
export class Journal {
  readonly #parts: JournalParts;
  readonly #ledger = new ExchangeLedger();
  readonly #space: FreeSpace;
  #state: JournalHealth['state'] = 'broken';
  #reason = 'not open yet';
  #committer: Committer | undefined;
  /** The chain with all that is accepted. */
  #head: ChainHead;
  #segment: number;
  /** Bytes of the segment with all that is accepted. */
  #segmentBytes: number;
  #synced: Place;
  #openedAt: number;
  /** The last event of the opening lines: with none behind it, the segment is empty. */
  #openingSeq = 0;
  #timer: NodeJS.Timeout | undefined;
  #ageTimer: NodeJS.Timeout | undefined;
  #reopening: Promise<void> | undefined;
  /** Where the last committer left the chain on the disk, until another one goes on from there. */
  #fallen: { readonly place: Place; readonly id: string } | undefined;

  constructor(parts: JournalParts, recovered: Recovered) {
    this.#parts = parts;
    this.#space = new FreeSpace(parts.disk, parts.folder, parts.limits, () => parts.onHealth(this.health()));
    this.#head = recovered.head;
    this.#segment = recovered.last?.segment ?? 0;
    this.#segmentBytes = recovered.last?.bytes ?? 0;
    this.#openedAt = recovered.last?.openedAt ?? parts.clock.now();
    this.#synced = { ...recovered.head, segment: this.#segment, bytes: this.#segmentBytes };
    for (const [exchange, session] of recovered.open) {
      this.#ledger.begin(exchange, session, recovered.head.seq);
      this.#ledger.endUnrecorded(exchange);
    }
  }

  /** Goes on where `recovered` ends, and closes the exchanges that nobody will end. */
  async start(recovered: Recovered): Promise<void> {
    const { disk, folder, limits } = this.#parts;
    await this.#space.start();
    let open: OpenSegment | undefined;
    if (recovered.last !== undefined && recovered.last.bytes < limits.segmentBytesMax && recovered.last.isOurs) {
      const file = await disk.append(join(folder, segmentName(recovered.last.segment)));
      open = { file, id: (await file.stat()).id };
    }
    this.#committer = this.#newCommitter(open);
    if (open === undefined) await this.#openNext(this.#segment + 1).synced();
    await this.#resume('the gateway had not stopped in order', recovered.tornBytes, recovered.setAside);
    this.#parts.onClosed(this.#synced.segment);
    this.#lookAtAge();
  }

  /** Closes the segment now, and begins the next one, where it has any event; what is signed of it then is newer. */
  closeSegment(): void {
    if (this.#state !== 'open' || this.#committer === undefined || this.#head.seq === this.#openingSeq) return;
    this.#openNext(this.#segment + 1);
  }

  /**
   * Takes the event as the next of the chain; the ticket says when it is safe.
   *
   * @throws {Refusal} RECORDING_UNAVAILABLE the journal is broken, closed or too far behind, its disk is as good as full, the event is too long, or its
   * exchange has not begun
   */
  append(event: Event): Ticket {
    const isEnd = event.type === 'exchange.ended';
    if (this.#state !== 'open' || this.#committer === undefined) {
      if (isEnd) this.#ledger.endUnrecorded(event.exchange);
      throw unavailable(`the journal is ${this.#state}: ${this.#reason}`);
    }
    if ((isEnd || event.type === 'exchange.permitted') && !this.#ledger.isOpen(event.exchange)) {
      throw unavailable('the beginning of the exchange is not recorded, or its end already is');
    }
    if (!isEnd && this.#committer.queuedBytes >= this.#parts.limits.queueBytesMax)
      throw unavailable('the disk is slower than what is recorded');
    if (event.type === 'exchange.begun' && this.#space.room === 'none') throw unavailable(NO_ROOM);
    if (this.#segmentBytes >= this.#parts.limits.segmentBytesMax) this.closeSegment();
    const { line, head } = sealEvent(this.#head, event);
    const bytes = Buffer.byteLength(line);
    if (bytes > LINE_BYTES_MAX) {
      if (isEnd) this.#ledger.endUnrecorded(event.exchange);
      throw unavailable(`an event of ${bytes} bytes is longer than a line may be`);
    }
    if (event.type === 'exchange.begun') this.#ledger.begin(event.exchange, event.session, head.seq);
    if (isEnd) this.#ledger.end(event.exchange, head.seq);
    this.#head = head;
    this.#segmentBytes += bytes;
    return this.#committer.add(line, bytes, head);
  }

  health(): JournalHealth {
    const queuedBytes = this.#committer?.queuedBytes ?? 0;
    return {
      state: this.#state,
      reason: this.#reason,
      segment: this.#segment,
      syncedSeq: this.#synced.seq,
      queuedBytes,
      room: this.#space.room,
      freeBytes: this.#space.bytes,
    };
  }

  /** Puts all that was accepted on the disk, and lets go of the folder. Whoever waits for what could not be written is told. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#turn('closed', 'the gateway is stopping');
    clearTimeout(this.#timer);
    clearTimeout(this.#ageTimer);
    this.#space.stop();
    await this.#reopening;
    await this.#committer?.close();
    this.#parts.release();
  }

  #newCommitter(open: OpenSegment | undefined): Committer {
    const { disk, folder, limits } = this.#parts;
    const onSynced = (place: Place) => {
      const isNext = place.segment > this.#synced.segment;
      this.#synced = place;
      this.#ledger.synced(place.seq);
      if (isNext) this.#parts.onClosed(place.segment);
    };
    const onFailed = (error: Error) => this.#onFailed(error);
    return new Committer({ disk, folder, syncWithinMs: limits.syncWithinMs, onSynced, onFailed }, this.#synced, open);
  }

  /** Opens a segment: its first line, and the exchanges that are open in the events before it. */
  #openNext(segment: number): Ticket {
    const at = this.#parts.clock.now();
    const { gateway } = this.#parts;
    const open = this.#ledger.openAt(this.#head.seq);
    const opening: Event[] = [
      {
        type: 'journal.segment',
        at,
        format: 'sallyport-journal/2',
        gateway,
        segment,
        previous: this.#head.hash,
        carried: open.length,
      },
    ];
    for (let i = 0; i < open.length; i += CARRIED_PER_LINE_MAX) {
      opening.push({ type: 'journal.carried', at, exchanges: open.slice(i, i + CARRIED_PER_LINE_MAX) });
    }
    let text = '';
    for (const event of opening) {
      const { line, head } = sealEvent(this.#head, event);
      text += line;
      this.#head = head;
    }
    this.#segment = segment;
    this.#segmentBytes = Buffer.byteLength(text);
    this.#openedAt = at;
    this.#openingSeq = this.#head.seq;
    return (this.#committer as Committer).addOpening(segment, text, this.#segmentBytes, this.#head);
  }

  /** Takes events again, after it has recorded what was put right. */
  async #resume(reason: string, tornBytes: number, setAside: readonly string[]): Promise<void> {
    if (this.#state === 'closed') return;
    this.#turn('open', '');
    const lost = this.#ledger.takeUnrecorded();
    if (tornBytes === 0 && setAside.length === 0 && lost.length === 0) return;
    const at = this.#parts.clock.now();
    let last = this.append({ type: 'journal.recovered', at, reason, tornBytes, setAside, lost: lost.length });
    for (const [exchange, session] of lost)
      last = this.append({ type: 'exchange.ended', at, exchange, session, outcome: { kind: 'lost' } });
    await last.synced();
  }

  #onFailed(error: Error): void {
    if (this.#state === 'closed') return;
    this.#turn('broken', error.message);
    this.#retryLater();
  }

  #retryLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#retry(), this.#parts.limits.retryAfterMs).unref();
  }

  #retry(): void {
    if (this.#reopening !== undefined || this.#state !== 'broken') return;
    this.#reopening = this.#reopen()
      .catch((error: Error) => {
        if (this.#state !== 'broken') return;
        this.#turn('broken', error.message);
        this.#retryLater();
      })
      .finally(() => {
        this.#reopening = undefined;
      });
  }

  /** After a failure: a new segment, chained to the last event that is on the disk. */
  async #reopen(): Promise<void> {
    const { disk, folder, clock } = this.#parts;
    const reason = this.#reason;
    this.#fallen ??= await this.#abandoned();
    const { place, id } = this.#fallen;
    const aside = await setAsideAfter(disk, folder, place, id, clock.now());
    this.#fallen = undefined;
    this.#head = place;
    this.#committer = this.#newCommitter(undefined);
    await this.#openNext(aside.nextSegment).synced();
    await this.#resume(reason, aside.bytes, aside.names);
  }

  async #abandoned(): Promise<{ readonly place: Place; readonly id: string }> {
    const committer = this.#committer as Committer;
    this.#committer = undefined;
    const fallen = await committer.abandon();
    // Now, since the numbers after it are given again.
    this.#ledger.fallBack(fallen.place.seq);
    return fallen;
  }

  /** Also where nothing is written: what was written an hour ago is signed then. */
  #lookAtAge(): void {
    const { segmentAgeMaxMs } = this.#parts.limits;
    const leftMs = this.#openedAt + segmentAgeMaxMs - this.#parts.clock.now();
    if (leftMs <= 0) this.closeSegment();
    // Limit: a timer takes no more than 2^31 ms. An empty segment is looked at as often as one that is young.
    const waitMs = Math.min(leftMs > 0 ? leftMs : segmentAgeMaxMs, AGE_LOOK_MAX_MS);
    this.#ageTimer = setTimeout(() => this.#lookAtAge(), Math.max(1, waitMs)).unref();
  }

  #turn(state: JournalHealth['state'], reason: string): void {
    this.#state = state;
    this.#reason = reason;
    this.#parts.onHealth(this.health());
  }
}
