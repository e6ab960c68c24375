import type { ByteSet } from './byte-set.ts';

/**
 * The bytes that a detector looks at, and how far they go.
 *
 * A detector moves by `run` and `at` alone, so that what it does can be counted: `steps` is what the tests of linear time assert on.
 */
export class Look {
  readonly bytes: Uint8Array;
  /** The end of the bytes that are there; what stands behind is unknown unless `isLast`. */
  readonly end: number;
  readonly isLast: boolean;
  /** Where the mapping of a kubeconfig's `user` last began; it may lie before the bytes that are still there. */
  kubeUserAt: number;
  steps = 0;

  constructor(bytes: Uint8Array, end: number, isLast: boolean, kubeUserAt = Number.NEGATIVE_INFINITY) {
    this.bytes = bytes;
    this.end = end;
    this.isLast = isLast;
    this.kubeUserAt = kubeUserAt;
  }

  /** The byte at a place, or -1 outside. */
  at(index: number): number {
    this.steps++;
    return index >= 0 && index < this.end ? (this.bytes[index] as number) : -1;
  }

  /** The first place, at most `bytesMax` on, whose byte is not in the set. */
  run(set: ByteSet, from: number, bytesMax: number): number {
    const { bytes } = this;
    const to = Math.min(this.end, from + bytesMax);
    let at = from;
    while (at < to && set[bytes[at] as number] === 1) at++;
    this.steps += at - from + 1;
    return at;
  }

  /** The last place, at most `bytesMax` back, from which on all bytes before `from` are in the set. */
  runBack(set: ByteSet, from: number, bytesMax: number): number {
    const { bytes } = this;
    const to = Math.max(0, from - bytesMax);
    let at = from;
    while (at > to && set[bytes[at - 1] as number] === 1) at--;
    this.steps += from - at + 1;
    return at;
  }

  /** Whether more bytes may yet come at this place. */
  isOpen(at: number): boolean {
    return at >= this.end && !this.isLast;
  }

  text(from: number, to: number): string {
    this.steps += to - from;
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + from, Math.max(0, to - from)).toString('latin1');
  }

  startsWith(word: string, at: number): boolean {
    for (let i = 0; i < word.length; i++) if (this.at(at + i) !== word.charCodeAt(i)) return false;
    return true;
  }
}
