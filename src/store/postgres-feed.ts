/*
 * What other gateways on the same PostgreSQL change, heard within milliseconds: LISTEN on a connection of its own, and a heartbeat that goes the whole way
 * through the database and back. PostgreSQL tells in the order of commits, so a beat that is heard says that every change before it was sent was heard too.
 *
 * A connection that breaks is made anew, and then all is read again: what was told meanwhile is gone.
 */
import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import type { Clock } from '../std/clock.ts';
import { ForwardClock } from '../std/forward-clock.ts';
import type { BackendListener } from './backend.ts';
import { StoreError } from './store.ts';

/** Limits of hearing each other. */
export const FEED_LIMITS = Object.freeze({
  /** How often a gateway tells itself something. */
  beatMs: 2_000,
  /** How often it looks whether it has heard it. */
  lookMs: 250,
  /** How long the first beat may take at start; a pooler that takes LISTEN and passes nothing on is found so. */
  firstBeatMs: 5_000,
  /** A gateway that was not heard for so long, before nobody was, has ended. */
  peerGoneMs: 30_000,
  /** Gateways that are remembered. */
  peersMax: 200,
  /** How long to wait before a broken connection is made anew. */
  reconnectMs: 500,
});

/** The channel that all gateways of a database listen on. */
export const CHANNEL = 'sallyport';

interface Parts {
  /** A new connection, not yet connected. */
  readonly connection: () => Client;
  /** Tells something to every gateway on the database, this one too, and measures the database's clock. */
  readonly tell: (payload: string) => Promise<void>;
  readonly clock: Clock;
  readonly feedLostMs: number;
}

/** Hears until it is stopped. */
export class PostgresFeed {
  readonly #parts: Parts;
  readonly #elapsed: ForwardClock;
  readonly #own = randomUUID();
  readonly #sentAt = new Map<number, number>();
  #beats = 0;
  #address = '';
  readonly #peers = new Map<string, { readonly address: string; readonly at: number }>();
  #heardAt = Number.NEGATIVE_INFINITY;
  #isLost = false;
  #isStopped = false;
  #client: Client | undefined;
  #listener: BackendListener | undefined;
  #timers: NodeJS.Timeout[] = [];
  #onBeat: (() => void) | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#elapsed = new ForwardClock(parts.clock);
  }

  /** @throws {StoreError} the database cannot be reached, or what is told there is not heard */
  async start(listener: BackendListener): Promise<void> {
    this.#listener = listener;
    await this.#connect();
    const heard = this.#firstBeat();
    await this.#beat();
    await heard;
    this.#timers.push(setInterval(() => void this.#beat(), FEED_LIMITS.beatMs));
    this.#timers.push(setInterval(() => this.#look(), FEED_LIMITS.lookMs));
    for (const timer of this.#timers) timer.unref();
  }

  /** Looked at, and not told by a timer: a process that stood still has heard nothing meanwhile. */
  isHeard(): boolean {
    return this.#elapsed.now() - this.#heardAt <= this.#parts.feedLostMs;
  }

  /** Says where this gateway's console is, with each beat. */
  announce(address: string): void {
    this.#address = address;
    void this.#beat();
  }

  /** Where the consoles of the others are, as they were when this gateway last heard itself. */
  peers(): readonly string[] {
    for (const [from, { at }] of this.#peers) if (this.#heardAt - at > FEED_LIMITS.peerGoneMs) this.#peers.delete(from);
    return [...this.#peers.values()].map(({ address }) => address).sort();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    await this.#client?.end().catch(() => {});
  }

  async #connect(): Promise<void> {
    const client = this.#parts.connection();
    let isOver = false;
    const over = () => {
      if (isOver) return;
      isOver = true;
      if (this.#client !== client) return;
      this.#client = undefined;
      void client.end().catch(() => {});
      this.#reconnectSoon();
    };
    client.on('error', over);
    client.on('end', over);
    client.on('notification', ({ payload = '' }) => this.#told(payload));
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      // What is told from here on is kept until all has been read.
      await this.#listener?.readAgain();
      if (isOver) throw new Error('the connection broke');
      this.#client = client;
    } catch (error) {
      isOver = true;
      void client.end().catch(() => {});
      throw error instanceof StoreError
        ? error
        : new StoreError(`the store cannot be listened to: ${(error as Error).message}`, { cause: error });
    }
  }

  #reconnectSoon(): void {
    if (this.#isStopped) return;
    const timer = setTimeout(() => {
      this.#connect()
        .then(() => this.#beat())
        .catch(() => this.#reconnectSoon());
    }, FEED_LIMITS.reconnectMs);
    timer.unref();
  }

  #told(payload: string): void {
    const [kind, from = '', beat, address] = payload.split(' ');
    if (kind !== 'beat') this.#listener?.told(payload);
    else if (from === this.#own) this.#heard(Number(beat));
    else if (address !== undefined) this.#heardPeer(from, address);
  }

  #heard(beat: number): void {
    const sentAt = this.#sentAt.get(beat);
    // A beat that came before all was read again says nothing.
    if (sentAt === undefined || this.#client === undefined) return;
    for (const sent of this.#sentAt.keys()) if (sent <= beat) this.#sentAt.delete(sent);
    this.#heardAt = Math.max(this.#heardAt, sentAt);
    if (this.isHeard()) this.#isLost = false;
    this.#onBeat?.();
  }

  /** Security: whoever can write the database can say anything here; it is shown to an operator, and nothing is sent there. */
  #heardPeer(from: string, address: string): void {
    if (!/^https:\/\/[\w.:[\]~/-]{1,300}$/.test(address)) return;
    this.#peers.delete(from);
    if (this.#peers.size < FEED_LIMITS.peersMax) this.#peers.set(from, { address, at: this.#elapsed.now() });
  }

  async #beat(): Promise<void> {
    const beat = ++this.#beats;
    // Limit: beats on their way; what is older than that is not waited for.
    if (this.#sentAt.size > 32) this.#sentAt.clear();
    this.#sentAt.set(beat, this.#elapsed.now());
    await this.#parts
      .tell(`beat ${this.#own} ${beat}${this.#address === '' ? '' : ` ${this.#address}`}`)
      .catch(() => {});
  }

  #look(): void {
    if (this.#isLost || this.isHeard()) return;
    this.#isLost = true;
    this.#listener?.lost();
  }

  #firstBeat(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () =>
          reject(
            new StoreError(
              'the store answers, and what is told there (NOTIFY) is not heard (LISTEN): a pooler in transaction mode stands before it; give `store.postgres.urlFile` an address of PostgreSQL itself, or of a pooler in session mode',
            ),
          ),
        FEED_LIMITS.firstBeatMs,
      );
      this.#onBeat = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
