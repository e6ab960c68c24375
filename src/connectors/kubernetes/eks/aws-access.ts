/*
 * What is asked of AWS: a role's session, and where a cluster is. AWS's own library is read when the first of it is needed, so that a gateway without EKS never does.
 *
 * The process' own credentials come from AWS's default chain: the environment, profiles and SSO, the token file of IRSA, the agent of EKS Pod Identity, the instance.
 */
import * as https from 'node:https';
import { http } from '../../../std/node-http.ts';
import type { EksCluster, EksEndpoint } from './cluster.ts';
import { EKS_LIMITS } from './eks-limits.ts';
import type { AwsKeys } from './sign-token.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Keys of AWS, and when they end, in milliseconds since 1970; absent where they do not. */
export interface AwsSession {
  readonly keys: AwsKeys;
  readonly endsAt?: number;
}

/** AWS, as one cluster of EKS needs it. Every error's message says what AWS said, and nothing of a key. */
export interface AwsAccess {
  /** The host name of STS that tokens are signed for. */
  stsHost(): Promise<string>;
  /** Keys that may do nothing but say whose they are; without a role they are the process' own. */
  sessionForTokens(): Promise<AwsSession>;
  /** Where the cluster is, by DescribeCluster. */
  describeCluster(): Promise<EksEndpoint>;
}

/** Who signs a token needs no right: what is stolen from here is good for the cluster's tokens alone, while it lasts. */
const NOTHING = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] });
const DESCRIBE = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'eks:DescribeCluster', Resource: '*' }],
});

/** Nothing is asked or read before it is used; `environment` says through which proxy. AWS's library reads the process' own for its credentials. */
export function awsAccess(cluster: EksCluster, environment: Environment): AwsAccess {
  let opened: ReturnType<typeof open> | undefined;
  const aws = () => (opened ??= open(cluster, environment));
  return {
    async stsHost() {
      return (await aws()).stsHost;
    },
    async sessionForTokens() {
      const { own, takeRole } = await aws();
      return cluster.roleArn === undefined ? own() : takeRole(NOTHING);
    },
    async describeCluster() {
      const { own, takeRole, describe } = await aws();
      const { keys } = cluster.roleArn === undefined ? await own() : await takeRole(DESCRIBE);
      return endpointOf(cluster, await describe(keys));
    },
  };
}

async function open(cluster: EksCluster, proxyEnv: Environment) {
  const { region, isFips } = cluster;
  const [
    { STSClient, AssumeRoleCommand },
    { EKSClient, DescribeClusterCommand },
    { defaultProvider },
    { NodeHttpHandler },
  ] = await Promise.all([
    import('@aws-sdk/client-sts'),
    import('@aws-sdk/client-eks'),
    import('@aws-sdk/credential-provider-node'),
    import('@smithy/node-http-handler'),
  ]);
  // HTTPS_PROXY and NO_PROXY are followed by Node's rules: https://nodejs.org/api/http.html#built-in-proxy-support
  const requestHandler = new NodeHttpHandler({
    connectionTimeout: EKS_LIMITS.requestTimeoutMs,
    requestTimeout: EKS_LIMITS.requestTimeoutMs,
    throwOnRequestTimeout: true,
    httpAgent: new http.Agent({ proxyEnv }),
    httpsAgent: new https.Agent({ proxyEnv }),
  });
  const shared = { region, useFipsEndpoint: isFips, maxAttempts: EKS_LIMITS.attemptsMax, requestHandler };
  const own = defaultProvider({ clientConfig: shared });
  const sts = new STSClient({ ...shared, credentials: own });
  const where = { Region: region, UseFIPS: isFips, UseDualStack: false, UseGlobalEndpoint: false };
  return {
    // Security: never an endpoint of the environment's, which the cluster would not know.
    stsHost: new STSClient({ region }).config.endpointProvider(where).url.hostname,
    async own(): Promise<AwsSession> {
      const { expiration, ...keys } = await own();
      return { keys, ...(expiration === undefined ? {} : { endsAt: expiration.getTime() }) };
    },
    async takeRole(policy: string): Promise<AwsSession> {
      const { Credentials: given } = await sts.send(new AssumeRoleCommand(roleRequest(cluster, policy)));
      if (given?.AccessKeyId === undefined || given.SecretAccessKey === undefined)
        throw new Error('AssumeRole answered without credentials');
      const keys = {
        accessKeyId: given.AccessKeyId,
        secretAccessKey: given.SecretAccessKey,
        sessionToken: given.SessionToken,
      };
      return { keys, ...(given.Expiration === undefined ? {} : { endsAt: given.Expiration.getTime() }) };
    },
    async describe(keys: AwsKeys) {
      const { accessKeyId, secretAccessKey, sessionToken } = keys;
      const credentials = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
      const eks = new EKSClient({ ...shared, credentials });
      return (await eks.send(new DescribeClusterCommand({ name: cluster.cluster }))).cluster;
    },
  };
}

function roleRequest({ roleArn, sessionName, externalId, sourceIdentity, tags }: EksCluster, policy: string) {
  return {
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    DurationSeconds: EKS_LIMITS.sessionSeconds,
    Policy: policy,
    ...(externalId === undefined ? {} : { ExternalId: externalId }),
    ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
    ...(Object.keys(tags).length === 0
      ? {}
      : { Tags: Object.entries(tags).map(([key, value]) => ({ Key: key, Value: value })) }),
  };
}

interface Described {
  readonly endpoint?: string | undefined;
  readonly status?: string | undefined;
  readonly certificateAuthority?: { readonly data?: string | undefined } | undefined;
}

function endpointOf({ cluster }: EksCluster, described: Described | undefined): EksEndpoint {
  const { endpoint, certificateAuthority, status = 'not there' } = described ?? {};
  if (endpoint === undefined || certificateAuthority?.data === undefined)
    throw new Error(`the cluster \`${cluster}\` has no endpoint yet: its status is ${status}`);
  if (!URL.canParse(endpoint) || new URL(endpoint).protocol !== 'https:')
    throw new Error(`the cluster \`${cluster}\` has an endpoint that is not https`);
  return { server: endpoint, caPem: Buffer.from(certificateAuthority.data, 'base64').toString('utf8') };
}
