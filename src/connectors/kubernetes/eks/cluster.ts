/** A cluster of Amazon EKS, and the role that reaches it; bounds are AWS's own. */
export interface EksCluster {
  readonly cluster: string;
  readonly region: string;
  /** The role that is taken; without one the process' own credentials are presented. */
  readonly roleArn?: string | undefined;
  /** The name of the role's session: 2 to 64 characters. */
  readonly sessionName: string;
  /** What the role's trust policy asks for, where it is another account's. */
  readonly externalId?: string | undefined;
  readonly sourceIdentity?: string | undefined;
  /** Tags of the session, at most 50. */
  readonly tags: Readonly<Record<string, string>>;
  /** Whether AWS is asked at its FIPS endpoints. */
  readonly isFips: boolean;
}

/** Where a cluster is: what is pinned. */
export interface EksEndpoint {
  readonly server: string;
  readonly caPem: string;
}
