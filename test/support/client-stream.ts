// A reply as a client takes it, piece by piece, over either version of HTTP.

import { connect, type IncomingHttpHeaders } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import type { SmallWorld } from './small-world.ts';

export const VERSIONS = ['1.1', '2'] as const;
export type HttpVersion = (typeof VERSIONS)[number];

/** A reply whose head has come. */
export interface ClientStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Its bytes; nothing is read of them before somebody listens. */
  readonly body: Readable;
  /** Resolves with all that came so far, once `text` is in it. */
  untilText(text: string): Promise<string>;
  /** Resolves at its end: whether it came whole. */
  readonly ended: Promise<'whole' | 'broken'>;
  readonly trailers: () => Readonly<Record<string, unknown>>;
  /** The client goes away. */
  leave(): void;
}

/** A request that has been sent. */
export interface SentRequest {
  readonly reply: Promise<ClientStream>;
  /** Resolves when the gateway asks for the body; only with `expect: 100-continue`. */
  readonly continued: Promise<void>;
  leave(): void;
}

/** What a request is made of; `body` is sent as it is, and left open where `isOpen`. */
export interface ClientRequest {
  readonly version: HttpVersion;
  readonly uri: string;
  readonly token: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isOpen?: boolean;
}

/** Sends a request on a connection of its own. */
export function sendRequest(world: SmallWorld, asked: ClientRequest): SentRequest {
  return asked.version === '2' ? sendHttp2(world, asked) : sendHttp1(world, asked);
}

/** Sends a request and waits for the head of its reply. */
export function openStream(world: SmallWorld, asked: ClientRequest): Promise<ClientStream> {
  return sendRequest(world, asked).reply;
}

function headersOf({ token, headers = {} }: ClientRequest): Record<string, string> {
  return { authorization: `Bearer ${token}`, ...headers };
}

function sendHttp1(world: SmallWorld, asked: ClientRequest): SentRequest {
  const { method = 'GET', uri, body, isOpen } = asked;
  const outgoing = httpsRequest(`${world.gateway.url}/k8s/demo${uri}`, {
    agent: false,
    ca: world.caPem,
    method,
    headers: headersOf(asked),
  });
  const leave = () => void outgoing.destroy();
  const reply = new Promise<ClientStream>((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (message) => {
      const status = message.statusCode ?? 0;
      resolve(clientStream(message, status, message.headers as IncomingHttpHeaders, () => message.trailers, leave));
    });
  });
  const continued = new Promise<void>((resolve) => outgoing.once('continue', resolve));
  if (isOpen === true) outgoing.flushHeaders();
  if (body !== undefined) outgoing.write(body);
  if (isOpen !== true) outgoing.end();
  return { reply: quiet(reply), continued, leave };
}

function sendHttp2(world: SmallWorld, asked: ClientRequest): SentRequest {
  const { method = 'GET', uri, body, isOpen } = asked;
  const session = connect(world.gateway.url, { ca: world.caPem });
  session.on('error', () => {});
  const endStream = body === undefined && isOpen !== true;
  const stream = session.request({ ':method': method, ':path': `/k8s/demo${uri}`, ...headersOf(asked) }, { endStream });
  let trailers: Readonly<Record<string, unknown>> = {};
  stream.on('trailers', (received) => {
    trailers = received;
  });
  stream.on('close', () => session.close());
  const leave = () => session.destroy();
  const reply = new Promise<ClientStream>((resolve, reject) => {
    stream.on('error', reject);
    stream.on('response', (headers) => {
      const status = Number(headers[':status']);
      resolve(clientStream(stream, status, headers, () => trailers, leave));
    });
  });
  const continued = new Promise<void>((resolve) => stream.once('continue', resolve));
  if (body !== undefined) stream.write(body);
  if (!endStream && isOpen !== true) stream.end();
  return { reply: quiet(reply), continued, leave };
}

/** Somebody who leaves does not care how the reply fails. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

function clientStream(
  body: Readable,
  status: number,
  headers: IncomingHttpHeaders,
  trailers: ClientStream['trailers'],
  leave: () => void,
): ClientStream {
  let isWhole = false;
  body.on('error', () => {});
  body.once('end', () => {
    isWhole = true;
  });
  const ended = new Promise<'whole' | 'broken'>((resolve) =>
    body.once('close', () => resolve(isWhole ? 'whole' : 'broken')),
  );
  let text = '';
  return {
    status,
    headers,
    body,
    ended,
    trailers,
    leave,
    untilText(wanted) {
      return new Promise((resolve, reject) => {
        const onData = (chunk: Buffer) => {
          text += chunk.toString('latin1');
          if (!text.includes(wanted)) return;
          body.off('data', onData).pause();
          resolve(text);
        };
        body.on('data', onData).once('close', () => reject(new Error(`closed after: ${text}`)));
        body.resume();
      });
    },
  };
}

/** All bytes of a reply. */
export async function bytesOf(stream: ClientStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream.body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
