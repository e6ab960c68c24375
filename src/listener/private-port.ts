/*
 * The private port: health, readiness and metrics, over plain HTTP, for the machine's own supervisor and its metrics collector. It needs no
 * credential and so says nothing of callers or targets' content; it listens on loopback unless it is told otherwise.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { http } from '../std/node-http.ts';

/** Whether the gateway can do its work now: `reasons` are why it cannot, and none where it can; `warnings` are told beside either answer. */
export interface Readiness {
  readonly reasons: readonly string[];
  readonly warnings?: readonly string[];
}

export interface PrivatePortOptions {
  readonly address: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly readiness: () => Readiness | Promise<Readiness>;
  /** The metrics, and their content type. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /** A part that was asked failed; the client gets 500. */
  readonly onFault: (error: unknown) => void;
}

export interface PrivatePort {
  readonly address: string;
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Serves `/healthz` (200 while the process runs), `/readyz` (200, or 503 with the reasons) and `/metrics`.
 *
 * @throws {Error} the port cannot be had
 */
export async function startPrivatePort(options: PrivatePortOptions): Promise<PrivatePort> {
  const server = http.createServer(
    { requestTimeout: 10_000, headersTimeout: 5_000, maxHeaderSize: 16 * 1024 },
    (request, response) => {
      answer(options, request, response).catch((error) => {
        options.onFault(error);
        send(response, 500, 'text/plain', 'failed\n');
      });
    },
  );
  server.maxConnections = 256;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.address, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { address, port } = server.address() as AddressInfo;
  return {
    address,
    port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(options: PrivatePortOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, 'text/plain', 'GET or HEAD\n');
  switch (request.url) {
    case '/healthz':
      return send(response, 200, 'text/plain', 'ok\n');
    case '/readyz': {
      const { reasons, warnings = [] } = await options.readiness();
      const lines = [...reasons, ...warnings].map((line) => `- ${line}\n`).join('');
      return send(
        response,
        reasons.length === 0 ? 200 : 503,
        'text/plain',
        `${reasons.length === 0 ? 'ready' : 'not ready'}\n${lines}`,
      );
    }
    case '/metrics': {
      const { contentType, text } = await options.metrics();
      return send(response, 200, contentType, text);
    }
    default:
      return send(response, 404, 'text/plain', '/healthz, /readyz or /metrics\n');
  }
}

function send(response: ServerResponse, status: number, contentType: string, text: string): void {
  const body = Buffer.from(text);
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': body.length,
    'cache-control': 'no-store',
  });
  response.end(body);
}
