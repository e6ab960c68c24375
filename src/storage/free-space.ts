import type { Disk } from './disk.ts';

/** How much room the journal's disk has: enough; little, so that somebody should make room; or so little that nothing begins any more. */
export type Room = 'enough' | 'low' | 'none';

export interface FreeSpaceLimits {
  /** Below this nothing begins: what is under way is still recorded to its end. 0 turns the look off. */
  readonly freeBytesMin: number;
  /** Below this the log, a metric and `/readyz` warn. */
  readonly freeBytesWarn: number;
  /** How often the disk is asked. */
  readonly freeLookMs: number;
}

/** Looks at the free space of the journal's disk again and again, and tells when there is enough, little or none. */
export class FreeSpace {
  readonly #disk: Pick<Disk, 'freeBytes'>;
  readonly #folder: string;
  readonly #limits: FreeSpaceLimits;
  readonly #onChange: () => void;
  #room: Room = 'enough';
  #bytes: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(disk: Pick<Disk, 'freeBytes'>, folder: string, limits: FreeSpaceLimits, onChange: () => void) {
    this.#disk = disk;
    this.#folder = folder;
    this.#limits = limits;
    this.#onChange = onChange;
  }

  get room(): Room {
    return this.#room;
  }

  /** As it was a moment ago; `undefined` where it was not looked for, or the disk does not say. */
  get bytes(): number | undefined {
    return this.#bytes;
  }

  /** Looks now, and from then on until `stop`. */
  async start(): Promise<void> {
    if (this.#limits.freeBytesMin === 0) return;
    await this.#look();
    this.#lookLater();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** One look after the other, so that a disk that hangs is asked once. */
  #lookLater(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => void this.#look().finally(() => this.#lookLater()), this.#limits.freeLookMs).unref();
  }

  async #look(): Promise<void> {
    // A disk that cannot be asked takes no bytes either: that a write fails is told elsewhere, and there is no need to guess here.
    this.#bytes = await this.#disk.freeBytes(this.#folder).catch(() => this.#bytes);
    const room = this.#roomOf(this.#bytes);
    if (room === this.#room) return;
    this.#room = room;
    if (!this.#isStopped) this.#onChange();
  }

  #roomOf(bytes: number | undefined): Room {
    if (bytes === undefined) return 'enough';
    if (bytes < this.#limits.freeBytesMin) return 'none';
    return bytes < this.#limits.freeBytesWarn ? 'low' : 'enough';
  }
}
