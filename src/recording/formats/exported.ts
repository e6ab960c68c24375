/*
 * What the journal has, as others read it: one text for each record, in the order of the journal. `jsonl` is the journal's own lines; `audit` are exchanges as
 * `audit.k8s.io/v1` events; `ocsf` is all that OCSF has a class for.
 */
import type { Event } from '../event.ts';

/** The formats in which the journal can be told as a stream of records. */
export const EXPORT_FORMATS = ['jsonl', 'audit', 'ocsf'] as const;

export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** One record, ready to be written or sent. */
export interface ExportedRecord {
  /** The event of the journal with which it became whole. */
  readonly seq: number;
  readonly at: number;
  readonly type: Event['type'];
  /** Something that whoever watches should look at: a refusal, a failure, a stop. */
  readonly isNotable: boolean;
  /** JSON, in one line. */
  readonly text: string;
}
