/** What rules say is kept of an exchange; what none says is as by default. */
export interface RecordTerms {
  /** `full`: every body, whole. `pieces`: single objects and changes up to a bound, lists and watches by their items. `none`: no body, and no log. */
  readonly bodies?: 'full' | 'pieces' | 'none';
  /** Whether what a caller sends into a command is kept; else how much it was, and its keyed digest. */
  readonly stdin?: boolean;
  /** The object before a change is kept apart, encrypted, so that it can be undone. */
  readonly preImage?: true;
}
