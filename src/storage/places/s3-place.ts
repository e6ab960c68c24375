import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { request } from 'undici';
import type { Place, S3Config } from './place.ts';
import { escapedS3, signS3 } from './sign-s3.ts';

/** How long one request may take to be answered, once its body is sent. */
const ANSWER_MS = 60_000;

/** Limit: so much of an error is read. */
const ERROR_BYTES_MAX = 4_096;

type Keys = Parameters<typeof signS3>[0]['keys'];

/**
 * A bucket of S3, or of what speaks like it, by path (`ENDPOINT/BUCKET/PREFIXNAME`). Keys are those of AWS's default chain, asked for each request.
 *
 * With `lock`, what is put there may not be removed before its time, by whatever key; a newer one of the same name, and one that is removed, hide it until then.
 */
export function s3Place(config: S3Config, keysOf: () => Promise<Keys>, now: () => Date = () => new Date()): Place {
  const { endpoint, bucket, region = 'us-east-1', prefix = '', lock } = config;
  const urlOf = (name: string) => {
    const path = [bucket, ...`${prefix}${name}`.split('/')].map(escapedS3).join('/');
    return new URL(`${endpoint.replace(/\/+$/, '')}/${path}`);
  };
  const send = async (
    method: 'PUT' | 'DELETE',
    name: string,
    body: { sha256: Buffer; bytes: number; path?: string; headers?: Record<string, string> },
  ) => {
    const url = urlOf(name);
    const headers = signS3({
      method,
      url,
      region,
      headers: body.headers ?? {},
      bodySha256: body.sha256.toString('hex'),
      keys: await keysOf(),
      signedAt: now(),
    });
    const reply = await request(url, {
      method,
      headers: { ...headers, 'content-length': String(body.bytes) },
      body: body.path === undefined || body.bytes === 0 ? null : createReadStream(body.path),
      headersTimeout: ANSWER_MS,
      bodyTimeout: ANSWER_MS,
    });
    if (reply.statusCode < 300 || (method === 'DELETE' && reply.statusCode === 404)) return reply.body.dump();
    const text = (await reply.body.text()).slice(0, ERROR_BYTES_MAX);
    throw new Error(`it answered ${reply.statusCode} ${/<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? ''}`.trimEnd());
  };
  return {
    async put(name, path, until) {
      const { size: bytes } = await stat(path);
      const digest = createHash('sha256');
      for await (const chunk of createReadStream(path)) digest.update(chunk as Buffer);
      const sha256 = digest.digest();
      const locked =
        lock === undefined || until <= now().getTime()
          ? {}
          : {
              'x-amz-object-lock-mode': lock.toUpperCase(),
              'x-amz-object-lock-retain-until-date': new Date(until).toISOString(),
            };
      await send('PUT', name, {
        sha256,
        bytes,
        path,
        headers: {
          'x-amz-checksum-sha256': sha256.toString('base64'),
          // What moto asks for beside the checksum, where a lock is asked for, as AWS's own libraries send it.
          'x-amz-sdk-checksum-algorithm': 'SHA256',
          ...locked,
        },
      });
    },
    async remove(name) {
      await send('DELETE', name, { sha256: createHash('sha256').digest(), bytes: 0 });
    },
  };
}
