/** An approver handed their seats to another person for a time, or that was ended before; written before it is so. It ends by itself at `endsAt`. */
export interface DelegationChanged {
  readonly type: 'delegation.changed';
  readonly at: number;
  readonly delegation: string;
  readonly state: 'live' | 'ended';
  readonly from: { readonly subject: string; readonly issuer: string };
  readonly to: { readonly subject: string; readonly issuer: string };
  /** None: each that lets it. */
  readonly rules: readonly string[];
  readonly endsAt: number;
  readonly by: string;
  readonly reason: string;
}
