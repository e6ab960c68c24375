import type { ExportedRecord, ExportFormat } from '../recording/formats/exported.ts';

/** Records that follow one another. */
export interface Parcel {
  /** The gateway whose journal it is. */
  readonly gateway: string;
  readonly format: ExportFormat;
  /** At least one. */
  readonly records: readonly ExportedRecord[];
}

/** Somebody outside who is given what the journal gets. */
export interface Receiver {
  /**
   * Resolves when the receiver has said that it has all of it; `rejected` of these it has and does not want, whose second sending changes nothing.
   *
   * @throws {SendFailure} it has not, or nobody knows
   */
  take(parcel: Parcel, signal: AbortSignal): Promise<{ readonly rejected: number }>;
}

/** All of it was wanted. */
export const TAKEN = Object.freeze({ rejected: 0 });
