import type { Clock } from '../../../std/clock.ts';
import { Credential, type CredentialSource } from '../upstream/credential.ts';
import { renewedCredential } from '../upstream/renewed-credential.ts';
import { credentialUnavailable } from '../upstream/unavailable.ts';
import type { AwsAccess, AwsSession } from './aws-access.ts';
import type { EksCluster } from './cluster.ts';
import { EKS_LIMITS } from './eks-limits.ts';
import { signToken } from './sign-token.ts';

export interface EksCredentialOptions {
  readonly cluster: EksCluster;
  readonly aws: Pick<AwsAccess, 'stsHost' | 'sessionForTokens'>;
  readonly clock: Clock;
}

/**
 * A token of EKS, signed here with the session of a role, both made anew while the one before is still good: in ordinary times no request waits for AWS.
 * Neither is ever on disk.
 */
export function eksCredential({ cluster, aws, clock }: EksCredentialOptions): CredentialSource {
  let session: AwsSession | undefined;
  const leftMs = ({ endsAt = Number.POSITIVE_INFINITY }: AwsSession) => endsAt - clock.now();
  let renewing: Promise<AwsSession> | undefined;
  const renewed = () => {
    renewing ??= aws
      .sessionForTokens()
      .then((made) => {
        session = made;
        return made;
      })
      .finally(() => {
        renewing = undefined;
      });
    return renewing;
  };
  const inForce = async () => {
    const had = session;
    if (had === undefined || leftMs(had) <= 0) return renewed();
    if (leftMs(had) > EKS_LIMITS.sessionRefreshBeforeMs) return had;
    // One that was not renewed in time is good to its end, which may come while AWS is asked.
    const next = renewed().catch((error: unknown) => (leftMs(had) > 0 ? had : Promise.reject(error)));
    if (leftMs(had) <= EKS_LIMITS.refreshBeforeMs) return next;
    // A token of the one in force is good for a while, so nobody waits for the next; that it failed is told to who does.
    next.catch(() => {});
    return had;
  };
  const make = async () => {
    try {
      const { keys, endsAt = Number.POSITIVE_INFINITY } = await inForce();
      const signedAt = clock.now();
      const { cluster: name, region } = cluster;
      const token = signToken({
        cluster: name,
        region,
        stsHost: await aws.stsHost(),
        keys,
        signedAt: new Date(signedAt),
      });
      return new Credential({ token, endsAt: Math.min(signedAt + EKS_LIMITS.tokenMs, endsAt) });
    } catch (error) {
      throw credentialUnavailable(`AWS: ${error instanceof Error ? `${error.name}: ${error.message}` : error}`, error);
    }
  };
  const source = renewedCredential({
    make,
    what: 'AWS was asked',
    clock,
    refreshBeforeMs: EKS_LIMITS.refreshBeforeMs,
  });
  return {
    current: (signal) => source.current(signal),
    invalidate(credential) {
      // Upstream may know that the role's session was revoked.
      session = undefined;
      source.invalidate(credential);
    },
  };
}
