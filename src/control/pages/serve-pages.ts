/*
 * The console's pages over HTTP. A path that is a built file is that file; every other one is the one page that all addresses of the console begin with,
 * except where a browser asks for a part of a page: that is not there. What begins with `/api/` never comes here.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from '../../model/refusal.ts';
import { isTaken } from '../is-taken.ts';
import type { BuiltPages, PageFile } from './built-pages.ts';
import { PAGE_HEADERS } from './page-headers.ts';
import { unbuiltPage } from './unbuilt-page.ts';

/** What stands in a built page for the path before all addresses. */
const BASE_MARK = '<base href="/"';

/**
 * Answers a request for a page; `path` is what follows `prefix`.
 *
 * @throws {Refusal} METHOD_NOT_ALLOWED, NOT_FOUND
 */
export async function servePage(
  pages: BuiltPages,
  { path, prefix }: { readonly path: string; readonly prefix: string },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new Refusal('METHOD_NOT_ALLOWED', 'a page is read and takes nothing');
  const files = await pages.files();
  if (files === undefined) return send(response, 503, { ...NOT_KEPT, type: HTML }, Buffer.from(unbuiltPage()));
  const file = files.get(path.slice(1));
  if (file !== undefined && file.type !== HTML) return sendFile(file, request, response);
  if (path.startsWith('/assets/') || !isForPage(request))
    throw new Refusal('NOT_FOUND', 'the console has no such file; a page that was built before it may ask for it', {
      advice: 'load the page anew',
    });
  sendIndex(files.get('index.html') as PageFile, prefix, response);
}

const HTML = 'text/html; charset=utf-8';
const NOT_KEPT = { ...PAGE_HEADERS, 'cache-control': 'no-store' };

/** Whether a browser wants a document; what does not say is taken at its word. Source: https://www.w3.org/TR/fetch-metadata/#sec-fetch-dest-header */
function isForPage({ headers }: IncomingMessage): boolean {
  return ['document', 'empty', undefined].includes(headers['sec-fetch-dest'] as string | undefined);
}

/** Where the gateway stands behind a path, the page says so itself. */
function sendIndex({ bytes }: PageFile, prefix: string, response: ServerResponse): void {
  const page = bytes.toString().replace(BASE_MARK, `<base href="${prefix}/"`);
  send(response, 200, { ...NOT_KEPT, type: HTML }, Buffer.from(page));
}

async function sendFile(file: PageFile, { headers }: IncomingMessage, response: ServerResponse): Promise<void> {
  const encoding = encodingFor(headers['accept-encoding']);
  const packed = encoding === undefined ? undefined : await file.packed(encoding);
  const tag = packed === undefined ? file.tag : file.tag.replace(/"$/, `-${encoding}"`);
  const kept = {
    ...PAGE_HEADERS,
    'cache-control': file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: tag,
    vary: 'accept-encoding',
  };
  if (headers['if-none-match'] === tag) {
    response.writeHead(304, kept);
    response.end();
    return;
  }
  const coding = packed === undefined ? {} : { 'content-encoding': encoding as string };
  send(response, 200, { ...kept, ...coding, type: file.type }, packed ?? file.bytes);
}

function encodingFor(accepted: string | string[] | undefined): 'br' | 'gzip' | undefined {
  if (isTaken('br', accepted)) return 'br';
  return isTaken('gzip', accepted) ? 'gzip' : undefined;
}

function send(
  response: ServerResponse,
  status: number,
  { type, ...headers }: Record<string, string> & { readonly type: string },
  bytes: Buffer,
): void {
  response.writeHead(status, { ...headers, 'content-type': type, 'content-length': bytes.length });
  // Node sends no body to a HEAD.
  response.end(bytes);
}
