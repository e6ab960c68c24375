/** An answer on the wire: in the form that the caller takes, a Status where something was refused. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { stringify } from 'yaml';
import type { Answer } from './answer.ts';
import type { Call } from './call.ts';
import type { Kind } from './kinds.ts';
import { negotiated, type Wanted } from './negotiate.ts';
import { type JsonObject, type KubeObject, listAt } from './object.ts';
import { StatusError } from './status.ts';
import { partialOf, tableOf } from './tables/table.ts';

export type Response = ServerResponse<IncomingMessage>;

const common: OutgoingHttpHeaders = { 'cache-control': 'no-cache, private' };

/** @throws {StatusError} 406, before anything is written */
export async function writeAnswer(answer: Answer, call: Call, response: Response, nowMs: number): Promise<void> {
  switch (answer.is) {
    case 'object': {
      const wanted = negotiated(call.accept, call.info.query, call.userAgent);
      const shaped = shape(answer.object, answer.kind, wanted, nowMs);
      const warning = (answer.warnings ?? []).map((each) => `299 - ${JSON.stringify(each)}`);
      const headers = warning.length === 0 ? {} : { warning };
      write(response, answer.status, encoded(shaped, wanted), contentTypeOf(wanted), headers as OutgoingHttpHeaders);
      return;
    }
    case 'text':
      write(response, answer.status, answer.text, answer.contentType, answer.headers ?? {});
      return;
    case 'watch': {
      const wanted = negotiated(call.accept, call.info.query, call.userAgent);
      const contentType = wanted.as === 'object' ? 'application/json' : contentTypeOf(wanted);
      let isFirst = true;
      await stream(response, contentType, (send, signal) =>
        answer.run((event) => {
          const object =
            event.type === 'ERROR' ? event.object : shape(event.object, answer.kind, wanted, nowMs, isFirst);
          isFirst = false;
          send(`${JSON.stringify({ type: event.type, object })}\n`);
        }, signal),
      );
      return;
    }
    case 'stream':
      await stream(response, answer.contentType, answer.run);
      return;
    default:
      throw new Error(`no such answer: ${JSON.stringify(answer satisfies never)}`);
  }
}

/** A refusal is a Status in JSON, whatever the caller takes. */
export function writeRefusal(error: unknown, response: Response, isPretty: boolean): void {
  const refused =
    error instanceof StatusError
      ? error
      : new StatusError(500, 'InternalError', `Internal error occurred: ${String(error)}`);
  const retry = refused.details?.retryAfterSeconds;
  const body = isPretty ? JSON.stringify(refused.status(), undefined, 2) : `${JSON.stringify(refused.status())}\n`;
  write(
    response,
    refused.code,
    body,
    'application/json',
    typeof retry === 'number' ? { 'retry-after': String(retry) } : {},
  );
}

function write(
  response: Response,
  status: number,
  body: string,
  contentType: string,
  headers: OutgoingHttpHeaders,
): void {
  if (response.headersSent || response.destroyed) return;
  const bytes = Buffer.from(body);
  const type = contentType === '' ? {} : { 'content-type': contentType };
  const own = { ...type, 'content-length': bytes.length, 'audit-id': randomUUID() };
  response.writeHead(status, { ...common, ...own, ...headers });
  response.end(bytes);
}

async function stream(
  response: Response,
  contentType: string,
  run: (send: (text: string) => void, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  response.writeHead(200, { ...common, 'content-type': contentType, 'audit-id': randomUUID() });
  response.flushHeaders();
  await run((text) => {
    if (!response.destroyed && !response.writableEnded) response.write(text);
  }, gone.signal);
  if (!response.destroyed) response.end();
}

function shape(object: JsonObject, kind: Kind | undefined, wanted: Wanted, nowMs: number, isFirst = true): JsonObject {
  if (kind === undefined || object.kind === 'Status') return object;
  if (wanted.as === 'Table') {
    const table = tableOf(kind, object, wanted.include, wanted.version, nowMs);
    const { resourceVersion } = (object.metadata ?? {}) as JsonObject;
    const isBookmark =
      listAt(table, 'rows').length === 1 &&
      (object.metadata as JsonObject).name === undefined &&
      object.items === undefined;
    const rows = isBookmark ? { rows: [{ cells: [], object: partialOf(object as KubeObject, wanted.version) }] } : {};
    return {
      ...table,
      ...rows,
      metadata: { ...(table.metadata as JsonObject), resourceVersion },
      ...(isFirst ? {} : { columnDefinitions: null }),
    };
  }
  if (wanted.as === 'object') return object;
  if (object.items === undefined) return partialOf(object as KubeObject, wanted.version);
  const items = listAt(object, 'items').map((each) => partialOf(each as KubeObject, wanted.version));
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: `meta.k8s.io/${wanted.version}`,
    metadata: object.metadata,
    items,
  };
}

function encoded(object: JsonObject, wanted: Wanted): string {
  if (wanted.encoding === 'yaml')
    return stringify(JSON.parse(JSON.stringify(object)), { sortMapEntries: true, lineWidth: 0 });
  return `${JSON.stringify(object, undefined, wanted.isPretty ? 2 : undefined)}${wanted.isPretty ? '' : '\n'}`;
}

function contentTypeOf(wanted: Wanted): string {
  return wanted.encoding === 'yaml' ? 'application/yaml' : 'application/json';
}
