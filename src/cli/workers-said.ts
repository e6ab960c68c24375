import { basename } from 'node:path';
import type { GatewayStarted } from '../recording/event.ts';

/** What a journal says of the worker that writes it, and of those beside. */
export class WorkersSaid {
  readonly #number: number;
  #most = 1;
  #fault: string | undefined;

  constructor(folder: string) {
    const [, number] = /^worker-([1-9]\d{0,3})$/.exec(basename(folder)) ?? [];
    this.#number = Number(number ?? 1);
  }

  add({ worker }: GatewayStarted): void {
    if (worker === undefined) return;
    this.#most = Math.max(this.#most, worker.of);
    if (worker.number !== this.#number) this.#fault ??= `it is the journal of worker ${worker.number}`;
  }

  /** Of how many it said to be one, at most; 1: of none. */
  get most(): number {
    return this.#most;
  }

  /** Security: the journal of another in its place would hide that its own is gone. */
  get fault(): string | undefined {
    return this.#fault;
  }
}
