/*
 * The token that EKS takes: a GetCallerIdentity request for STS that was signed and not sent, in base64. EKS sends it, and learns who signed it; the request
 * names the cluster in a header that is signed too, so that another cluster's token is none. Nothing is asked of AWS to make one.
 *
 * Source: https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster; Signature Version 4,
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html; the same bytes as `aws eks get-token`
 */
import { createHash, createHmac } from 'node:crypto';

/** What signs for AWS, as its own library gives it. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface TokenOptions {
  readonly cluster: string;
  readonly region: string;
  /** The host name of STS in this region; EKS knows those of its partition, and takes no other. */
  readonly stsHost: string;
  readonly keys: AwsKeys;
  readonly signedAt: Date;
}

/** What the URL says of its own life; EKS counts 15 minutes from its date, whatever stands here. */
const URL_SECONDS = 60;
const ALGORITHM = 'AWS4-HMAC-SHA256';
const SIGNED_HEADERS = 'host;x-k8s-aws-id';

/** A bearer token for one cluster of EKS. */
export function signToken({ cluster, region, stsHost, keys, signedAt }: TokenOptions): string {
  const date = signedAt.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const scope = [date.slice(0, 8), region, 'sts', 'aws4_request'];
  // In the order of the AWS CLI, which is not the order in which they are signed.
  const query = [
    ['Action', 'GetCallerIdentity'],
    ['Version', '2011-06-15'],
    ['X-Amz-Algorithm', ALGORITHM],
    ['X-Amz-Credential', [keys.accessKeyId, ...scope].join('/')],
    ['X-Amz-Date', date],
    ['X-Amz-Expires', String(URL_SECONDS)],
    ['X-Amz-SignedHeaders', SIGNED_HEADERS],
    ...(keys.sessionToken === undefined ? [] : [['X-Amz-Security-Token', keys.sessionToken]]),
  ].map((pair) => pair.map(escaped).join('='));
  // Security: the cluster's name is signed; EKS puts its own in this place before STS checks the signature (T63b).
  const request = [
    'GET',
    '/',
    [...query].sort().join('&'),
    `host:${stsHost}`,
    `x-k8s-aws-id:${cluster}`,
    '',
    SIGNED_HEADERS,
  ];
  const text = [ALGORITHM, date, scope.join('/'), sha256([...request, sha256('')].join('\n'))].join('\n');
  const key = scope.reduce((secret: string | Buffer, part) => hmac(secret, part), `AWS4${keys.secretAccessKey}`);
  const url = `https://${stsHost}/?${query.join('&')}&X-Amz-Signature=${hmac(key, text).toString('hex')}`;
  return `k8s-aws-v1.${Buffer.from(url).toString('base64url')}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** As AWS escapes: all but letters, digits and `-_.~`. */
function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
