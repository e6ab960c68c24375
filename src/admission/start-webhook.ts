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
  /** How long a question may take to arrive. */
  requestTimeoutMs: 10_000,
  /** Connections at once. */
  connectionsMax: 256,
});

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
  const { requestTimeoutMs: requestTimeout, connectionsMax } = WEBHOOK_LIMITS;
  const server = createServer(
    { cert, key, minVersion: 'TLSv1.2', requestTimeout, headersTimeout: requestTimeout },
    (request, response) => {
      serve(options, request, response).catch((error: unknown) => {
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

async function serve({ wayTo, onRefused }: Options, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url?.split('?')[0];
  if (path === '/healthz' && request.method === 'GET') return send(response, 200, 'ok\n');
  if (path !== '/pods') return send(response, 404, '/pods or /healthz\n');
  if (request.method !== 'POST') return send(response, 405, 'POST\n');
  const body = await readBody(request);
  if (body === undefined) return send(response, 413, `more than ${WEBHOOK_LIMITS.reviewBytesMax} bytes\n`);
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

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > WEBHOOK_LIMITS.reviewBytesMax) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, status: number, text: string, type = 'text/plain'): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
