import type { MaskKey } from '../form/mask-key.ts';

/** What masks of one exchange are keyed over beside place and value. */
export interface Keying {
  readonly key: MaskKey;
  readonly target: string;
  readonly exchange: string;
  /**
   * Whether its masks compare with those of other exchanges. Not where the caller itself brought values in: it could try what a value is, and compare.
   */
  readonly isComparable: boolean;
  /** Told of masks that are remembered: by which mask of policy, and the place, its steps joined by line feeds. Absent: none is. */
  readonly remember?: (token: string, mask: string, path: string) => void;
}
