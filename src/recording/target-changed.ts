/** An operator registered a target by API, changed or removed it; written before it is so. Nothing of its credential is here. */
export interface TargetChanged {
  readonly type: 'target.changed';
  readonly at: number;
  readonly target: string;
  readonly state: 'live' | 'removed';
  readonly change: 'added' | 'replaced' | 'removed';
  readonly version: number;
  /** Its URL. */
  readonly server: string;
  /** Of the authority that it is believed by; absent: the system's. */
  readonly caSha256?: string;
  readonly upstreamIdentity: 'caller' | 'credential';
  readonly credential: 'token' | 'clientCertificate' | 'role';
  /** Which parts are others than before. */
  readonly changed: readonly string[];
  /** Who, by subject and issuer. */
  readonly by: string;
  readonly issuer: string;
  /** Their own words. */
  readonly reason: string;
}
