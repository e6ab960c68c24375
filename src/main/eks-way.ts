import type { Config } from '../config/load.ts';
import { type AwsAccess, awsAccess } from '../connectors/kubernetes/eks/aws-access.ts';
import type { EksCluster, EksEndpoint } from '../connectors/kubernetes/eks/cluster.ts';
import { eksCredential } from '../connectors/kubernetes/eks/eks-credential.ts';
import { EKS_LIMITS } from '../connectors/kubernetes/eks/eks-limits.ts';
import { changedEndpoint, pinnedEndpoint } from '../connectors/kubernetes/eks/pinned-endpoint.ts';
import { fileAuthority } from '../connectors/kubernetes/upstream/authority.ts';
import { foundUpstream } from '../connectors/kubernetes/upstream/found-upstream.ts';
import { unlessUnused } from '../connectors/kubernetes/upstream/unused-credential.ts';
import { createUpstream } from '../connectors/kubernetes/upstream/upstream.ts';
import type { Clock } from '../std/clock.ts';
import type { Way } from './way.ts';

type EksConfig = NonNullable<Config['targets'][number]['eks']>;

/** The way to a cluster of EKS: its token is signed here, its endpoint the one that is given, or pinned in `pinFile`. Nothing is asked of AWS before the first request. */
export function eksWay(pinFile: string, { fips, ...eks }: EksConfig, clock: Clock): Way {
  const cluster: EksCluster = { ...eks, isFips: fips };
  const aws = awsAccess(cluster, process.env);
  const credentials = unlessUnused(() => eksCredential({ cluster, aws, clock }), EKS_LIMITS.unusedMs);
  const { server, caFile } = eks;
  if (server !== undefined && caFile !== undefined) {
    const authority = fileAuthority({ file: caFile, clock });
    return (options) => createUpstream({ server, authority, credentials, ...options });
  }
  const place = pinnedPlace(pinFile, cluster, aws);
  return (options) =>
    foundUpstream({ ...place, clock, create: (found) => createUpstream({ ...found, credentials, ...options }) });
}

function pinnedPlace(file: string, cluster: EksCluster, aws: AwsAccess) {
  return {
    find: () => pinnedEndpoint(file, cluster, () => aws.describeCluster()),
    doubt: (pinned: EksEndpoint) => changedEndpoint(file, pinned, () => aws.describeCluster()),
  };
}
