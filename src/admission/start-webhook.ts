/*
 * The server that API servers ask about pods, over TLS. It needs no credential and holds none: whoever reaches it is told where the gateway is, and that is no secret.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { answerReview, type WayTo } from './answer-review.ts';

/** The bounds of the webhook. */
export const WEBHOOK_LIMITS = Object.freeze({
  /** Bytes of one question: an object of the API server's own bound, and what stands around it. */
  reviewBytesMax: 4 * 1024 * 1024,
  /** Bytes of all questions under way, each until its answer is taken; one beyond is told to come again. */
  reviewsBytesMax: 16 * 1024 * 1024,
  /** How long a handshake may take, a question to arrive, and its answer to be taken. */
  requestTimeoutMs: 10_000,
  /** How long a connection is kept without a question: longer than an API server keeps one (90 s), whose question could else cross with the end of its connection, and its pod be refused. */
  idleTimeoutMs: 120_000,
  /** Connections at once. */
  connectionsMax: 256,
});

type Limits = Readonly<Record<keyof typeof WEBHOOK_LIMITS, number>>;

interface Options {
  readonly address: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly certificate: { readonly certPem: string; readonly keyPem: string };
  readonly wayTo: WayTo;
  /** What went wrong that nobody foresaw. */
  readonly onFault: (error: unknown) => void;
  /** A pod that was refused, and why. */
  readonly onRefused: (message: string) => void;
  /** Default: `WEBHOOK_LIMITS`. */
  readonly limits?: Limits;
}

const CHUNK_BYTES_MIN = 512;

/** What questions hold of memory, all together. */
interface UnderWay {
  bytes: number;
}

/** A webhook that serves. */
export interface Webhook {
  readonly port: number;
  useCertificate(certificate: Options['certificate']): void;
  stop(): Promise<void>;
}

/** Serves `POST /pods` for API servers and `GET /healthz` for the kubelet. @throws {Error} the port cannot be had */
export async function startWebhook(options: Options): Promise<Webhook> {
  const { certPem: cert, keyPem: key } = options.certificate;
  const { requestTimeoutMs: requestTimeout, idleTimeoutMs, connectionsMax } = options.limits ?? WEBHOOK_LIMITS;
  const underWay: UnderWay = { bytes: 0 };
  const server = createServer(
    {
      cert,
      key,
      minVersion: 'TLSv1.2',
      handshakeTimeout: requestTimeout,
      requestTimeout,
      headersTimeout: requestTimeout,
      keepAliveTimeout: idleTimeoutMs,
      connectionsCheckingInterval: Math.ceil(requestTimeout / 10),
    },
    (request, response) => {
      serve(options, underWay, request, response).catch((error: unknown) => {
        options.onFault(error);
        send(response, 500, 'the webhook failed\n');
      });
    },
  );
  server.maxConnections = connectionsMax;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, options.address, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    useCertificate: ({ certPem, keyPem }) =>
      server.setSecureContext({ cert: certPem, key: keyPem, minVersion: 'TLSv1.2' }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

async function serve(
  { wayTo, onRefused, limits = WEBHOOK_LIMITS }: Options,
  underWay: UnderWay,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url?.split('?')[0];
  if (path === '/healthz' && request.method === 'GET') return send(response, 200, 'ok\n');
  if (path !== '/pods') return send(response, 404, '/pods or /healthz\n');
  if (request.method !== 'POST') return send(response, 405, 'POST\n');
  const body = await readBody(request, response, underWay, limits);
  if (body === 'too-long') return send(response, 413, `more than ${limits.reviewBytesMax} bytes\n`);
  if (body === 'too-many') return send(response, 503, 'too many questions at once: ask again\n');
  // Limit: an answer that is not taken holds its memory no longer than this.
  const timer = setTimeout(() => response.destroy(), limits.requestTimeoutMs);
  response.once('close', () => clearTimeout(timer));
  let answer: ReturnType<typeof answerReview>;
  try {
    answer = answerReview(JSON.parse(body.toString('utf8')), wayTo);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return send(response, 400, `${error.message}\n`);
    throw error;
  }
  const { status } = answer.response;
  if (status !== undefined) onRefused(status.message);
  send(response, 200, JSON.stringify(answer), 'application/json');
}

/** What is read counts until its answer is taken, or the connection is gone. */
async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  underWay: UnderWay,
  { reviewBytesMax, reviewsBytesMax }: Limits,
): Promise<Buffer | 'too-long' | 'too-many'> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let held = 0;
  let isOver = false;
  response.once('close', () => {
    underWay.bytes -= held;
    isOver = true;
  });
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const { length } = chunk as Buffer;
    if (bytes + length > reviewBytesMax) return 'too-long';
    // A chunk of one byte holds more than that.
    const heldByChunk = Math.max(length, CHUNK_BYTES_MIN);
    if (isOver || underWay.bytes + heldByChunk > reviewsBytesMax) return 'too-many';
    bytes += length;
    held += heldByChunk;
    underWay.bytes += heldByChunk;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, status: number, text: string, type = 'text/plain'): void {
  if (response.headersSent) return void response.destroy();
  // Behind a question that was not read to its end, nothing else is read.
  if (status === 413 || status === 503) response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
