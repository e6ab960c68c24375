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

/** A file of an archive that passed. */
export interface KeptFile {
  /** As the archive names it, with masks. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  readonly bytes: number;
  /** In octal, as `0644`. */
  readonly mode: string;
  /** Of what it holds, under the journal's own key; of a file alone. */
  readonly digest?: string;
  /** Its end did not pass. */
  readonly isCut?: true;
}

/** The files of an archive that passed. */
export interface KeptFiles {
  readonly count: number;
  /** The recording has more of them. */
  readonly first: readonly KeptFile[];
  /** What passed behind them was no archive, or was cut. */
  readonly isPart?: true;
}

/** How it ended. */
export interface KeptEnd {
  /** Whether all that was to pass has. */
  readonly isWhole: boolean;
  readonly exitCode?: number | undefined;
  /** What the caller sent into a command and is not kept: how much, and its digest under the journal's own key. */
  readonly stdin?: { readonly bytes: number; readonly digest: string } | undefined;
  /** The same of an archive that a command said (`kubectl cp`). */
  readonly archive?: { readonly bytes: number; readonly digest: string } | undefined;
  /** Of an archive, either way. */
  readonly files?: KeptFiles | undefined;
}

/** What is told beside bytes. */
export type ToldKind = 'connection' | 'file';

export type Told = Readonly<Record<string, number | string | boolean>>;

/** One part of an exchange that is being kept. */
export interface Keeping {
  /** Takes a copy. False: the disk is behind, and `onRoom` says when more is wanted. */
  bytes(code: 'o' | 'e' | 'i', chunk: Uint8Array): boolean;
  resize(cols: number, rows: number): void;
  /** Something is over that has no bytes here: a connection of a port-forward, a file of an archive. */
  told(what: ToldKind, about: Told): void;
  /** Nothing follows; the second time does nothing. */
  end(end: KeptEnd): void;
}

/** Who hears of a part that is being kept. */
export interface KeepingTold {
  onRoom(): void;
  /** It cannot be kept any more: what passes must not go on. */
  onFailed(error: Error): void;
}
