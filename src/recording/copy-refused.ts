/** A file of the journal and what a place has of it do not agree, or it is not what was signed: neither is changed. Once for each difference and start. */
export interface CopyRefused {
  readonly type: 'copy.refused';
  readonly at: number;
  /** As `journal.places` names it; empty: nobody knows yet where it belongs. */
  readonly place: string;
  readonly file: string;
  /** In one phrase. */
  readonly why: string;
}
