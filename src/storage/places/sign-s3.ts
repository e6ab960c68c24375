/* Requests for S3 and what speaks like it, signed. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
import { createHash, createHmac } from 'node:crypto';

/** What signs, as AWS's own library gives it. */
interface S3Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export type S3Method = 'PUT' | 'GET' | 'HEAD' | 'DELETE';

interface Unsigned {
  readonly method: S3Method;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body, in hex. */
  readonly bodySha256: string;
  readonly region: string;
  readonly keys: S3Keys;
  readonly signedAt: Date;
}

/** All headers of the request, with its signature. */
export function signS3({ method, url, headers, bodySha256, region, keys, signedAt }: Unsigned): Record<string, string> {
  const date = signedAt.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const scope = [date.slice(0, 8), region, 's3', 'aws4_request'];
  const all: Record<string, string> = {
    ...headers,
    host: url.host,
    'x-amz-content-sha256': bodySha256,
    'x-amz-date': date,
    ...(keys.sessionToken === undefined ? {} : { 'x-amz-security-token': keys.sessionToken }),
  };
  const names = Object.keys(all).sort();
  const signed = names.join(';');
  const request = [method, url.pathname, '', ...names.map((name) => `${name}:${all[name]}`), '', signed, bodySha256];
  const digest = createHash('sha256').update(request.join('\n')).digest('hex');
  const text = ['AWS4-HMAC-SHA256', date, scope.join('/'), digest].join('\n');
  const key = scope.reduce((secret: string | Buffer, part) => hmac(secret, part), `AWS4${keys.secretAccessKey}`);
  const credential = [keys.accessKeyId, ...scope].join('/');
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential},SignedHeaders=${signed},Signature=${hmac(key, text).toString('hex')}`;
  return { ...all, authorization };
}

/** One segment of a path, as S3 escapes it: all but letters, digits and `-_.~`. */
export function escapedS3(segment: string): string {
  return encodeURIComponent(segment).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
