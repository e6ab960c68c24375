import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { request } from '../../std/http-client.ts';
import type { Place, S3Config } from './place.ts';
import { escapedS3, type S3Method, signS3 } from './sign-s3.ts';

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
  return new S3Place(config, keysOf, now);
}

class S3Place implements Place {
  readonly #config: S3Config;
  readonly #keysOf: () => Promise<Keys>;
  readonly #now: () => Date;

  constructor(config: S3Config, keysOf: () => Promise<Keys>, now: () => Date) {
    this.#config = config;
    this.#keysOf = keysOf;
    this.#now = now;
  }

  get isLocking(): boolean {
    return this.#config.lock !== undefined;
  }

  async create(name: string, path: string, until: number): Promise<boolean> {
    // Asked first: what does not know the condition would overwrite.
    const reply = await this.#send('HEAD', name, NO_BODY, [404]);
    await reply.body.dump();
    return reply.statusCode === 404 && this.#put(name, path, until, true);
  }

  async replace(name: string, path: string, until: number): Promise<void> {
    await this.#put(name, path, until, false);
  }

  async fetch(name: string, path: string): Promise<boolean> {
    const reply = await this.#send('GET', name, NO_BODY, [404]);
    if (reply.statusCode === 404) {
      await reply.body.dump();
      return false;
    }
    await pipeline(reply.body, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    return true;
  }

  async remove(name: string): Promise<void> {
    const reply = await this.#send('DELETE', name, NO_BODY, [404]);
    await reply.body.dump();
  }

  /** Whether it was put there; not where only a new one is to be, and something has its name. */
  async #put(name: string, path: string, until: number, isNew: boolean): Promise<boolean> {
    const { size: bytes } = await stat(path);
    const digest = createHash('sha256');
    for await (const chunk of createReadStream(path)) digest.update(chunk as Buffer);
    const sha256 = digest.digest();
    const headers = {
      'x-amz-checksum-sha256': sha256.toString('base64'),
      // What moto asks for beside the checksum, where a lock is asked for, as AWS's own libraries send it.
      'x-amz-sdk-checksum-algorithm': 'SHA256',
      ...this.#lockedUntil(until),
      // Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
      ...(isNew ? { 'if-none-match': '*' } : {}),
    };
    const reply = await this.#send('PUT', name, { sha256, bytes, path, headers }, isNew ? [409, 412] : []);
    await reply.body.dump();
    return reply.statusCode < 300;
  }

  #lockedUntil(until: number): Readonly<Record<string, string>> {
    const { lock } = this.#config;
    if (lock === undefined || until <= this.#now().getTime()) return {};
    return {
      'x-amz-object-lock-mode': lock.toUpperCase(),
      'x-amz-object-lock-retain-until-date': new Date(until).toISOString(),
    };
  }

  /** An answer that is no error, or has one of these statuses. */
  async #send(method: S3Method, name: string, body: Body, passing: readonly number[] = []) {
    const url = this.#urlOf(name);
    const headers = signS3({
      method,
      url,
      region: this.#config.region ?? 'us-east-1',
      headers: body.headers ?? {},
      bodySha256: body.sha256.toString('hex'),
      keys: await this.#keysOf(),
      signedAt: this.#now(),
    });
    const reply = await request(url, {
      method,
      headers: method === 'PUT' ? { ...headers, 'content-length': String(body.bytes) } : headers,
      body: body.path === undefined || body.bytes === 0 ? null : createReadStream(body.path),
      headersTimeout: ANSWER_MS,
      bodyTimeout: ANSWER_MS,
    });
    if (reply.statusCode < 300 || passing.includes(reply.statusCode)) return reply;
    const text = (await reply.body.text()).slice(0, ERROR_BYTES_MAX);
    throw new Error(`it answered ${reply.statusCode} ${/<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? ''}`.trimEnd());
  }

  #urlOf(name: string): URL {
    const { endpoint, bucket, prefix = '' } = this.#config;
    const path = [bucket, ...`${prefix}${name}`.split('/')].map(escapedS3).join('/');
    return new URL(`${endpoint.replace(/\/+$/, '')}/${path}`);
  }
}

interface Body {
  readonly sha256: Buffer;
  readonly bytes: number;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const NO_BODY: Body = { sha256: createHash('sha256').digest(), bytes: 0 };
