/*
 * What passes in an exchange and is kept: the data path gives it, in the recording's view, and the recorder takes it as fast as the disk does.
 */
import type { CastHead } from './cast-lines.ts';

/** How a body is cut into pieces: as it comes, at the ends of the items of its list, or at the ends of lines. */
export type BodyCut = 'whole' | 'items' | 'lines';

/** What is kept of an exchange. */
export type KeptHead =
  | (CastHead & { readonly part: 'stream' })
  | {
      readonly form: 'body';
      readonly part: 'request' | 'reply';
      readonly mediaType: string;
      readonly cut: BodyCut;
      /** What comes beyond is counted and left out; undefined: all is kept. */
      readonly bytesMax: number | undefined;
    };

/** How it ended. */
export interface KeptEnd {
  /** Whether all that was to pass has. */
  readonly isWhole: boolean;
  readonly exitCode?: number | undefined;
  /** What the caller sent into a command and is not kept: how much, and its digest under the journal's own key. */
  readonly stdin?: { readonly bytes: number; readonly digest: string } | undefined;
  /** The same of an archive that a command said (`kubectl cp`). */
  readonly archive?: { readonly bytes: number; readonly digest: string } | undefined;
}

/** One part of an exchange that is being kept. */
export interface Keeping {
  /** Takes a copy. False: the disk is behind, and `onRoom` says when more is wanted. */
  bytes(code: 'o' | 'e' | 'i', chunk: Uint8Array): boolean;
  resize(cols: number, rows: number): void;
  /** A connection of a port-forward is over. */
  connection(told: Readonly<Record<string, number | string>>): void;
  /** Nothing follows; the second time does nothing. */
  end(end: KeptEnd): void;
}

/** Who hears of a part that is being kept. */
export interface KeepingTold {
  onRoom(): void;
  /** It cannot be kept any more: what passes must not go on. */
  onFailed(error: Error): void;
}
