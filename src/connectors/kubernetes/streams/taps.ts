import type { Channel, ChannelEditor, ChannelObserver, TapFor } from '../../../model/channels.ts';
import { assert } from '../../../std/assert.ts';

/** Who attached to the channels of one connection. */
export class Taps {
  readonly #makers: TapFor[] = [];
  #hasBegun = false;

  attach(tapFor: TapFor): void {
    assert(!this.#hasBegun, 'nobody attaches to a channel of which bytes have passed');
    this.#makers.push(tapFor);
  }

  /** What a channel goes through; undefined where it simply passes. */
  open(channel: Channel): Tapped | undefined {
    this.#hasBegun = true;
    const taps = this.#makers.map((tapFor) => tapFor(channel)).filter((tap) => tap !== undefined);
    return taps.length === 0 ? undefined : new Tapped(taps);
  }
}

/** One channel in one direction, and the taps that it goes through. */
export class Tapped {
  readonly #taps: readonly (ChannelEditor | ChannelObserver)[];
  /** Whether somebody may change what passes, so that it must be framed anew. */
  readonly isEdited: boolean;
  #isOver = false;

  constructor(taps: readonly (ChannelEditor | ChannelObserver)[]) {
    this.#taps = taps;
    this.isEdited = taps.some(({ kind }) => kind === 'editor');
  }

  /** What leaves now. */
  write(chunk: Buffer): Buffer {
    return this.#through(chunk, 0);
  }

  /** What is left, now that nothing follows; nothing the second time. */
  end(): Buffer {
    if (this.#isOver) return Buffer.alloc(0);
    this.#isOver = true;
    const rest: Buffer[] = [];
    for (const [i, tap] of this.#taps.entries()) {
      if (tap.kind === 'editor') rest.push(this.#through(tap.end(), i + 1));
      else tap.end();
    }
    return Buffer.concat(rest);
  }

  #through(chunk: Buffer, from: number): Buffer {
    let bytes = chunk;
    for (let i = from; i < this.#taps.length && bytes.length > 0; i++) {
      const tap = this.#taps[i] as ChannelEditor | ChannelObserver;
      if (tap.kind === 'editor') bytes = tap.write(bytes);
      else tap.see(bytes);
    }
    return bytes;
  }
}
