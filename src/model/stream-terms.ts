/** How long a stream may live, and be silent; what no rule says has no bound but its caller's token. */
export interface StreamTerms {
  readonly forMaxMs?: number;
  readonly idleMaxMs?: number;
}
