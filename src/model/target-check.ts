/** What is looked at when a target is checked, in this order. */
export const TARGET_CHECKS = [
  'reach',
  'certificate',
  'clock',
  'credential',
  'impersonation',
  'rights',
  'reader',
  'reader-rights',
] as const;

/** `unknown`: it could not be told. */
export type TargetCheckState = 'ok' | 'warning' | 'failed' | 'unknown';

/** One thing that was looked at. */
export interface TargetChecked {
  readonly check: (typeof TARGET_CHECKS)[number];
  readonly state: TargetCheckState;
  /** What was found, in a sentence; nothing of a credential. */
  readonly message: string;
  /** Rights that are needed and not there. */
  readonly missing?: readonly string[] | undefined;
  /** Rights that are there and not needed. */
  readonly tooMuch?: readonly string[] | undefined;
}
